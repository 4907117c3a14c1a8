// POST /v1/webhooks/{name}: a signed event becomes a run, or nothing at all.
// First the signature, over the raw bytes; then everything else.

import type { WebhookConfig } from '../config.ts';
import type { Clock, Launcher, Log } from '../ports.ts';
import { launch } from '../run/launch.ts';
import { requestHash, runName } from '../run/name.ts';
import type { RunStore } from '../stores.ts';
import { type HttpAnswer, jsonAnswer } from './answer.ts';
import { decodeUtf8, parseJsonBytes, refuseLargeBody } from './body.ts';
import type { AdmitLaunch } from './launch-cap.ts';
import { RequestProblem } from './problem.ts';
import type { HttpRequest } from './request.ts';
import type { Route } from './route.ts';
import { runJson } from './run-json.ts';
import { type Verified, verifyGithub, verifyStandard } from './signature.ts';
import { intentOf } from './webhook-rules.ts';
import type { ReadWebhookSecrets } from './webhook-secrets.ts';

export interface WebhookWorld {
  readonly webhooks: readonly WebhookConfig[];
  readonly secrets: ReadWebhookSecrets;
  readonly store: RunStore;
  readonly launcher: Launcher;
  /** Asked before each launch. */
  readonly admit: AdmitLaunch;
  readonly clock: Clock;
  readonly log: Log;
}

/** The largest body a webhook may have, in bytes: GitHub's events are larger than what a person writes. */
export const maxWebhookBytes = 1024 * 1024;

export const webhookRoutes: readonly Route<WebhookWorld>[] = [
  { method: 'POST', path: '/v1/webhooks/{name}', answer: postWebhook },
];

/** 202 and the run (on a repeat the first one), or 200 when the event asks for nothing. Throws problems 400 to 429. */
export async function postWebhook(http: HttpRequest, world: WebhookWorld): Promise<HttpAnswer> {
  refuseLargeBody(http, maxWebhookBytes);
  const webhook = world.webhooks.find(({ name }) => name === http.params.name);
  if (webhook === undefined) throw unknownWebhook(http, world.log);
  const verified = await verify(webhook, http, world);
  if ('refused' in verified) throw refusal(webhook, verified.refused, world.log);
  const intent = intentOf(webhook, parseJsonBytes(http.body));
  if ('ignored' in intent) {
    world.log.info('a webhook asks for nothing', { webhook: webhook.name, reason: intent.ignored });
    return jsonAnswer(200, intent);
  }
  const { request } = intent;
  const name = runName('webhook', [webhook.name, verified.vouched]);
  // Of what was signed, not of the request: a rule edited between two deliveries must not make the second one fail.
  const hash = requestHash([webhook.name, verified.vouched, decodeUtf8(http.body)]);
  await world.admit('webhook');
  const { run } = await launch({ name, trigger: 'webhook', request, requestHash: hash }, world);
  return jsonAnswer(202, { run: runJson(run) });
}

async function verify(webhook: WebhookConfig, { headers, body }: HttpRequest, world: WebhookWorld): Promise<Verified> {
  const text = decodeUtf8(body);
  // Both schemes' libraries sign text: bytes that are none could stand for several bodies.
  if (text === null) return { refused: 'the body is not UTF-8' };
  const delivery = { headers, text, secrets: await world.secrets(webhook.secretId), now: world.clock.now() };
  return webhook.verify === 'standard' ? verifyStandard(delivery) : verifyGithub(delivery);
}

function refusal({ name }: WebhookConfig, reason: string, log: Log): RequestProblem {
  log.warn('a webhook was refused; nothing was launched', { webhook: name, reason });
  return new RequestProblem('signature', 'the webhook is not signed as it must be, or not by whom, or too long ago');
}

function unknownWebhook({ params }: HttpRequest, log: Log): RequestProblem {
  log.warn('a webhook was refused: the configuration has none of this name', { webhook: params.name?.slice(0, 64) });
  return new RequestProblem('not-found', 'there is no such webhook');
}
