// GET /v1/runs, the pages of GET /v1/runs/{name}, and DELETE /v1/runs/{name}, through the real handler over fakes.

import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../lib/core/outcome.ts';
import { report } from '../cli/reports.ts';
import { newRun, outcomeOf } from '../contracts/run-store.ts';
import { apiBench } from './api-bench.ts';

const start = '2026-01-01T00:00:00.000Z';
const deadline = '2026-01-01T00:15:00.000Z';
const at = (second: number) => `2025-12-31T23:00:${String(second).padStart(2, '0')}.000Z`;

function get(path: string, query = '') {
  return { method: 'GET', path, query };
}

/** A path with a query, as `next` gives it. */
function follow(next: string) {
  const [path = '', query = ''] = next.split('?');
  return get(path, query);
}

async function benchWith(count: number) {
  const bench = apiBench();
  for (let index = 0; index < count; index += 1) {
    await bench.store.record(newRun(`cron-${index}`, { recordedAt: at(index) }));
  }
  return bench;
}

describe('GET /v1/runs', () => {
  it('lists runs newest first, in lines that leave out ids and outcomes', async () => {
    const { send, store } = await benchWith(1);
    const request = { action: 'start', select: null, ids: ['8', '9'] };
    await store.record(newRun('api-1', { trigger: 'api', request, recordedAt: at(9) }));
    await store.claim('cron-0', start, deadline, 'worker-1');
    const { outcomes: _outcomes, ...rest } = report({});
    await store.end('cron-0', deadline, { ...rest, verdict: 'well' }, [outcomeOf('1')]);
    const { status, json } = await send(get('/v1/runs'));
    expect(status).toBe(200);
    const notYet = { startedAt: null, endedAt: null, cancelRequestedAt: null, progress: null };
    expect(json).toEqual({
      runs: [
        {
          name: 'api-1',
          trigger: 'api',
          status: 'recorded',
          action: 'start',
          select: null,
          recordedAt: at(9),
          ...notYet,
          ending: null,
          counts: null,
        },
        {
          name: 'cron-0',
          trigger: 'cron',
          status: 'ended',
          action: 'shutdown',
          select: 'env=dev',
          recordedAt: at(0),
          ...notYet,
          startedAt: start,
          endedAt: deadline,
          ending: 'well',
          counts: rest.counts,
        },
      ],
      next: null,
    });
  });

  it('lists what it cannot read the request of all the same', async () => {
    const { send, store } = apiBench();
    await store.record(newRun('old', { request: { verb: 'halt' }, recordedAt: at(0) }));
    expect((await send(get('/v1/runs'))).json.runs).toMatchObject([{ name: 'old', action: null, select: null }]);
  });

  it('gives twenty to a page unless told otherwise, and names the next one', async () => {
    const { send } = await benchWith(25);
    const first = (await send(get('/v1/runs'))).json;
    expect(first.runs).toHaveLength(20);
    expect(first.runs[0].name).toBe('cron-24');
    const second = (await send(follow(first.next))).json;
    expect(second.runs.map(({ name }: { name: string }) => name)).toEqual(
      [4, 3, 2, 1, 0].map((index) => `cron-${index}`),
    );
    expect(second.next).toBeNull();
  });

  it('keeps the length of a page from page to page', async () => {
    const { send } = await benchWith(5);
    const names: string[] = [];
    for (let next: string | null = '/v1/runs?limit=2'; next !== null; ) {
      const { runs, next: after }: { runs: { name: string }[]; next: string | null } = (await send(follow(next))).json;
      expect(runs.length).toBeLessThanOrEqual(2);
      names.push(...runs.map(({ name }) => name));
      next = after;
    }
    expect(names).toEqual([4, 3, 2, 1, 0].map((index) => `cron-${index}`));
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=', 'limit'],
    ['limit=many', 'limit'],
    ['cursor=', 'cursor'],
    ['cursor=abc', 'cursor'],
    [`cursor=${at(1)}~`, 'cursor'],
    [`cursor=${at(1)}~a%20b`, 'cursor'],
    ['status=ended', 'status'],
  ])('refuses ?%s', async (query, path) => {
    const { status, json } = await (await benchWith(1)).send(get('/v1/runs', query));
    expect([status, json.faults]).toEqual([400, [{ path, message: expect.any(String) }]]);
  });
});

