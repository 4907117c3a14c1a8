// A clock for benchmarks that call a real database: a day passes in seconds, and the socket's time does not count.
// It stands still while a real exchange is under way, and else jumps to whoever is due next.

import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../lib/ports.ts';
import { Sleepers } from '../../simulator/sleepers.ts';

const longestHangMs = 10_000;

export class VirtualClock implements Clock {
  #now: number;
  readonly #sleepers = new Sleepers();
  #exchanges = 0;
  #onExchange: () => void = () => undefined;

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#sleepers.sleepUntil(this.#now + Math.max(0, ms), signal);
  }

  /** Something real, during which no virtual time passes. */
  async standStill<T>(real: Promise<T>): Promise<T> {
    this.#exchanges += 1;
    try {
      return await real;
    } finally {
      this.#exchanges -= 1;
      this.#onExchange();
    }
  }

  /** Lets time pass until the promise has settled; fails if it hangs with nobody asleep. */
  async run<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    let hungMs = 0;
    for (;;) {
      await this.#quiet();
      if (isSettled) return promise;
      const due = this.#sleepers.wakeNext();
      if (due === null) {
        // Something real that is not told of, such as a library being loaded: the first call of a client does that.
        hungMs += 1;
        if (hungMs > longestHangMs) throw new Error('the promise hangs: it has not settled and nobody sleeps');
        await setTimeout(1);
        continue;
      }
      hungMs = 0;
      this.#now = Math.max(this.#now, due);
    }
  }

  async #quiet(): Promise<void> {
    do {
      if (this.#exchanges > 0)
        await new Promise<void>((resolve) => {
          this.#onExchange = resolve;
        });
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#exchanges > 0);
  }
}
