// `power runs`, `watch`, `cancel` and `run --remote` as processes, against a DynamoDB and a Lambda endpoint on localhost.
// The test is the worker: it does to the run what a deployment would.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { dynamoRunStore } from '../../lib/aws/run-store.ts';
import type { RunStore } from '../../lib/stores.ts';
import { newRun } from '../contracts/run-store.ts';
import { type Dynalite, startDynalite } from '../fixtures/dynalite.ts';
import { type LocalAws, startLocalAws } from '../fixtures/local-aws.ts';
import { type Rig, rig, token } from './power-process.ts';
import { outcome, report } from './reports.ts';

let dynamo: Dynalite;
let lambda: LocalAws;
let box: Rig;
let store: RunStore;
let environment: Readonly<Record<string, string>>;

const clock = { now: () => Date.now(), sleep: () => Promise.resolve() };

beforeAll(async () => {
  dynamo = await startDynalite();
  store = dynamoRunStore({ table: dynamo.table, clock, client: dynamo.client });
});
afterAll(() => dynamo.close());

beforeEach(async () => {
  lambda = await startLocalAws([{ status: 202, body: {} }]);
  box = await rig([]);
  environment = {
    POWER_TABLE: dynamo.table,
    POWER_RUN_FUNCTION: 'power-run',
    AWS_REGION: 'eu-west-3',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: String(dynamo.client.endpoint),
    AWS_ENDPOINT_URL_LAMBDA: lambda.client.endpoint,
  };
});
afterEach(async () => {
  await Promise.all([box.close(), lambda.close()]);
});

const now = () => new Date().toISOString();
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

async function launched(name: string, isRunning = true): Promise<void> {
  await store.record(newRun(name, { recordedAt: now() }));
  if (isRunning) await store.claim(name, now(), inAnHour(), 'worker-1');
}

function endOf(name: string, verdict = 'well', more: object = {}): Promise<void> {
  const { outcomes, ...rest } = report(more);
  return store.end(name, now(), { ...rest, verdict }, outcomes);
}

describe('power runs', () => {
  it('lists the last runs of the deployment, in a table or as JSON', async () => {
    await launched('runs-1');
    await endOf('runs-1');
    await launched('runs-2', false);
    const table = await box.power(['runs', '--limit', '2'], environment);
    expect(table.stdout).toMatch(/^runs-2 .* shutdown env=dev {2}recorded$/m);
    expect(table.stdout).toMatch(/^runs-1 .* shutdown env=dev {2}ended .* well: 1 succeeded$/m);
    expect(table.code).toBe(0);
    const json = await box.power(['runs', '--limit', '1', '--json'], environment);
    expect(JSON.parse(json.stdout).runs).toMatchObject([{ name: 'runs-2', status: 'recorded', ending: null }]);
    expect(json.stderr).toBe('');
  });
});

describe('power watch', () => {
  it('shows a line per change, then the report, with the exit code of the run', async () => {
    await launched('watch-1');
    const tier = { direction: 'down', tier: 2, state: 'settling', planned: 1, sent: 1, settled: 0, open: 1 } as const;
    const tiers = [{ ...tier, waitingFor: 'the list' }];
    await store.progress('watch-1', { selected: 1, sent: 1, settled: 0, tiers }, []);
    const { child, ended } = box.start(['watch', 'watch-1', '--json'], environment);
    let seen = '';
    child.stderr?.on('data', (chunk) => {
      seen += String(chunk);
    });
    await vi.waitFor(() => expect(seen).toContain('tier 2 (down): settling'), { timeout: 10_000, interval: 20 });
    await endOf('watch-1', 'trouble', { outcomes: [outcome({ result: 'failed' })] });
    const { code, stdout, stderr } = await ended;
    expect(JSON.parse(stdout)).toMatchObject({ counts: { failed: 1 }, outcomes: [{ result: 'failed' }] });
    expect(stderr).toContain('watch-1: 1 selected, 1 sent, 0 settled\n');
    expect(stderr).toContain('1 planned, 1 sent, 0 settled, 1 open; waiting for the list\n');
    expect(code).toBe(1);
  });

  it('ends at Ctrl-C with 130, and the run goes on', async () => {
    await launched('watch-2');
    const { child, ended } = box.start(['watch', 'watch-2'], environment);
    child.stderr?.once('data', () => child.kill('SIGINT'));
    const { code, stdout, stderr } = await ended;
    expect(stderr).toContain('the run goes on');
    expect([code, stdout]).toEqual([130, '']);
    expect(await store.isCancelled('watch-2')).toBe(false);
  });

  it.each(['nobody', '../x'])('knows no run %s: 2', async (name) => {
    const { code, stderr } = await box.power(['watch', name], environment);
    expect(stderr).toContain(`there is no run ${name}`);
    expect(code).toBe(2);
  });
});