describe("a run's outcomes", () => {
  async function benchOf(outcomes: readonly Outcome[]) {
    const bench = apiBench();
    await bench.store.record(newRun('big'));
    await bench.store.claim('big', start, deadline, 'worker-1');
    await bench.store.progress('big', { selected: 9_000, sent: 0, settled: 0, tiers: [] }, outcomes);
    return bench;
  }

  const many = (count: number, more: Partial<Outcome> = {}) =>
    Array.from({ length: count }, (_, index) => outcomeOf(String(index), more));

  it('come a thousand to a page, with the counts of all', async () => {
    const { send } = await benchOf([...many(1_200), outcomeOf('x', { result: 'failed' })]);
    const first = (await send(get('/v1/runs/big'))).json;
    expect(first.counts).toEqual({ succeeded: 1_200, failed: 1 });
    expect(first.outcomes).toHaveLength(1_000);
    expect(first.next).toBe('/v1/runs/big?limit=1000&cursor=1000');
    const second = (await send(follow(first.next))).json;
    expect(second.counts).toEqual(first.counts);
    expect(second.outcomes.map(({ vm }: Outcome) => vm)).toEqual([
      ...Array.from({ length: 200 }, (_, index) => String(1_000 + index)),
      'x',
    ]);
    expect(second.next).toBeNull();
  });

  it('stay on their pages while more are added and earlier ones change', async () => {
    const { send, store } = await benchOf(many(3));
    const { next } = (await send(get('/v1/runs/big', 'limit=2'))).json;
    const more = [outcomeOf('0', { result: 'gone' }), outcomeOf('new')];
    await store.progress('big', { selected: 9_000, sent: 0, settled: 0, tiers: [] }, more);
    const second = (await send(follow(next))).json;
    expect(second.outcomes.map(({ vm }: Outcome) => vm)).toEqual(['2', 'new']);
    expect(second.next).toBeNull();
  });

  it('are never more than Lambda can answer, however long their reasons', async () => {
    const { send } = await benchOf(many(5_000, { reason: '"é'.repeat(500) }));
    const seen: string[] = [];
    let pages = 0;
    for (let next: string | null = '/v1/runs/big?limit=5000'; next !== null; pages += 1) {
      const answer = await send(follow(next));
      // As Lambda wraps it.
      expect(Buffer.byteLength(JSON.stringify({ body: answer.text }))).toBeLessThan(6_000_000);
      seen.push(...answer.json.outcomes.map(({ vm }: Outcome) => vm));
      next = answer.json.next;
    }
    expect(pages).toBeGreaterThan(2);
    expect(seen).toEqual(many(5_000).map(({ vm }) => vm));
  });

  it('come one at a time where a single one is too long', async () => {
    const { send } = await benchOf(many(2, { reason: 'x'.repeat(3_100_000) }));
    const { outcomes, next } = (await send(get('/v1/runs/big'))).json;
    expect([outcomes.length, next]).toEqual([1, '/v1/runs/big?limit=1000&cursor=1']);
  });

  it('are not read for a page of none', async () => {
    const { send, store } = await benchOf(many(3));
    const { outcomes } = store;
    store.outcomes = () => Promise.reject(new Error('nobody asked for outcomes'));
    const running = (await send(get('/v1/runs/big', 'limit=0'))).json;
    expect([running.counts, running.outcomes, running.next]).toEqual([null, [], null]);
    const { outcomes: _outcomes, ...rest } = report({});
    await store.end('big', deadline, { ...rest, verdict: 'well' }, []);
    expect((await send(get('/v1/runs/big', 'limit=0'))).json.counts).toEqual(rest.counts);
    store.outcomes = outcomes;
  });

  it('are none past the last', async () => {
    const { send } = await benchOf(many(3));
    const { outcomes, next, counts } = (await send(get('/v1/runs/big', 'cursor=7'))).json;
    expect([outcomes, next, counts]).toEqual([[], null, { succeeded: 3 }]);
  });

  it.each([
    ['limit=5001', 'limit'],
    ['limit=-1', 'limit'],
    ['cursor=-1', 'cursor'],
    ['cursor=1e3', 'cursor'],
    ['cursor=', 'cursor'],
    ['page=2', 'page'],
  ])('are refused for ?%s', async (query, path) => {
    const { status, json } = await (await benchOf([])).send(get('/v1/runs/big', query));
    expect([status, json.faults]).toEqual([400, [{ path, message: expect.any(String) }]]);
  });
});

