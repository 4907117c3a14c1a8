import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../deploy/offline/ports.ts';
import { powerOf } from '../../lib/core/vm.ts';
import { defaultToken } from '../../simulator/simulator.ts';
import { isAnybodyLeft } from '../fixtures/process-group.ts';
import { copyProject, type ProjectCopy } from '../fixtures/project.ts';

const stop = new Date(Date.now() + 40 * 60_000).toISOString().replace(/:\d+\.\d+Z$/, ':00Z');

const config = {
  projects: ['default', 'staging'],
  tags: [
    { match: { name: 'vault-*' }, tags: { protected: '' } },
    { match: { name: 'scratch-*' }, tags: { schedule: 'always off', 'keep-on-until': stop } },
  ],
  notify: { kind: 'slack', secret: 'power/notify', before: '1h' },
  timezone: 'Africa/Algiers',
  schedules: { 'office-hours': 'Sun-Thu 08:00-18:00' },
  // Only the test fires it, unless it is run at a full hour.
  tick: { every: '1h' },
  crons: {
    'dev-up': { cron: '0 3 29 2 ? *', timezone: 'Africa/Algiers', action: 'start', select: 'env=dev' },
  },
  webhooks: {
    ci: {
      verify: 'standard',
      secretId: 'power/ci',
      on: [{ when: { type: 'dev.idle' }, action: 'shutdown', select: 'env=staging' }],
    },
  },
  shutdown: { patience: '8s', resendAfter: '2s', resends: 1 },
  start: { patience: '8s', resendAfter: '2s', resends: 1 },
  // Some VMs never go off, and are to stop no other.
  tiers: { gate: 'best-effort' },
  settle: { every: '250ms', atMost: '1s' },
  timeouts: { read: '5s', action: '6s' },
};

const runSchema = v.object({
  run: v.object({ name: v.string(), status: v.string() }),
  outcomes: v.optional(
    v.array(v.object({ vm: v.string(), name: v.string(), result: v.string(), power: v.string(), reason: v.string() })),
    [],
  ),
});

const runsSchema = v.object({
  runs: v.array(
    v.object({ name: v.string(), trigger: v.string(), status: v.string(), action: v.nullable(v.string()) }),
  ),
  next: v.nullable(v.string()),
});

const fleetSchema = v.object({ vms: v.array(v.object({ id: v.string(), name: v.string(), power: v.string() })) });

const overridesSchema = v.object({
  overrides: v.array(v.object({ keep: v.string(), by: v.string(), vms: v.array(v.object({ end: v.string() })) })),
});

const launched = v.object({ run: v.string(), isNew: v.boolean() });

let project: ProjectCopy;
let child: ChildProcess;
let printed = '';
const ports = { http: 0, lambda: 0, simulator: 0 };

beforeAll(async () => {
  project = await copyProject(config);
  for (const name of ['http', 'lambda', 'simulator'] as const) ports[name] = await freePort();
  child = spawnOffline();
  await hasPrinted('ends everything', 90_000);
}, 120_000);

afterAll(async () => {
  child?.kill('SIGKILL');
  await project?.remove();
});

function spawnOffline(): ChildProcess {
  const options = Object.entries(ports).flatMap(([name, port]) => [`--${name}-port`, String(port)]);
  const offline = join(project.directory, 'deploy/offline.ts');
  // Its own process group: that is how the test can tell whether anybody of it is left.
  const started = spawn(process.execPath, [offline, '--speed', '60', ...options], { detached: true, env: {} });
  for (const stream of [started.stdout, started.stderr]) {
    stream.on('data', (chunk) => {
      printed += String(chunk);
    });
  }
  return started;
}

async function hasPrinted(text: string, withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  while (!printed.includes(text)) {
    if (Date.now() > until || child.exitCode !== null) throw new Error(`it never printed "${text}", but:\n${printed}`);
    await sleep(50);
  }
}

const api = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${ports.http}${path}`, init);

async function ended(name: string) {
  for (let look = 0; look < 200; look += 1) {
    const answer = v.parse(runSchema, await (await api(`/v1/runs/${name}`)).json());
    if (answer.run.status === 'ended') return answer;
    await sleep(200);
  }
  throw new Error(`run ${name} did not end; printed:\n${printed}`);
}

/** What the cloud itself says of its VMs, past everything that is being tested. */
async function truth(): Promise<ReadonlyMap<string, string>> {
  const listSchema = v.object({ vms: v.array(v.object({ id: v.number(), state: v.string() })) });
  const lists = config.projects.map(async (id) => {
    const url = `http://127.0.0.1:${ports.simulator}/v1/vms?project_id=${id}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${defaultToken}` } });
    return v.parse(listSchema, await response.json()).vms;
  });
  return new Map((await Promise.all(lists)).flat().map(({ id, state }) => [String(id), powerOf(state)]));
}

