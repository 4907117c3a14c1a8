// A clock that moves only when everybody is waiting for it: tests and the demo's fortnight take no real time.
// `sleep` registers a due time; `run` jumps from one due time to the next until the promise has settled.

import type { Clock } from '../lib/ports.ts';
import { Sleepers } from './sleepers.ts';

// A run that never ends would jump for ever: none needs nearly as many jumps.
const mostJumps = 20_000;

export class VirtualClock implements Clock {
  #now: number;
  readonly #sleepers = new Sleepers();

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#sleepers.sleepUntil(this.#now + Math.max(0, ms), signal);
  }

  /** Lets time pass, jump by jump, until the promise has settled; fails if it hangs with nobody asleep. */
  async run<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (let jumps = 0; jumps < mostJumps; jumps += 1) {
      await quiet();
      if (isSettled) return promise;
      const due = this.#sleepers.wakeNext();
      if (due === null) throw new Error('the promise hangs: it has not settled and nobody sleeps');
      this.#now = Math.max(this.#now, due);
    }
    throw new Error(`the promise has not settled after ${mostJumps} jumps in time`);
  }
}

/** Resolves once all promise reactions that are due have run. */
function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