describe('DELETE /v1/runs/{name}', () => {
  const remove = (name: string) => ({ method: 'DELETE', path: `/v1/runs/${name}`, caller: 'arn:aws:iam::1:user/ann' });

  it('cancels a run that has not begun: 200, and again 200', async () => {
    const { send, store, log } = await benchWith(1);
    const first = await send(remove('cron-0'));
    expect(first.status).toBe(200);
    expect(first.headers.location).toBe('/v1/runs/cron-0');
    expect(first.json.run).toMatchObject({
      status: 'ended',
      cancelRequestedAt: start,
      cancelRequestedBy: 'arn:aws:iam::1:user/ann',
    });
    expect(log.lines).toMatchObject([{ level: 'info', fields: { run: 'cron-0', by: 'arn:aws:iam::1:user/ann' } }]);
    expect(await store.claim('cron-0', start, deadline, 'worker-1')).toBeNull();
    const second = await send({ ...remove('cron-0'), caller: 'arn:aws:iam::1:user/bob' });
    expect([second.status, second.json]).toEqual([200, first.json]);
    const { json } = await send(get('/v1/runs/cron-0'));
    expect(json.summary).toEqual({
      notBegun: 'cancelled',
      reason: 'cancelled by arn:aws:iam::1:user/ann before it began: nothing was sent',
    });
    expect((await send(get('/v1/runs'))).json.runs).toMatchObject([{ ending: 'cancelled', counts: null }]);
  });

  it('asks a running run to stop: 202, again 202, and 200 once it has ended', async () => {
    const { send, store } = await benchWith(1);
    await store.claim('cron-0', start, deadline, 'worker-1');
    const first = await send(remove('cron-0'));
    expect([first.status, first.json.run.status, first.json.run.cancelRequestedAt]).toEqual([202, 'running', start]);
    expect(await store.isCancelled('cron-0')).toBe(true);
    expect((await send(remove('cron-0'))).status).toBe(202);
    await store.end('cron-0', start, { interrupted: true }, []);
    const ended = await send(remove('cron-0'));
    expect([ended.status, ended.json.run.status]).toEqual([200, 'ended']);
  });

  it('answers 409 to a run that was over before', async () => {
    const { send, store, clock, log } = await benchWith(2);
    await store.claim('cron-0', start, deadline, 'worker-1');
    await store.end('cron-0', start, {}, []);
    const ended = await send(remove('cron-0'));
    expect([ended.status, ended.json.type]).toEqual([409, 'urn:problem-type:openscaler-power:over']);
    expect(ended.json.detail).toBe('run cron-0 is over (ended): there is nothing to cancel');
    await store.claim('cron-1', start, deadline, 'worker-1');
    await store.cancel('cron-1', start, 'ann');
    await clock.run(clock.sleep(16 * 60_000));
    const lost = await send(remove('cron-1'));
    expect([lost.status, lost.json.detail]).toEqual([409, expect.stringContaining('(lost)')]);
    expect(log.lines.filter(({ message }) => message === 'a run is cancelled')).toEqual([]);
  });

  it.each(['nobody', 'x'.repeat(65), 'a%20b'])('answers 404 to %s', async (name) => {
    expect((await apiBench().send(remove(name))).status).toBe(404);
  });
});
