// The handlers as deployed, over real sockets: DynamoDB, Secrets Manager, Lambda's invoke and OpenScaler stand on 127.0.0.1.
// One pass through each trigger, so that what wiring.ts puts together is what runs.

import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handler as api } from '../../handlers/api.ts';
import { handler as reconcile } from '../../handlers/reconcile.ts';
import { handler as run } from '../../handlers/run.ts';
import { handler as scheduled } from '../../handlers/scheduled.ts';
import { handler as webhook } from '../../handlers/webhook.ts';
import { wiring } from '../../handlers/wiring.ts';
import { type EventBusEndpoint, startEventBus } from '../../simulator/event-bus.ts';
import { startSecretsManager } from '../../simulator/secrets-manager.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { startDynalite } from '../fixtures/dynalite.ts';
import { faultsOfEvent } from '../fixtures/event-schemas.ts';
import { lambdaContext } from '../fixtures/lambda-context.ts';
import { listen } from '../fixtures/local-aws.ts';
import { type EventParts, httpEvent, readAnswer } from '../http/api-bench.ts';

const token = 'the-token-of-this-test';
const context = lambdaContext('request-1', 60_000);
const closers: (() => Promise<void>)[] = [];
const runs: Promise<unknown>[] = [];
const invoked: string[] = [];
let simulator: Simulator;
let bus: EventBusEndpoint;

// Lambda's Invoke: takes the event and runs it behind the caller's back, as an asynchronous invocation does, and not durably.
async function startLambda(): Promise<string> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    invoked.push(`${request.url} ${request.headers['x-amz-durable-execution-name']}`);
    runs.push(run(JSON.parse(Buffer.concat(parts).toString()), context).catch((error: unknown) => error));
    response.writeHead(202).end();
  });
  const { endpoint, close } = await listen(server);
  closers.push(close);
  return endpoint;
}

beforeAll(async () => {
  const vm = (id: number, env: string) =>
    ({ id, name: `vm-${id}`, behaviour: 'prompt', description: `[env=${env}]` }) as const;
  simulator = await startSimulator({
    token,
    fleet: [vm(1, 'dev'), vm(2, 'dev'), vm(3, 'prod'), vm(4, 'prod')],
    speed: 100,
  });
  const secrets = await startSecretsManager({ secrets: { 'openscaler/token': token } });
  const dynalite = await startDynalite('power-handlers');
  bus = await startEventBus();
  closers.push(simulator.close, secrets.close, dynalite.close, bus.close);
  Object.assign(process.env, {
    POWER_TABLE: 'power-handlers',
    POWER_RUN_FUNCTION: 'power-run:durable',
    POWER_EVENT_BUS: 'default',
    OPENSCALER_API_URL: simulator.url,
    OPENSCALER_SECRET_ID: 'openscaler/token',
    LOG_LEVEL: 'ERROR',
    POWERTOOLS_METRICS_NAMESPACE: 'power-handlers',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: String(dynalite.client.endpoint),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
    AWS_ENDPOINT_URL_LAMBDA: await startLambda(),
  });
});

afterAll(async () => {
  for (const close of closers) await close();
});

const call = async (parts: EventParts) => readAnswer(await api(httpEvent(parts), context));

