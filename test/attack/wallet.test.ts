// Denial of wallet: whoever has a key, a secret or only the address must not be able to run up a bill.
// The cap on launches is counted in a real table, over real sockets; the rest is read from what is deployed.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeResources } from '../../deploy/resources.ts';
import { dynamoLaunchCount } from '../../lib/aws/launch-count.ts';
import { loadConfig, readEnvironment } from '../../lib/config.ts';
import { maxBodyBytes } from '../../lib/http/body.ts';
import { httpHandler } from '../../lib/http/http-handler.ts';
import { launchCap } from '../../lib/http/launch-cap.ts';
import { maxWebhookBytes, webhookRoutes } from '../../lib/http/webhook.ts';
import { launchScheduled } from '../../lib/run/scheduled.ts';
import { FakeClock } from '../fakes/clock.ts';
import { FakeLauncher } from '../fakes/launcher.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';
import { root } from '../fixtures/documents.ts';
import { type Dynalite, startDynalite } from '../fixtures/dynalite.ts';
import { silent } from '../fixtures/world.ts';
import { apiBench, httpEvent, readAnswer } from '../http/api-bench.ts';
import { signed, standardWebhook } from './deliveries.ts';

let dynamo: Dynalite;

beforeAll(async () => {
  dynamo = await startDynalite();
});

afterAll(() => dynamo?.close());

const perMinute = 5;
// 20 s into a minute.
const now = Date.UTC(2026, 10, 24, 19, 0, 20);

let worlds = 0;

/** Each on a minute of its own: all share the table, as containers do. */
function counted() {
  const clock = new FakeClock(now + ++worlds * 3_600_000);
  const count = dynamoLaunchCount({ table: dynamo.table, client: dynamo.client, clock });
  return { clock, admit: launchCap({ perMinute, count, clock }) };
}

const launch = { method: 'POST', path: '/v1/runs', body: { action: 'shutdown', select: 'env=dev' } } as const;

