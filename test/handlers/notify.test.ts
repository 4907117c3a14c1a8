// Notifications as deployed: handlers in processes of their own, over real sockets, from a tick to the override that its link makes.

import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dynamoRunStore } from '../../lib/aws/run-store.ts';
import { dynamoStateStore } from '../../lib/aws/state-store.ts';
import { systemClock } from '../../lib/clock.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import { startSecretsManager } from '../../simulator/secrets-manager.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { Environment } from '../durable/environment.ts';
import { startDynalite } from '../fixtures/dynalite.ts';
import { listen } from '../fixtures/local-aws.ts';
import { copyProject } from '../fixtures/project.ts';
import { httpEvent } from '../http/api-bench.ts';

const token = 'the-token-of-this-test';
const linkKey = 'k'.repeat(64);
const stopMs = Math.floor(Date.now() / 60_000) * 60_000 + 20 * 60_000;
const stop = new Date(stopMs).toISOString().replace('.000', '');
const closers: (() => Promise<void>)[] = [];
const messages: { readonly blocks: readonly { readonly text: { readonly text: string } }[]; readonly text: string }[] =
  [];
const printed: string[] = [];
let startProcess: (handler: string, more?: Readonly<Record<string, string>>) => Environment;
let runs: ReturnType<typeof dynamoRunStore>;
let state: ReturnType<typeof dynamoStateStore>;

beforeAll(async () => {
  const channel = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    messages.push(JSON.parse(Buffer.concat(parts).toString()));
    response.end('ok');
  });
  const { endpoint, close } = await listen(channel);
  const description = `[schedule="always off" keep-on-until="${stop}"]`;
  const simulator = await startSimulator({
    token,
    fleet: [{ id: 1, name: '<b>db</b>', behaviour: 'prompt', description }],
  });
  const address = `${endpoint}/hush`;
  const secrets = await startSecretsManager({
    secrets: { 'openscaler/token': token, 'power/notify': address, 'power/link-key': linkKey },
  });
  const dynalite = await startDynalite('power-notify');
  const project = await copyProject({
    timezone: 'UTC',
    engine: 'inline',
    notify: { kind: 'slack', secret: 'power/notify', before: '30m' },
  });
  closers.push(close, simulator.close, secrets.close, dynalite.close, project.remove);
  const variables = {
    PATH: process.env.PATH ?? '',
    POWER_TABLE: dynalite.table,
    POWER_RUN_FUNCTION: 'power-run',
    POWER_LINK_KEY: 'power/link-key',
    POWER_LINK_URL: 'https://api.example.org/v1/keep',
    POWERTOOLS_METRICS_NAMESPACE: 'power-notify',
    OPENSCALER_API_URL: simulator.url,
    OPENSCALER_SECRET_ID: 'openscaler/token',
    LOG_LEVEL: 'INFO',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: String(dynalite.client.endpoint),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
  };
  startProcess = (handler, more = {}) => {
    const file = join(project.directory, `handlers/${handler}.ts`);
    return new Environment(handler, { file }, { ...variables, ...more }, (text) => void printed.push(text));
  };
  const table = { table: dynalite.table, clock: systemClock, client: dynalite.client };
  runs = dynamoRunStore(table);
  state = dynamoStateStore(table);
}, 60_000);

afterAll(async () => {
  for (const close of closers) await close();
});

const invoke = async (handler: string, event: unknown) => {
  const child = startProcess(handler);
  const end = await child.invoke(event);
  await child.kill();
  return end.kind === 'answered' ? end.output : end;
};
const tick = () => invoke('reconcile', { tick: new Date().toISOString() });
const open = (method: string, path: string) => {
  const form = { body: 'confirm=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  return invoke('keep', httpEvent({ method, path, ...(method === 'POST' ? form : {}) }));
};

/** A run whose process was killed, a quarter of an hour past its deadline. */
async function lose(name: string): Promise<void> {
  const request = parseRunRequest({ action: 'shutdown', select: 'env=dev' });
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  await runs.record({ name, trigger: 'cron', request, requestHash: 'h', recordedAt: ago(30) });
  await runs.claim(name, ago(30), ago(15), 'a process that was killed');
}

describe('the deployed handlers', () => {
  it('warn of a stop once, show what the link would do, do it once, and hold to it', async () => {
    expect(await tick()).toMatchObject({ listed: 1, run: null });
    await tick();
    expect(messages).toHaveLength(1);
    const texts = messages[0]?.blocks.map(({ text }) => text.text).join('\n') ?? '';
    expect(texts).toContain('• "&lt;b&gt;db&lt;/b&gt;" (main/1)');
    const path = /<https:\/\/api\.example\.org(\/v1\/keep\/[^|]+)\|/.exec(texts)?.[1] ?? '';
    expect(await open('GET', path)).toMatchObject({
      statusCode: 200,
      body: expect.stringContaining('&quot;&lt;b&gt;db&lt;/b&gt;&quot; (main/1)'),
    });
    expect((await state.load()).overrides).toEqual([]);
    expect(await open('POST', path)).toMatchObject({ statusCode: 200, body: expect.stringContaining('will stay on') });
    expect(await open('POST', path)).toMatchObject({ statusCode: 410 });
    const { overrides } = await state.load();
    expect(overrides).toMatchObject([{ keep: 'on', by: 'link', ends: { 'main/1': stopMs + 2 * 3_600_000 } }]);
    expect(await open('GET', `${path}x`)).toMatchObject({ statusCode: 403 });
    const said = printed.join('');
    for (const secret of [token, linkKey, path, 'hush']) expect(said).not.toContain(secret);
  }, 60_000);

  it('tell of a run that ended in trouble', async () => {
    const request = parseRunRequest({ action: 'start', select: 'env=nowhere' });
    const recordedAt = new Date().toISOString();
    await runs.record({ name: 'cron-1', trigger: 'cron', request, requestHash: 'h', recordedAt });
    expect(await invoke('run', { run: 'cron-1' })).toMatchObject({ kind: 'threw' });
    expect(messages.at(-1)?.text).toBe('Run cron-1 (start) ended in trouble');
  }, 60_000);

  it('tell of a run that is lost, once, by the tick that finds it', async () => {
    await lose('cron-2');
    const before = messages.length;
    await tick();
    await tick();
    expect(messages.slice(before).map(({ text }) => text)).toEqual(['Run cron-2 is lost: nobody knows how it ended']);
  }, 60_000);

  it('tell of it while the tick itself hangs in its lists, until it is killed', async () => {
    await lose('cron-3');
    const silent = await listen(createServer(() => undefined));
    const child = startProcess('reconcile', { OPENSCALER_API_URL: silent.endpoint });
    const end = child.invoke({ tick: new Date().toISOString() });
    const told = () => expect(messages.at(-1)?.text).toBe('Run cron-3 is lost: nobody knows how it ended');
    await vi.waitFor(told, { timeout: 20_000, interval: 50 });
    await child.kill();
    expect(await end).toEqual({ kind: 'died' });
    await silent.close();
  }, 60_000);
});
