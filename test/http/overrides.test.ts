// POST, GET and DELETE of /v1/overrides, through the real handler and the real use cases over a fake cloud.

import { describe, expect, it } from 'vitest';
import { apiBench, type EventParts } from './api-bench.ts';

// It is Thursday, 2026-01-01T00:00Z.
const fleet = [
  { id: '1', description: '[env=dev schedule=office-hours]' },
  { id: '2', description: '[env=dev]' },
  { id: '3', description: '[env=dev protected]' },
];

const good = { keep: 'on', select: 'env=dev', for: '3h', reason: 'a release' };
const caller = 'arn:aws:iam::111122223333:user/amel';

function bench() {
  const made = apiBench({}, fleet);
  const post = (body: unknown, more: EventParts = {}) => made.send({ path: '/v1/overrides', body, caller, ...more });
  const list = async () => (await made.send({ method: 'GET', path: '/v1/overrides' })).json.overrides;
  const cancel = (id: string) => made.send({ method: 'DELETE', path: `/v1/overrides/${id}` });
  return { ...made, post, list, cancel };
}

describe('POST /v1/overrides', () => {
  it('keeps the selected VMs in the name of the caller, and says which it leaves out and why', async () => {
    const { post, state } = bench();
    const { status, json } = await post(good);
    expect([status, json]).toEqual([
      201,
      {
        override: {
          id: expect.stringMatching(/^keep-[0-9a-f]{12}$/),
          keep: 'on',
          start: '2026-01-01T00:00:00Z',
          reason: 'a release',
          by: caller,
          cancelled: null,
          vms: [
            { vm: '1', account: 'acme', end: '2026-01-01T03:00:00Z' },
            { vm: '2', account: 'acme', end: '2026-01-01T03:00:00Z' },
          ],
        },
        leftOut: [{ vm: '3', name: 'vm-3', account: 'acme', reason: expect.stringContaining('protected') }],
        unlisted: [],
      },
    ]);
    const kept = (await state.load()).overrides;
    expect(kept.map(({ id, by }) => [id, by])).toEqual([[json.override.id, caller]]);
  });

  it.each([
    [{ for: 'PT90M' }, '2026-01-01T01:30:00Z'],
    [{ until: '2026-01-02T22:00+01:00' }, '2026-01-02T21:00:00Z'],
    [{ untilNextStart: true }, '2026-01-01T07:00:00Z'],
    [{ untilNextStop: true }, '2026-01-01T17:00:00Z'],
  ])('ends by %j', async (end, expected) => {
    const { keep, reason } = good;
    const { status, json } = await bench().post({ keep, reason, ids: ['1'], ...end });
    expect([status, json.override.vms]).toEqual([201, [{ vm: '1', account: 'acme', end: expected }]]);
  });

  it.each([
    ['no VMs', { select: undefined }, null],
    ['no end', { for: undefined }, null],
    ['two ends', { until: '2026-01-02T00:00Z' }, null],
    ['an end that is no instant', { for: undefined, until: '2026-01-02T00:00' }, 'until'],
    ['no duration', { for: 'soon' }, 'for'],
    ['an empty duration', { for: '0s' }, 'for'],
    ['a boundary that is not meant', { for: undefined, untilNextStart: false }, 'untilNextStart'],
    ['no reason', { reason: undefined }, 'reason'],
    ['a blank reason', { reason: ' ' }, 'reason'],
    ['a reason with control characters', { reason: 'a\u001b[31m' }, 'reason'],
    ['a reason without end', { reason: 'x'.repeat(201) }, 'reason'],
    ['a power that there is not', { keep: 'up' }, 'keep'],
    ['a selector that cannot be read', { select: 'env in (' }, 'select'],
    ['somebody else’s name', { by: 'root' }, 'by'],
  ])('refuses %s', async (_what, changes, path) => {
    const { post, state } = bench();
    const { status, json } = await post({ ...good, ...changes });
    expect([status, json.faults.map((fault: { path?: string }) => fault.path ?? null)]).toEqual([400, [path]]);
    expect((await state.load()).overrides).toEqual([]);
  });

  it('refuses what lasts longer than the longest allowed, and says how long that is', async () => {
    const { status, json } = await bench().post({ ...good, for: '8d' });
    expect([status, json.detail]).toEqual([400, expect.stringContaining('7d')]);
  });

  it('answers 404 when it would be on no VM', async () => {
    expect((await bench().post({ ...good, select: 'env=qa' })).status).toBe(404);
    expect((await bench().post({ ...good, select: undefined, ids: ['99'] })).status).toBe(404);
  });
});

describe('an Idempotency-Key', () => {
  const headers = { 'idempotency-key': 'release-7' };

  it('makes a repeat find the first override, also after its end', async () => {
    const { post, state, clock } = bench();
    const first = await post(good, { headers });
    await clock.run(clock.sleep(4 * 3_600_000));
    const second = await post({ ...good }, { headers });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.json).toEqual({ override: first.json.override, leftOut: null, unlisted: null });
    expect((await state.load()).overrides).toHaveLength(1);
  });

  it('with another body is a conflict', async () => {
    const { post, list } = bench();
    await post(good, { headers });
    expect((await post({ ...good, keep: 'off' }, { headers })).status).toBe(409);
    expect(await list()).toHaveLength(1);
  });

  it('counts per caller', async () => {
    const { post, list } = bench();
    await post(good, { headers });
    expect((await post(good, { headers, caller: `${caller}-2` })).status).toBe(201);
    expect(await list()).toHaveLength(2);
  });

  it('must be printable', async () => {
    expect((await bench().post(good, { headers: { 'idempotency-key': '\u0007' } })).status).toBe(400);
  });

  it('is not needed: two posts without one are two overrides', async () => {
    const { post, list } = bench();
    await post(good);
    await post(good);
    expect(await list()).toHaveLength(2);
  });
});

describe('GET and DELETE of overrides', () => {
  it('list those that hold, and end one now', async () => {
    const { post, list, cancel, clock } = bench();
    const { json } = await post(good);
    expect(await list()).toEqual([json.override]);
    await clock.run(clock.sleep(60_000));
    const cancelled = await cancel(json.override.id);
    expect([cancelled.status, cancelled.json]).toEqual([
      200,
      { override: { ...json.override, cancelled: '2026-01-01T00:01:00Z' } },
    ]);
    expect(await list()).toEqual([]);
  });

  it('say again what was cancelled before', async () => {
    const { post, cancel, clock } = bench();
    const { id } = (await post(good)).json.override;
    const first = await cancel(id);
    await clock.run(clock.sleep(60_000));
    expect((await cancel(id)).json).toEqual(first.json);
  });

  it.each(['keep-000000000000', 'x'.repeat(65), '%20', 'a%2Fb'])('know no override %s', async (id) => {
    expect((await bench().cancel(id)).status).toBe(404);
  });

  it('show an override in what is explained', async () => {
    const { post, send } = bench();
    await post(good);
    const { json } = await send({ method: 'GET', path: '/v1/vms/1/explain' });
    expect(json).toMatchObject({
      wanted: 'on',
      override: { keep: 'on', until: '2026-01-01T03:00:00Z', reason: 'a release', by: caller },
    });
  });
});
