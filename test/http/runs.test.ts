// POST /v1/runs and GET /v1/runs/{name}, through the real handler over fakes.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import { untouched } from '../../lib/core/outcome.ts';
import type { VmId } from '../../lib/core/vm.ts';
import { apiBench, type EventParts } from './api-bench.ts';

const good = { action: 'shutdown', select: 'env=dev' };

describe('POST /v1/runs launches', () => {
  it('answers 202 with the run, where to read it, and starts it', async () => {
    const { send, launcher } = apiBench();
    const { status, headers, json } = await send({ body: good, caller: 'arn:aws:iam::1:user/ann' });
    expect(status).toBe(202);
    expect(headers).toMatchObject({ location: `/v1/runs/${json.run.name}`, 'content-type': 'application/json' });
    expect(json.run).toEqual({
      name: expect.stringMatching(/^api-[0-9a-f]{32}$/),
      trigger: 'api',
      status: 'recorded',
      request: {
        action: 'shutdown',
        select: 'env=dev',
        ids: null,
        accounts: null,
        projects: null,
        dryRun: false,
        allowDataLoss: false,
        overrideGuard: false,
        allowEmpty: false,
      },
      recordedAt: '2026-01-01T00:00:00.000Z',
      startedAt: null,
      endedAt: null,
      deadline: null,
      cancelRequestedAt: null,
      cancelRequestedBy: null,
      progress: null,
    });
    expect(launcher.started).toEqual([json.run.name]);
  });

  it.each([
    ['no content type', {}],
    ['JSON', { 'content-type': 'application/json' }],
    ['JSON with a charset', { 'Content-Type': 'application/json; charset=utf-8' }],
    ['a JSON dialect', { 'content-type': 'application/merge-patch+json' }],
  ])('takes a body with %s', async (_what, headers) => {
    expect((await apiBench().send({ body: good, headers })).status).toBe(202);
  });

  it('reads a body that the gateway encoded in base64', async () => {
    const body = Buffer.from(JSON.stringify(good)).toString('base64');
    const { status, json } = await apiBench().send({ body, isBase64Encoded: true });
    expect([status, json.run.request.select]).toEqual([202, 'env=dev']);
  });

  it('gives every call without a key a run of its own', async () => {
    const { send, launcher } = apiBench();
    await send({ body: good });
    await send({ body: good });
    expect(new Set(launcher.started).size).toBe(2);
  });

  it('launches power_off once the body allows data loss, and reboot without', async () => {
    const { send, launcher } = apiBench();
    expect((await send({ body: { ...good, action: 'power_off', allowDataLoss: true } })).status).toBe(202);
    expect((await send({ body: { ...good, action: 'reboot' } })).status).toBe(202);
    expect(launcher.started).toHaveLength(2);
  });
});

