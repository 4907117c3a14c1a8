// Signed webhooks, from whoever holds a webhook's secret: no other authorisation stands before this handler.
// Verification and rules stand in lib/http; this only hands them the deployment.

import { httpHandler } from '../lib/http/http-handler.ts';
import { type WebhookWorld, webhookRoutes } from '../lib/http/webhook.ts';
import { webhookSecrets } from '../lib/http/webhook-secrets.ts';
import { admitLaunches, launchParts, once, wiring } from './wiring.ts';

const world = once(
  (): WebhookWorld => ({
    ...launchParts(),
    admit: admitLaunches(),
    webhooks: wiring.config().webhooks,
    secrets: webhookSecrets(wiring.secrets(), wiring.clock),
  }),
);

/** Events of the HTTP API, payload format 2.0. */
export const handler = httpHandler({ routes: webhookRoutes, world, log: wiring.log });