describe('a caller that runs wild', () => {
  it('launches as many runs in a minute as the cap allows, whatever it sends at once; the rest is a 429 that says when', async () => {
    const { clock, admit } = counted();
    const { send, launcher, store } = apiBench({ clock, admit });
    const answers = await Promise.all(Array.from({ length: 12 }, () => send(launch)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(perMinute);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(12 - perMinute);
    for (const { headers, json } of refused) {
      expect(headers['retry-after']).toBe('40');
      expect(json.type).toBe('urn:problem-type:openscaler-power:too-many');
      expect(json.detail).toContain('launches.perMinute');
    }
    expect(launcher.started).toHaveLength(perMinute);
    expect((await store.list(new Date(clock.now()).toISOString(), 100, null)).runs).toHaveLength(perMinute);
  });

  it('may go on in the next minute', async () => {
    const { clock, admit } = counted();
    const { send } = apiBench({ clock, admit });
    for (let nth = 0; nth <= perMinute; nth++) await send(launch);
    await clock.run(clock.sleep(39_999));
    expect((await send(launch)).status).toBe(429);
    await clock.run(clock.sleep(1));
    expect((await send(launch)).status).toBe(202);
  });

  it('costs one cheap write per launch, refused or not, and none for what launches nothing', async () => {
    const { clock, admit } = counted();
    const { send } = apiBench({ clock, admit });
    dynamo.calls.length = 0;
    for (let nth = 0; nth < perMinute + 2; nth++) await send(launch);
    expect(dynamo.calls).toEqual(Array.from({ length: perMinute + 2 }, () => 'UpdateItem'));
    await send({ ...launch, body: { action: 'shutdown' } });
    await send({ ...launch, body: { ...launch.body, dryRun: true } });
    await send({ method: 'GET', path: '/v1/runs' });
    expect(dynamo.calls).toHaveLength(perMinute + 2);
  });

  it('cannot go round it by the drop-in route', async () => {
    const { clock, admit } = counted();
    const { send, launcher } = apiBench({ clock, admit });
    const action = { method: 'POST', path: '/v1/vms/8/actions', body: { type: 'start' } } as const;
    for (let nth = 0; nth < perMinute + 3; nth++) await send(nth % 2 === 0 ? launch : action);
    expect(launcher.started).toHaveLength(perMinute);
  });
});

describe('a sender of webhooks that runs wild', () => {
  function webhooks() {
    const { clock, admit } = counted();
    const launcher = new FakeLauncher();
    const store = new MemoryRunStore();
    const webhook = standardWebhook({ on: [{ when: { type: 'x' }, action: 'start', select: 'a', account: null }] });
    const secrets = async () => [webhook.secret];
    const world = { webhooks: [webhook.config], secrets, store, launcher, admit, clock, log: silent };
    const handler = httpHandler({ routes: webhookRoutes, world: () => world, log: () => silent });
    const send = async (parts: Parameters<typeof httpEvent>[0]) => readAnswer(await handler(httpEvent(parts)));
    return { send, clock, launcher, webhook };
  }

  it('is capped for itself: it cannot use up the launches of the API', async () => {
    const { send, clock, launcher, webhook } = webhooks();
    const deliveries = Array.from({ length: perMinute + 4 }, (_, nth) =>
      signed({ type: 'x' }, { secret: webhook.secret, at: clock.now(), id: `msg_${nth}` }),
    );
    const statuses = await Promise.all(deliveries.map(async (one) => (await send(one)).status));
    expect(statuses.filter((status) => status === 429)).toHaveLength(4);
    expect(launcher.started).toHaveLength(perMinute);
    const admit = launchCap({
      perMinute,
      count: dynamoLaunchCount({ table: dynamo.table, client: dynamo.client, clock }),
      clock,
    });
    expect((await apiBench({ clock, admit }).send(launch)).status).toBe(202);
  });

  it('uses up nothing without the secret', async () => {
    const { send, clock, launcher, webhook } = webhooks();
    dynamo.calls.length = 0;
    for (let nth = 0; nth < perMinute * 2; nth++)
      expect((await send(signed({ type: 'x' }, { secret: 'whsec_AAAA', at: clock.now(), id: `m${nth}` }))).status).toBe(
        401,
      );
    expect(dynamo.calls).toEqual([]);
    expect((await send(signed({ type: 'x' }, { secret: webhook.secret, at: clock.now() }))).status).toBe(202);
    expect(launcher.started).toHaveLength(1);
  });
});

it('a store that cannot count launches none', async () => {
  const admit = launchCap({
    perMinute,
    count: async () => {
      throw new Error('down');
    },
    clock: new FakeClock(),
  });
  const { send, launcher } = apiBench({ admit });
  expect((await send(launch)).status).toBe(500);
  expect(launcher.started).toEqual([]);
});

it('crons are not capped: a stop in the evening is never lost to a caller that ran wild', async () => {
  const store = new MemoryRunStore();
  const launcher = new FakeLauncher();
  const clock = new FakeClock(now);
  const names = Array.from({ length: 40 }, (_, nth) => `cron-${nth}`);
  const crons = names.map((name) => ({
    name,
    action: 'shutdown' as const,
    select: 'a',
    account: null,
    allowDataLoss: false,
    maxEventAgeMs: 3_600_000,
  }));
  const scheduledTime = new Date(now).toISOString();
  for (const cron of names)
    await launchScheduled({ cron, scheduledTime }, { store, launcher, clock, log: silent, crons });
  expect(launcher.started).toHaveLength(40);
});

describe('what is deployed', () => {
  const environment = readEnvironment({ OPENSCALER_SECRET_ID: 'openscaler/token' });
  const config = loadConfig({}, environment, { where: 'lambda' });
  const { Resources } = makeResources(config, { service: 'service', stage: 'stage' });
  const yml = readFileSync(resolve(root, 'serverless.yml'), 'utf8');

  it('throttles every route of the API, in requests per second and in bursts', () => {
    expect(Resources.HttpApiStage?.Properties.DefaultRouteSettings).toEqual({
      ThrottlingRateLimit: 20,
      ThrottlingBurstLimit: 40,
    });
  });

  it('can reserve concurrency for runs, and caps launches unless it is told otherwise', () => {
    expect(yml).toContain('reservedConcurrency: ${file(deploy/resources.js):reservedConcurrency');
    expect(loadConfig({ reservedConcurrency: 2 }, environment).reservedConcurrency).toBe(2);
    expect(config.launches).toEqual({ perMinute: 30 });
  });

  it('gives every function an end, and bounds how often a failed event comes back', () => {
    const functions = yml.split(/^functions:$/m)[1]?.split(/^resources:/m)[0] ?? '';
    const timeouts = [...functions.matchAll(/^ {4}timeout: (\d+)$/gm)].map(([, seconds]) => Number(seconds));
    expect(timeouts).toEqual([30, 60, 29, 10, 900]);
    for (const [, times] of functions.matchAll(/maximumRetryAttempts: (\d+)/g)) expect(Number(times)).toBeLessThan(3);
  });

  it('reads bodies up to 64 KiB, and those of webhooks up to 1 MiB', async () => {
    expect([maxBodyBytes, maxWebhookBytes]).toEqual([65_536, 1_048_576]);
    const { send, launcher } = apiBench();
    const padded = `{"action":"shutdown","select":"a"${' '.repeat(maxBodyBytes)}}`;
    expect((await send({ ...launch, body: padded })).status).toBe(413);
    expect(launcher.started).toEqual([]);
  });
});
