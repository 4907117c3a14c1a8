// The arithmetic behind "makespan ÷ lower bound": a wrong bound would make every figure of the benchmark a lie.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowerBound, type Post, withoutForesight } from '../../bench/makespan/bound.ts';
import { postsOf } from '../../bench/makespan/posts.ts';
import type { LoggedRequest } from '../../simulator/request-log.ts';

const held = (...times: readonly number[]): Post[] => times.map((heldMs) => ({ heldMs, doneMs: heldMs }));

describe('the lower bound', () => {
  it.each([
    ['the slowest VM', held(9_000, 1_000), { inFlight: 2, perSecond: 10 }, 9_000, 'slowest VM'],
    [
      'a VM that is done long after its answer',
      [{ heldMs: 1_000, doneMs: 7_000 }],
      { inFlight: 1, perSecond: 10 },
      7_000,
      'slowest VM',
    ],
    ['held time by calls at once', held(4_000, 4_000, 4_000), { inFlight: 2, perSecond: 10 }, 6_000, 'in flight'],
    ['POSTs by calls per second', held(100, 100, 100), { inFlight: 9, perSecond: 2 }, 1_500, 'per second'],
  ])('is set by %s', (_name, posts, pace, ms, by) => {
    expect(lowerBound(posts, pace)).toMatchObject({ ms, by });
  });

  it('tells all three', () => {
    expect(lowerBound(held(4_000, 2_000), { inFlight: 2, perSecond: 4 })).toEqual({
      slowestMs: 4_000,
      heldMs: 3_000,
      paceMs: 500,
      ms: 4_000,
      by: 'slowest VM',
    });
  });

  it('is nothing for nobody', () => {
    expect(lowerBound([], { inFlight: 2, perSecond: 4 }).ms).toBe(0);
  });
});

describe('a sender without foresight', () => {
  it.each([
    ['sends at once what fits', held(3_000, 5_000), { inFlight: 2, perSecond: 1e9 }, 5_000],
    [
      'sends to the next when the first place is free',
      held(3_000, 5_000, 1_000),
      { inFlight: 2, perSecond: 1e9 },
      5_000,
    ],
    ['meets the slow one last', held(1_000, 1_000, 8_000), { inFlight: 2, perSecond: 1e9 }, 9_000],
    ['sends one by one in one place', held(1_000, 2_000, 3_000), { inFlight: 1, perSecond: 1e9 }, 6_000],
    ['takes the place that is free first', held(5_000, 2_000, 3_000, 1_000), { inFlight: 2, perSecond: 1e9 }, 6_000],
    ['keeps its pace', held(100, 100, 100), { inFlight: 9, perSecond: 2 }, 1_100],
  ])('%s', (_name, posts, pace, ms) => {
    expect(withoutForesight(posts, pace)).toBeCloseTo(ms, 3);
  });

  it('waits for a VM that is done after its answer, without keeping its place', () => {
    const posts = [{ heldMs: 1_000, doneMs: 4_000 }, ...held(1_000, 1_000)];
    expect(withoutForesight(posts, { inFlight: 1, perSecond: 1e9 })).toBeCloseTo(4_000, 3);
  });

  it('is never faster than the bound, but for the first send that needs no turn', () => {
    const post = fc
      .tuple(fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 0, max: 9_000 }))
      .map(([heldMs, more]) => ({ heldMs, doneMs: heldMs + more }));
    const pace = fc.record({ inFlight: fc.integer({ min: 1, max: 9 }), perSecond: fc.integer({ min: 1, max: 100 }) });
    fc.assert(
      fc.property(fc.array(post, { minLength: 1, maxLength: 60 }), pace, (posts, of) => {
        expect(withoutForesight(posts, of)).toBeGreaterThanOrEqual(
          lowerBound(posts, of).ms - 1_000 / of.perSecond - 1e-6,
        );
      }),
    );
  });
});

describe('what the log says of POSTs', () => {
  const request = (vm: string, at: number, endedAt: number | null, method = 'POST'): LoggedRequest => ({
    at,
    method,
    host: '',
    path: '',
    query: '',
    vm,
    action: 'shutdown',
    status: 200,
    endedAt,
    authorised: true,
  });
  const off = (id: string, since: number) => ({ id, since });

  it('is in the run’s own time', () => {
    expect(postsOf([request('1', 1_000, 1_500)], [off('1', 1_400)], 10)).toEqual([{ heldMs: 5_000, doneMs: 5_000 }]);
  });

  it('has a VM done when it is off, where that is after its answer', () => {
    expect(postsOf([request('1', 1_000, 1_500)], [off('1', 1_900)], 2)).toEqual([{ heldMs: 1_000, doneMs: 1_800 }]);
  });

  it('counts a VM that was sent to twice once, from its first POST to its last answer', () => {
    const posts = postsOf(
      [request('1', 0, 100), request('2', 50, 60), request('1', 300, 400)],
      [off('1', 350), off('2', 55)],
      1,
    );
    expect(posts).toEqual([
      { heldMs: 100, doneMs: 400 },
      { heldMs: 10, doneMs: 10 },
      { heldMs: 100, doneMs: 100 },
    ]);
  });

  it('leaves lists out, and counts no time for an answer that never came', () => {
    expect(postsOf([request('', 0, 100, 'GET'), request('1', 0, null)], [], 1)).toEqual([{ heldMs: 0, doneMs: 0 }]);
  });
});
