import { describe, expect, it } from 'vitest';

import type { PacePolicy } from '../../lib/core/policy.ts';
import { createPace, type Pace } from '../../lib/openscaler/pace.ts';
import { FakeClock } from '../fakes/clock.ts';

function setUp(policy: Partial<PacePolicy> = {}) {
  const clock = new FakeClock(0);
  const pace = createPace({ inFlight: 200, perSecond: 1e6, ...policy }, clock);
  const started: { name: string; at: number }[] = [];
  let now = 0;
  let most = 0;
  /** A call that takes `ms` of the clock. */
  const call = (name: string, ms: number) => async () => {
    started.push({ name, at: clock.now() });
    most = Math.max(most, ++now);
    await clock.sleep(ms);
    now--;
    return name;
  };
  return { clock, pace, started, call, mostAtOnce: () => most };
}

const many = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('the pace', () => {
  it('has at most inFlight calls under way, actions and reads together, and loses none', async () => {
    const { clock, pace, call, mostAtOnce, started } = setUp({ inFlight: 5 });
    const calls = many(40).map((n) => pace.run(n % 4 === 0 ? 'read' : 'action', call(`c${n}`, 10)));
    const names = await clock.run(Promise.all(calls));
    expect(mostAtOnce()).toBe(5);
    expect(names).toEqual(many(40).map((n) => `c${n}`));
    expect(started).toHaveLength(40);
  });

  it('parts starts evenly, perSecond a second', async () => {
    const { clock, pace, call, started } = setUp({ perSecond: 25 });
    await clock.run(Promise.all(many(6).map((n) => pace.run('action', call(`c${n}`, 1)))));
    expect(started.map(({ at }) => at)).toEqual([0, 40, 80, 120, 160, 200]);
  });

  it('does not save up starts while nobody calls', async () => {
    const { clock, pace, call, started } = setUp({ perSecond: 10 });
    await clock.run(pace.run('read', call('first', 1)));
    await clock.run(clock.sleep(10_000));
    await clock.run(Promise.all(many(3).map((n) => pace.run('read', call(`c${n}`, 1)))));
    const after = started.slice(1).map(({ at }) => at);
    expect(after.map((at) => at - (after[0] ?? 0))).toEqual([0, 100, 200]);
  });

  it('keeps one place for reads: an action held for minutes does not hold up a look', async () => {
    const { clock, pace, call, started } = setUp({ inFlight: 3 });
    const held = many(6).map((n) => pace.run('action', call(`held${n}`, 120_000)));
    await clock.run(pace.run('read', call('look', 10)));
    expect(clock.now()).toBe(10);
    expect(started.map(({ name }) => name)).toEqual(['held0', 'held1', 'look']);
    await clock.run(Promise.all(held));
  });

  it('lets a read overtake the actions that wait for their start', async () => {
    const { clock, pace, call, started } = setUp({ perSecond: 1, inFlight: 100 });
    const waiting = many(10).map((n) => pace.run('action', call(`a${n}`, 1)));
    const read = pace.run('read', call('look', 1));
    await clock.run(Promise.all([...waiting, read]));
    expect(started.findIndex(({ name }) => name === 'look')).toBeLessThanOrEqual(2);
  });

  it('works with a single place, too', async () => {
    const { clock, pace, call, mostAtOnce } = setUp({ inFlight: 1 });
    await clock.run(Promise.all([pace.run('action', call('a', 5)), pace.run('read', call('r', 5))]));
    expect(mostAtOnce()).toBe(1);
    expect(clock.now()).toBe(10);
  });

  it('passes on what a call throws and frees its place', async () => {
    const { clock, pace, call } = setUp({ inFlight: 1 });
    const failing = pace.run('read', async () => {
      throw new RangeError('broken');
    });
    await expect(failing).rejects.toThrow('broken');
    expect(await clock.run(pace.run('read', call('next', 1)))).toBe('next');
  });
});

