import { describe, expect, it } from 'vitest';
import { Sleepers } from '../../simulator/sleepers.ts';

/** Sleepers by name, and who has woken so far. */
function bedroom() {
  const sleepers = new Sleepers();
  const woken: string[] = [];
  const sleep = (name: string, due: number, signal?: AbortSignal) =>
    sleepers.sleepUntil(due, signal).then(() => void woken.push(name));
  const settled = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return woken;
  };
  return { sleepers, sleep, settled };
}

describe('sleepers', () => {
  it('are woken one by one, in the order of their instants, and of those at one instant the first to lie down', async () => {
    const { sleepers, sleep, settled } = bedroom();
    for (const [name, due] of Object.entries({ late: 30, early: 10, alsoEarly: 10 })) void sleep(name, due);
    expect(sleepers.nextDue).toBe(10);
    expect([sleepers.wakeNext(), sleepers.wakeNext()]).toEqual([10, 10]);
    expect(await settled()).toEqual(['early', 'alsoEarly']);
    expect([sleepers.wakeNext(), sleepers.wakeNext(), sleepers.nextDue]).toEqual([30, null, null]);
    expect(await settled()).toEqual(['early', 'alsoEarly', 'late']);
  });

  it('are woken together once it is time, and nobody before', async () => {
    const { sleepers, sleep, settled } = bedroom();
    for (const [name, due] of Object.entries({ one: 10, two: 20, three: 21 })) void sleep(name, due);
    sleepers.wakeDue(20);
    expect(await settled()).toEqual(['one', 'two']);
    expect(sleepers.nextDue).toBe(21);
  });

  it('that are told to stop sleep no longer, nor begin to', async () => {
    const { sleepers, sleep, settled } = bedroom();
    const stop = new AbortController();
    void sleep('stopped', 10, stop.signal);
    stop.abort();
    void sleep('never began', 10, stop.signal);
    expect(await settled()).toEqual(['stopped', 'never began']);
    expect(sleepers.nextDue).toBeNull();
  });
});