describe('the deployed handlers', () => {
  it('show the fleet', async () => {
    const { status, json } = await call({ method: 'GET', path: '/v1/vms', query: 'select=env%3Ddev' });
    expect([status, json.unlisted]).toEqual([200, []]);
    expect(json.vms).toMatchObject([
      { id: '1', account: 'main', project: 'default', power: 'on', tags: { env: 'dev' } },
      { id: '2', power: 'on' },
    ]);
  });

  it('answer a dry run with the plan, and send nothing', async () => {
    const { status, json } = await call({ body: { action: 'shutdown', select: 'env=dev', dryRun: true } });
    expect([status, json.counts]).toEqual([200, { planned: 2 }]);
    expect(simulator.ids.flatMap((id) => simulator.actionsOf(id))).toEqual([]);
  });

  it('let a schedule shut the fleet down once, however often it fires, and show how it went', async () => {
    const event = { cron: 'dev-down', scheduledTime: new Date().toISOString() };
    const first = await scheduled(event);
    expect(await scheduled(event)).toEqual({ run: first.run, isNew: false });
    const invocation = `/2015-03-31/functions/power-run/invocations?Qualifier=durable ${first.run}`;
    expect(new Set(invoked)).toEqual(new Set([invocation]));
    expect(new Set(await Promise.all(runs))).toEqual(new Set([undefined]));
    const { status, json, text } = await call({ method: 'GET', path: `/v1/runs/${first.run}` });
    expect([status, json.run.status, json.summary.verdict]).toEqual([200, 'ended', 'well']);
    expect(json.outcomes).toMatchObject([
      { vm: '1', result: 'succeeded', power: 'off', attempts: 1 },
      { vm: '2', result: 'succeeded', power: 'off', attempts: 1 },
    ]);
    expect(simulator.ids.map((id) => simulator.actionsOf(id))).toEqual([['shutdown'], ['shutdown'], [], []]);
    expect(text).not.toContain(token);
  });

  it('announce such a run once, as docs/events has it', () => {
    const { taken } = bus;
    expect(taken.map(({ EventBusName, DetailType }) => [EventBusName, DetailType])).toEqual([
      ['default', 'RunStarted'],
      ['default', 'RunEnded'],
    ]);
    for (const { DetailType, Time = 0, Detail } of taken) {
      const type = DetailType === 'RunStarted' ? DetailType : 'RunEnded';
      expect(faultsOfEvent(type, new Date(Time * 1000).toISOString(), Detail)).toEqual([]);
    }
    expect(taken[1]?.Detail).toMatchObject({ trigger: 'cron', verdict: 'well', counts: { succeeded: 2 } });
    expect(JSON.stringify(taken)).not.toContain(token);
  });

  it('start one VM for a caller of the vendor’s own path', async () => {
    const { status, headers } = await call({ path: '/v1/vms/1/actions', body: { type: 'start' } });
    expect(status).toBe(202);
    await Promise.all(runs);
    const { json } = await call({ method: 'GET', path: headers.location ?? '' });
    expect(json.outcomes).toMatchObject([{ vm: '1', action: 'start', result: 'succeeded' }]);
    expect(simulator.truth('1').power).toBe('on');
  });

  it('let a tick do what an override wants, once, and what is wanted again when it is cancelled', async () => {
    const body = { keep: 'off', ids: ['3'], for: '1h', reason: 'maintenance' };
    const made = await call({ path: '/v1/overrides', body });
    expect(made.status).toBe(201);
    const tick = new Date().toISOString();
    const first = await reconcile({ tick });
    expect(first).toEqual({
      tick,
      listed: 4,
      scheduled: 1,
      acting: 1,
      inVain: 0,
      atFault: 0,
      inUnknownState: 0,
      unlisted: 0,
      run: expect.stringMatching(/^tick-/),
    });
    expect(new Set(await Promise.all(runs))).toEqual(new Set([undefined]));
    expect(simulator.truth('3').power).toBe('off');
    expect(await reconcile({ tick: new Date().toISOString() })).toMatchObject({ acting: 0, run: null });
    const explained = await call({ method: 'GET', path: '/v1/vms/3/explain' });
    expect(explained.json).toMatchObject({ wanted: 'off', mark: { kind: 'settled', wanted: 'off' } });
    const { id } = made.json.override;
    const cancelled = await call({ method: 'DELETE', path: `/v1/overrides/${id}` });
    expect([cancelled.status, cancelled.json.override.cancelled]).toEqual([200, expect.stringMatching(/Z$/)]);
    expect((await call({ method: 'GET', path: '/v1/overrides' })).json).toEqual({ overrides: [] });
  });

  it('show a plan of the fleet', async () => {
    const { status, json } = await call({ method: 'GET', path: '/v1/plan', query: 'days=1' });
    expect([status, json.vms.length]).toEqual([200, 4]);
  });

  it('refuse a tick that is too late, and one that is none, without the cause', async () => {
    await expect(reconcile({ tick: '2026-01-05T18:00:00Z' })).rejects.toMatchObject({ code: 'stale-event' });
    await expect(reconcile({})).rejects.toMatchObject({ code: 'request' });
  });

  it('start a run that was forgotten, also when the tick itself fails', async () => {
    const name = 'api-forgotten';
    await wiring.store().record({
      name,
      trigger: 'api',
      request: { action: 'shutdown', select: 'env=nowhere', allowEmpty: true },
      requestHash: 'hash',
      recordedAt: new Date(Date.now() - 5 * 60_000).toISOString(),
    });
    await expect(reconcile({ tick: '2026-01-05T18:00:00Z' })).rejects.toMatchObject({ code: 'stale-event' });
    expect(invoked.at(-1)).toMatch(new RegExp(`${name}$`));
    expect(new Set(await Promise.all(runs))).toEqual(new Set([undefined]));
    expect((await call({ method: 'GET', path: `/v1/runs/${name}` })).json.run.status).toBe('ended');
  });

  it('throw at the end of a tick that saw nothing at all', async () => {
    simulator.rotateToken('another-token');
    await expect(reconcile({ tick: new Date().toISOString() })).rejects.toMatchObject({ code: 'list-failed' });
  });

  it('know no webhook that the configuration does not have', async () => {
    const { statusCode } = await webhook(httpEvent({ path: '/v1/webhooks/ci', body: '{}' }), context);
    expect(statusCode).toBe(404);
  });
});