describe('a call that must not leave any more', () => {
  it('says so when its instant passes while it waits for a place, not when its turn comes', async () => {
    const { clock, pace, call, started } = setUp({ inFlight: 2 });
    const held = pace.run('action', call('held', 120_000));
    const late = pace.run('action', call('late', 1), { until: 500 });
    expect(await clock.run(late)).toEqual({ notLeft: 'late' });
    expect(clock.now()).toBe(500);
    await clock.run(held);
    expect(await clock.run(pace.run('action', call('next', 1)))).toBe('next');
    expect(started.map(({ name }) => name)).toEqual(['held', 'next']);
  });

  it('is not even queued when its instant has come, or the run is stopped', async () => {
    const { pace, call, started } = setUp();
    expect(await pace.run('action', call('late', 1), { until: 0 })).toEqual({ notLeft: 'late' });
    expect(await pace.run('action', call('stopped', 1), { stop: AbortSignal.abort() })).toEqual({ notLeft: 'stopped' });
    expect(started).toEqual([]);
  });

  it('stays when the run is stopped while it waits, and takes no start from others', async () => {
    const { clock, pace, call, started } = setUp({ perSecond: 10 });
    const stop = new AbortController();
    const first = pace.run('action', call('first', 1));
    const stopped = many(50).map((n) => pace.run('action', call(`s${n}`, 1), { stop: stop.signal }));
    stop.abort();
    const results = await clock.run(Promise.all(stopped));
    expect(results).toEqual(many(50).map(() => ({ notLeft: 'stopped' })));
    await clock.run(Promise.all([first, pace.run('action', call('last', 1))]));
    expect(started).toEqual([
      { name: 'first', at: 0 },
      { name: 'last', at: 100 },
    ]);
  });

  it('is awaited when it has left: neither its instant nor a stop cuts it short', async () => {
    const { clock, pace, call } = setUp();
    const stop = new AbortController();
    const result = pace.run('action', call('left', 1000), { until: 500, stop: stop.signal });
    void clock.sleep(100).then(() => stop.abort());
    expect(await clock.run(result)).toBe('left');
    expect(clock.now()).toBe(1000);
  });
});

describe('slowing down', () => {
  async function startOf(pace: Pace, clock: FakeClock): Promise<number> {
    let at = -1;
    const call = async () => {
      at = clock.now();
    };
    await clock.run(pace.run('read', call));
    return at;
  }

  it('pauses everybody for a second, and longer each time it happens again', async () => {
    const { clock, pace } = setUp();
    const pauses: number[] = [];
    for (let nth = 0; nth < 6; nth++) {
      const before = clock.now();
      pace.slowDown(before);
      pauses.push((await startOf(pace, clock)) - before);
      await clock.run(clock.sleep(1));
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 8000, 8000]);
    expect(pace.slowness).toBe(16);
  });

  it.each([
    [3000, 3000],
    [0, 0],
    [3_600_000, 60_000],
  ])('pauses as long as Retry-After asks (%i ms), within a minute', async (asked, pause) => {
    const { clock, pace } = setUp();
    pace.slowDown(0, asked);
    expect(await startOf(pace, clock)).toBe(pause);
  });

  it('counts the 429s of one burst once, but waits for the longest of their Retry-Afters', async () => {
    const { clock, pace } = setUp();
    await clock.run(clock.sleep(100));
    for (let n = 0; n < 200; n++) pace.slowDown(50, 1000);
    pace.slowDown(60, 5000);
    await clock.run(clock.sleep(10));
    pace.slowDown(70);
    expect(pace.slowness).toBe(2);
    expect(await startOf(pace, clock)).toBe(5100);
  });

  it('parts starts more widely afterwards, however fast the configured pace is, and recovers gradually', async () => {
    const { clock, pace, call, started } = setUp({ perSecond: 1e6 });
    pace.slowDown(0);
    await clock.run(Promise.all(many(4).map((n) => pace.run('action', call(`c${n}`, 1)))));
    expect(started.map(({ at }) => at)).toEqual([1000, 1010, 1020, 1030]);
    const slowness = many(30).map(() => {
      pace.speedUp();
      return pace.slowness;
    });
    expect(slowness[0]).toBeCloseTo(1.94);
    expect(slowness.indexOf(1)).toBe(22);
    expect(slowness.every((value, n) => value <= (slowness[n - 1] ?? 2))).toBe(true);
  });

  it('doubles the configured gap', async () => {
    const { clock, pace, call, started } = setUp({ perSecond: 10 });
    pace.slowDown(0, 0);
    await clock.run(Promise.all(many(3).map((n) => pace.run('action', call(`c${n}`, 1)))));
    expect(started.map(({ at }) => at)).toEqual([0, 200, 400]);
  });
});