describe('POST /v1/runs refuses, and launches nothing', () => {
  const many = { action: 'stop', ids: [''], dryRun: 'yes', frobnicate: 1, allowdataloss: true };
  const table: [string, EventParts, number, unknown[]][] = [
    ['no body', {}, 400, [{ message: 'the body is empty' }]],
    ['a body that is not JSON', { body: '{"action":' }, 400, [{ message: 'the body is not JSON' }]],
    [
      'a key twice',
      { body: '{"action":"start","action":"reset","select":"a"}' },
      400,
      [{ message: 'the key "action" is there twice' }],
    ],
    [
      'a prototype',
      { body: '{"__proto__":{"allowDataLoss":true},"action":"power_off","select":"a"}' },
      400,
      [{ message: 'the key "__proto__" is not allowed' }],
    ],
    [
      'bytes that are not UTF-8',
      { body: Buffer.from([0x22, 0xff, 0x22]).toString('base64'), isBase64Encoded: true },
      400,
      [{ message: 'the body is not UTF-8' }],
    ],
    ['an array', { body: [] }, 400, [expect.anything()]],
    ['no VMs', { body: { action: 'start' } }, 400, [{ message: expect.stringContaining('say which VMs') }]],
    [
      'an empty selector',
      { body: { action: 'start', select: '' } },
      400,
      [expect.objectContaining({ path: 'select' })],
    ],
    [
      'a broken selector',
      { body: { action: 'start', select: 'env in (' } },
      400,
      [expect.objectContaining({ path: 'select' })],
    ],
    [
      'five faults at once',
      { body: many },
      400,
      ['action', 'ids.0', 'dryRun', 'frobnicate', 'allowdataloss'].map((path) => expect.objectContaining({ path })),
    ],
    [
      'strange accounts and projects',
      { body: { ...good, accounts: ['acme', 'nobody'], projects: ['web'] } },
      400,
      [
        { path: 'accounts.1', message: 'is not configured; configured are: acme, beta' },
        { path: 'projects.0', message: 'is not configured; configured are: default' },
      ],
    ],
    [
      'power_off without leave',
      { body: { ...good, action: 'power_off' } },
      403,
      [expect.objectContaining({ path: 'allowDataLoss' })],
    ],
    [
      'reset without leave',
      { body: { ...good, action: 'reset', allowDataLoss: false } },
      403,
      [expect.objectContaining({ path: 'allowDataLoss' })],
    ],
    [
      'a dry power_off without leave',
      { body: { ...good, action: 'power_off', dryRun: true } },
      403,
      [expect.objectContaining({ path: 'allowDataLoss' })],
    ],
    ['65,537 bytes', { body: `"${'x'.repeat(65_535)}"` }, 413, []],
    ['text', { body: good, headers: { 'content-type': 'text/plain' } }, 415, []],
    ['a form', { body: good, headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415, []],
    ['almost JSON', { body: good, headers: { 'content-type': 'application/jsonp' } }, 415, []],
    [
      'an empty key',
      { body: good, headers: { 'idempotency-key': '' } },
      400,
      [expect.objectContaining({ path: 'Idempotency-Key' })],
    ],
    [
      'a long key',
      { body: good, headers: { 'idempotency-key': 'k'.repeat(256) } },
      400,
      [expect.objectContaining({ path: 'Idempotency-Key' })],
    ],
    [
      'a key in Arabic',
      { body: good, headers: { 'idempotency-key': 'مفتاح' } },
      400,
      [expect.objectContaining({ path: 'Idempotency-Key' })],
    ],
  ];

  it.each(table)('%s', async (_what, parts, status, faults) => {
    const { send, launcher, log } = apiBench();
    const answer = await send(parts);
    expect(answer.json).toEqual({
      type: expect.stringMatching(/^urn:problem-type:openscaler-power:[a-z-]+$/),
      title: expect.any(String),
      status,
      detail: expect.any(String),
      faults,
    });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(launcher.started).toEqual([]);
    expect(log.lines.map(({ level }) => level)).toEqual(['info']);
  });

  it('says in the detail what the faults say, each after its path', async () => {
    const { json } = await apiBench().send({ body: { action: 'stop', select: 'a', x: 1, dryRun: 1 } });
    const known = 'action, select, ids, accounts, projects, dryRun, allowDataLoss, overrideGuard, allowEmpty';
    const action = 'must be one of start, shutdown, power_off, reboot, reset';
    expect(json.faults).toEqual([
      { path: 'action', message: action },
      { path: 'dryRun', message: 'must be true or false' },
      { path: 'x', message: `unknown; allowed are ${known}` },
    ]);
    expect(json.detail).toBe(`action: ${action}; dryRun: must be true or false; x: unknown; allowed are ${known}`);
    expect((await apiBench().send({ body: { action: 'start' } })).json.detail).toMatch(/^say which VMs/);
  });

  it.each([['null'], ['"text"'], ['[{"x":1}]']])('finds no unknown fields in %s', async (body: string) => {
    const { json } = await apiBench().send({ body });
    expect(json.faults).toEqual([{ message: 'the body must be a JSON object' }]);
  });

  it('refuses a body that begins with a byte order mark, as JSON does', async () => {
    expect((await apiBench().send({ body: `\ufeff${JSON.stringify(good)}` })).status).toBe(400);
  });

  it('takes 65,536 bytes for a body it may read, and so judges what it says', async () => {
    expect((await apiBench().send({ body: `"${'x'.repeat(65_534)}"` })).status).toBe(400);
  });

  it('pollutes no prototype', async () => {
    const { send } = apiBench();
    await send({
      body: '{"constructor":{"prototype":{"polluted":1}},"__proto__":{"polluted":1},"action":"start","select":"a"}',
    });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('Idempotency-Key', () => {
  const keyed = (key: string, body: unknown, caller = 'arn:ann') => ({
    body,
    caller,
    headers: { 'Idempotency-Key': key },
  });

  it('makes a repeat of key and body the same run, recorded once', async () => {
    const { send } = apiBench();
    const first = await send(keyed('k 1', good));
    const second = await send(keyed('k 1', { select: 'env=dev', action: 'shutdown' }));
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.json).toEqual(first.json);
  });

  it('answers 409 to the same key with another body', async () => {
    const { send, launcher } = apiBench();
    await send(keyed('k', good));
    const { status, json } = await send(keyed('k', { ...good, action: 'start' }));
    expect([status, json.type]).toEqual([409, 'urn:problem-type:openscaler-power:conflict']);
    expect(launcher.started).toHaveLength(1);
  });

  it('counts per caller, and an anonymous one is a caller too', async () => {
    const { send, launcher } = apiBench();
    await send(keyed('k', good, 'arn:ann'));
    await send(keyed('k', good, 'arn:bob'));
    await send({ body: good, headers: { 'idempotency-key': 'k' } });
    await send({ body: good, headers: { 'idempotency-key': 'k' }, caller: 'anonymous' });
    expect(new Set(launcher.started).size).toBe(3);
  });

  it('starts a run whose start failed, when the call is repeated', async () => {
    const { send, launcher } = apiBench();
    launcher.failure = new PowerError('aws', 'table arn:secret-detail is down');
    const failed = await send(keyed('k', good));
    expect([failed.status, failed.json.requestId]).toEqual([503, 'request-1']);
    expect(failed.text).not.toContain('secret-detail');
    launcher.failure = null;
    expect((await send(keyed('k', good))).status).toBe(202);
    expect(launcher.started).toHaveLength(2);
  });
});

describe('a dry run', () => {
  it('is answered at once with the plan, in the time the handler has, and not launched', async () => {
    const { send, launcher, planned, clock } = apiBench();
    const { status, json } = await send({ body: { ...good, dryRun: true } });
    expect(status).toBe(200);
    expect(json).toMatchObject({ run: { action: 'shutdown', dryRun: true }, outcomes: [], verdict: 'well' });
    expect(planned).toEqual([{ name: json.run.name, until: clock.now() + 27_000 }]);
    expect(launcher.started).toEqual([]);
  });

  it('never bears the name of a real run, and honours a key that stands for one', async () => {
    const { send, planned } = apiBench();
    const headers = { 'idempotency-key': 'k1' };
    const real = await send({ headers, body: good });
    expect((await send({ headers, body: { ...good, dryRun: true } })).status).toBe(409);
    const plan = await send({ headers: { 'idempotency-key': 'k2' }, body: { ...good, dryRun: true } });
    expect(plan.status).toBe(200);
    expect(planned).toHaveLength(1);
    expect(plan.json.run.name).toMatch(/^plan-/);
    expect(plan.json.run.name).not.toBe(real.json.run.name);
  });

  const failed = { account: 'acme', project: 'default', reason: 'the list answers 500' };

  it.each([
    ['is a 502 that names every list when no VM could be listed', 0, 502],
    ['is the plan when some could', 4, 200],
  ])('%s', async (_what, listed, expected) => {
    const { send } = apiBench({
      plan: async (run) => {
        const calls = { lists: 1, reads: 0, actions: 0 };
        const { action, select, dryRun } = run.request;
        const at = '2026-01-01T00:00:00.000Z';
        const head = { name: run.name, action, select, dryRun, startedAt: at, endedAt: at };
        const rest = { counts: {}, outcomes: [], matched: false, allowEmpty: false, interrupted: false, calls };
        return { report: { run: head, ...rest, unlisted: [failed] }, listed };
      },
    });
    const { status, json } = await send({ body: { ...good, dryRun: true } });
    expect(status).toBe(expected);
    if (expected === 502) expect(json.faults).toEqual([{ path: 'acme/default', message: failed.reason }]);
    else expect(json).toMatchObject({ unlisted: [failed], verdict: 'trouble' });
  });
});

describe('GET /v1/runs/{name}', () => {
  const vm = { id: '8' as VmId, name: 'web-1', account: 'acme', project: 'default', power: 'on' } as const;
  const outcome = untouched(vm, 'shutdown', { result: 'skipped', code: 'protected', reason: 'it is protected' });

  it('shows status, progress, outcomes and summary', async () => {
    const { send, store } = apiBench();
    const { name } = (await send({ body: good })).json.run;
    await store.claim(name, '2026-01-01T00:00:00.000Z', '2026-01-01T00:15:00.000Z', 'worker-1');
    await store.progress(name, { selected: 1, sent: 0, settled: 1, tiers: [] }, [outcome]);
    const running = await send({ method: 'GET', path: `/v1/runs/${name}` });
    expect(running.json).toMatchObject({
      run: {
        name,
        status: 'running',
        deadline: '2026-01-01T00:15:00.000Z',
        progress: { selected: 1, sent: 0, settled: 1, tiers: [] },
      },
      outcomes: [outcome],
      summary: null,
    });
    await store.end(name, '2026-01-01T00:01:00.000Z', { verdict: 'well' }, []);
    const ended = await send({ method: 'GET', path: `/v1/runs/${name}` });
    expect([ended.status, ended.json.run.status, ended.json.summary]).toEqual([200, 'ended', { verdict: 'well' }]);
  });

  it('calls a run lost once its deadline is over', async () => {
    const { send, store, clock } = apiBench();
    const { name } = (await send({ body: good })).json.run;
    await store.claim(name, '2026-01-01T00:00:00.000Z', '2026-01-01T00:15:00.000Z', 'worker-1');
    await clock.run(clock.sleep(16 * 60_000));
    expect((await send({ method: 'GET', path: `/v1/runs/${name}` })).json.run.status).toBe('lost');
  });

  it.each(['nobody', 'a%20b', '%20b', 'b%20', '..%2Fruns', 'x'.repeat(65), '%00'])(
    'answers 404 to %s',
    async (name) => {
      expect((await apiBench().send({ method: 'GET', path: `/v1/runs/${name}` })).status).toBe(404);
    },
  );

  it('answers 400 to a name that cannot be decoded', async () => {
    expect((await apiBench().send({ method: 'GET', path: '/v1/runs/%E0%A4%A' })).status).toBe(400);
  });
});
