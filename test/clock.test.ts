// The system's clock, over a wall's clock that people put back and forward.

import { describe, expect, it } from 'vitest';
import { steadyClock } from '../lib/clock.ts';
import { createPace } from '../lib/openscaler/pace.ts';
import type { Clock } from '../lib/ports.ts';
import { FakeClock } from './fakes/clock.ts';

const start = Date.UTC(2026, 10, 23, 19);
const hourMs = 3_600_000;

function bench() {
  const truth = new FakeClock(start);
  const wall = { wrongMs: 0 };
  const { now } = steadyClock(
    () => truth.now() + wall.wrongMs,
    () => truth.now() - start,
  );
  const clock: Clock = { now, sleep: (ms, signal) => truth.sleep(ms, signal) };
  return { truth, wall, clock, pass: (ms: number) => truth.run(truth.sleep(ms)) };
}

describe('the steady clock', () => {
  it('is the wall’s, for as long as that goes on', async () => {
    const { truth, clock, pass } = bench();
    for (const ms of [1, 250, 60_000, hourMs]) {
      await pass(ms);
      expect(clock.now()).toBe(truth.now());
    }
  });

  it('believes at once what the wall skips ahead, as after a container was frozen', async () => {
    const { truth, wall, clock } = bench();
    wall.wrongMs = hourMs;
    expect(clock.now()).toBe(truth.now() + hourMs);
  });

  it('never goes back, and is right again after twice what the wall was put back by', async () => {
    const { truth, wall, clock, pass } = bench();
    const before = clock.now();
    wall.wrongMs = -hourMs;
    expect(clock.now()).toBe(before);
    await pass(hourMs);
    expect(clock.now()).toBe(before + hourMs / 2);
    await pass(hourMs);
    expect(clock.now()).toBe(truth.now() - hourMs);
    await pass(hourMs);
    expect(clock.now()).toBe(truth.now() - hourMs);
  });

  it('lets no call wait for an hour because the clock was put back by one', async () => {
    const { truth, wall, clock } = bench();
    const pace = createPace({ inFlight: 2, perSecond: 1 }, clock);
    await truth.run(pace.run('read', async () => 'first'));
    wall.wrongMs = -hourMs;
    expect(await truth.run(pace.run('read', async () => 'second'))).toBe('second');
    expect(truth.now() - start).toBeLessThanOrEqual(2_000);
  });
});