describe('the deployed shape on localhost', () => {
  it('says that runs are inline here, for the configuration would have them durable', () => {
    expect(printed).toContain('inline, whatever "engine" says');
  });

  it('shows the warning of a stop, whose link keeps the VMs on once that is confirmed', async () => {
    child.stdin?.write('t');
    await hasPrinted('message {"text":"4 VMs will be stopped in', 20_000);
    const link = /<(http:[^|]+\/v1\/keep\/[^|]+)\|/.exec(printed)?.[1] ?? '';
    const asked = await fetch(link);
    expect([asked.status, await asked.text()]).toEqual([200, expect.stringContaining('Keep 4 VMs on?')]);
    const confirmed = await fetch(link, { method: 'POST', body: new URLSearchParams({ confirm: '1' }) });
    expect([confirmed.status, await confirmed.text()]).toEqual([200, expect.stringContaining('4 VMs will stay on')]);
    const { overrides } = v.parse(overridesSchema, await (await api('/v1/overrides')).json());
    const ends = overrides.flatMap(({ vms }) => vms.map(({ end }) => Date.parse(end)));
    expect(overrides).toMatchObject([{ keep: 'on', by: 'link' }]);
    expect(ends).toEqual(Array(4).fill(Date.parse(stop) + 2 * 3_600_000));
  }, 60_000);

  it('does a run that is posted, and tells of every VM what is true', async () => {
    const before = await truth();
    const posted = await api('/v1/runs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'shutdown', select: 'env=dev' }),
    });
    expect(posted.status).toBe(202);
    const { run, outcomes } = await ended(v.parse(runSchema, await posted.json()).run.name);
    expect(run.status).toBe('ended');
    const after = await truth();
    const named = (result: string) => outcomes.filter((outcome) => outcome.result === result);
    expect(named('succeeded').length).toBeGreaterThan(10);
    for (const { vm, result } of outcomes) {
      if (result === 'succeeded' || result === 'unchanged') expect([vm, after.get(vm)]).toEqual([vm, 'off']);
      if (result === 'failed') expect([vm, after.get(vm)]).toEqual([vm, 'on']);
    }
    const selected = new Set(outcomes.map(({ vm }) => vm));
    const others = [...before].filter(([vm]) => !selected.has(vm));
    expect(others.length).toBeGreaterThan(20);
    expect(others.filter(([vm, power]) => after.get(vm) !== power)).toEqual([]);
    // Two VMs ignore every signal: the run function throws, and nothing ends because of it.
    expect(named('failed').map(({ name }) => name.replace(/-\d+$/, ''))).toEqual(['dev-legacy', 'dev-legacy']);
    await hasPrinted('function openscaler-power-dev-durable-run ended in an error', 5_000);
    await hasPrinted(`message {"text":"Run ${run.name} (shutdown) ended in trouble"`, 5_000);
  }, 60_000);

  it('does the run of a cron that is fired through the Lambda endpoint, once for one time', async () => {
    const fire = (type: 'Event' | 'RequestResponse') =>
      fetch(`http://127.0.0.1:${ports.lambda}/2015-03-31/functions/openscaler-power-dev-scheduled/invocations`, {
        method: 'POST',
        headers: { 'x-amz-invocation-type': type },
        body: JSON.stringify({ cron: 'dev-up', scheduledTime }),
      });
    const scheduledTime = new Date().toISOString();
    const first = v.parse(launched, await (await fire('RequestResponse')).json());
    expect((await fire('Event')).status).toBe(202);
    const repeated = v.parse(launched, await (await fire('RequestResponse')).json());
    expect([first.isNew, repeated]).toEqual([true, { run: first.run, isNew: false }]);
    const { outcomes } = await ended(first.run);
    const after = await truth();
    const started = outcomes.filter(({ result }) => result === 'succeeded');
    expect(started.length).toBeGreaterThan(10);
    expect(started.filter(({ vm }) => after.get(vm) !== 'on')).toEqual([]);
  }, 60_000);

  it('lists its runs, newest first, and cancels none that is over', async () => {
    const listed = await api('/v1/runs?limit=1');
    const { runs, next } = v.parse(runsSchema, await listed.json());
    expect(runs).toMatchObject([{ trigger: 'cron', status: 'ended', action: 'start' }]);
    expect(next).toMatch(/^\/v1\/runs\?limit=1&cursor=/);
    const second = v.parse(runsSchema, await (await api(next ?? '')).json());
    expect(second.runs.map(({ name }) => name)).not.toContain(runs[0]?.name);
    expect(second.runs).toHaveLength(1);
    expect((await api(`/v1/runs/${runs[0]?.name}`, { method: 'DELETE' })).status).toBe(409);
  });

  it('fires a cron on a keypress', async () => {
    child.stdin?.write('1');
    await hasPrinted('cron dev-up fired', 5_000);
  });

  it('fires the tick on a keypress, and it does what an override wants', async () => {
    const { vms } = v.parse(fleetSchema, await (await api('/v1/vms?select=env%3Dstaging')).json());
    const vm = vms.find(({ name, power }) => name.startsWith('staging-app') && power === 'on')?.id ?? '';
    const made = await api('/v1/overrides', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ keep: 'off', ids: [vm], for: '2h', reason: 'a test' }),
    });
    expect(made.status).toBe(201);
    // A tick is of a whole second, and must not be older than the override.
    await sleep(1_000);
    child.stdin?.write('t');
    await expect.poll(async () => (await truth()).get(vm), { timeout: 30_000 }).toBe('off');
    const explained = await (await api(`/v1/vms/${vm}/explain`)).json();
    expect(explained).toMatchObject({ wanted: 'off', override: { keep: 'off', reason: 'a test' } });
  }, 60_000);

  it('does what a signed webhook asks for, and nothing for one that is not', async () => {
    const key = /hexkey:([0-9a-f]+)/.exec(printed)?.[1] ?? '';
    const at = String(Math.floor(Date.now() / 1000));
    const body = JSON.stringify({ type: 'dev.idle' });
    const sum = createHmac('sha256', Buffer.from(key, 'hex')).update(`msg_1.${at}.${body}`).digest('base64');
    const send = (signature: string) =>
      api('/v1/webhooks/ci', {
        method: 'POST',
        headers: { 'webhook-id': 'msg_1', 'webhook-timestamp': at, 'webhook-signature': signature },
        body,
      });
    expect((await send(`v1,${'A'.repeat(43)}=`)).status).toBe(401);
    const answer = await send(`v1,${sum}`);
    expect(answer.status).toBe(202);
    const { outcomes } = await ended(v.parse(runSchema, await answer.json()).run.name);
    expect(outcomes.filter(({ name }) => name.startsWith('staging-app'))).toHaveLength(10);
  }, 60_000);

  it.each([
    ['GET', '/v2/runs', 404, null],
    ['GET', '/', 404, null],
    ['DELETE', '/v1/runs', 405, 'POST, GET'],
    ['DELETE', '/v1/overrides', 405, 'POST, GET'],
  ])('answers %s %s, which it has no route for, with a problem', async (method, path, status, allow) => {
    const answer = await api(path, { method });
    const type = answer.headers.get('content-type');
    expect([answer.status, type, answer.headers.get('allow')]).toEqual([status, 'application/problem+json', allow]);
  });

  it('refuses to start where something else listens, and says where to', async () => {
    const output: string[] = [];
    const options = ['--http-port', String(ports.http), '--lambda-port', String(await freePort())];
    const second = spawn(process.execPath, [join(project.directory, 'deploy/offline.ts'), ...options], { env: {} });
    second.stderr.on('data', (chunk) => output.push(String(chunk)));
    await once(second, 'close');
    expect(second.exitCode).toBe(2);
    expect(output.join('')).toContain(`port ${ports.http} is taken`);
    expect(output.join('')).toContain('--http-port');
  }, 30_000);

  it('prints no token', () => {
    expect(printed).toContain('RequestId');
    expect(printed).not.toContain(defaultToken);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const { pid } = child;
    if (pid === undefined) throw new Error('it was never started');
    expect(await isAnybodyLeft(pid)).toBe(true);
    child.kill('SIGINT');
    await once(child, 'close');
    expect(child.exitCode).toBe(0);
    await expect.poll(() => isAnybodyLeft(pid), { timeout: 5_000 }).toBe(false);
    for (const port of Object.values(ports)) await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
  }, 30_000);
});