describe('power cancel', () => {
  it('asks a running run to stop, and says who did', async () => {
    await launched('cancel-1');
    const { code, stdout } = await box.power(['cancel', 'cancel-1', '--by', 'ann'], environment);
    expect(stdout).toMatch(/^cancelled run cancel-1: it sends nothing more/);
    expect(code).toBe(0);
    expect(await store.isCancelled('cancel-1')).toBe(true);
    expect((await store.read('cancel-1', now()))?.cancelRequestedBy).toBe('ann');
  });

  it('ends a run that has not begun; watching it ends with 130', async () => {
    await launched('cancel-2', false);
    const cancelled = await box.power(['cancel', 'cancel-2', '--json'], environment);
    expect(JSON.parse(cancelled.stdout).run).toMatchObject({ status: 'ended', ending: 'cancelled' });
    expect((await box.power(['watch', 'cancel-2'], environment)).code).toBe(130);
  });

  it('says so when the run is over, or when there is none: 2', async () => {
    await launched('cancel-3');
    await endOf('cancel-3');
    const over = await box.power(['cancel', 'cancel-3'], environment);
    expect([over.code, over.stderr]).toEqual([2, expect.stringContaining('is over (ended)')]);
    const none = await box.power(['cancel', 'nobody'], environment);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('there is no run nobody')]);
  });
});

describe('power run --remote', () => {
  const args = ['run', 'shutdown', '-l', 'env=dev', '--remote'];

  it('launches in the deployment, watches, and reports as a run here does', async () => {
    const { ended } = box.start([...args, '--json'], environment);
    await vi.waitFor(() => expect(lambda.requests).toHaveLength(1), { timeout: 10_000, interval: 20 });
    const { run: name } = JSON.parse(lambda.requests[0]?.body ?? '');
    expect(name).toMatch(/^cli-[0-9a-f]{32}$/);
    const run = await store.claim(name, now(), inAnHour(), 'worker-1');
    expect(run).toMatchObject({ trigger: 'cli', request: { action: 'shutdown', select: 'env=dev' } });
    await endOf(name);
    const { code, stdout, stderr } = await ended;
    expect(JSON.parse(stdout).counts).toEqual({ succeeded: 1 });
    expect(stderr).toContain(`run ${name} is launched`);
    expect(code).toBe(0);
    expect(box.simulator.requests).toEqual([]);
    expect(stdout + stderr + lambda.requests.map(({ body }) => body).join()).not.toContain(token);
  });

  it('prints the name and leaves the run to itself with --no-wait', async () => {
    const { code, stdout } = await box.power([...args, '--no-wait'], environment);
    expect(stdout).toMatch(/^cli-[0-9a-f]{32}\n$/);
    expect(code).toBe(0);
    expect((await store.read(stdout.trim(), now()))?.status).toBe('recorded');
    expect(lambda.requests).toHaveLength(1);
  });

  it.each([
    ['a dry run', [...args, '--dry-run'], 'leave out --remote'],
    ['--no-wait without --remote', ['run', 'shutdown', '-l', 'env=dev', '--no-wait'], '--no-wait goes with --remote'],
  ])('refuses %s with 2', async (_what, line, message) => {
    const { code, stderr } = await box.power(line, environment);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(lambda.requests).toEqual([]);
  });
});

describe('without a deployment', () => {
  it.each([
    [['runs'], 'POWER_TABLE', 'POWER_TABLE: is missing; to reach a deployment, set it to its table'],
    [['watch', 'x'], 'POWER_TABLE', 'POWER_TABLE: is missing'],
    [['cancel', 'x'], 'POWER_TABLE', 'POWER_TABLE: is missing'],
    [['run', 'shutdown', '--all', '--remote'], 'POWER_TABLE', 'POWER_TABLE: is missing'],
    [['run', 'shutdown', '--all', '--remote'], 'POWER_RUN_FUNCTION', 'POWER_RUN_FUNCTION: is missing'],
  ])('power %j says that %s is missing, with 2', async (args, variable, message) => {
    const { code, stdout, stderr } = await box.power(args, { ...environment, [variable]: '' });
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
    expect(lambda.requests).toEqual([]);
  });
});
