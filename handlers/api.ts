// The IAM-authorised HTTP API: launches runs, follows them, shows the fleet.
// Routes and answers stand in lib/http; this only hands them the deployment.

import { apiRoutes } from '../lib/http/api-routes.ts';
import type { ApiWorld } from '../lib/http/api-world.ts';
import { httpHandler } from '../lib/http/http-handler.ts';
import { launchParts, once, wiring } from './wiring.ts';
import { listFleet, planRun } from './world.ts';

const world = once(
  (): ApiWorld => ({
    ...launchParts(),
    accounts: wiring.config().accounts,
    plan: planRun,
    inventory: listFleet,
  }),
);

/** Events of the HTTP API, payload format 2.0. */
export const handler = httpHandler({ routes: apiRoutes, world, log: wiring.log });
