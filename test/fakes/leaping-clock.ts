// A clock for runs on an engine that is not ours to hold still: it leaps to the next sleeper whenever nothing stirred for a moment.
// Instants come out roughly right and always in order; whoever tests them exactly takes the virtual clock.

import type { Clock } from '../../lib/ports.ts';

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

// Taken before a test runner puts its own in their place.
const { setTimeout: realTimeout, clearTimeout: cancelTimeout } = globalThis;

export class LeapingClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];
  #timer: ReturnType<typeof realTimeout> | undefined;
  readonly #stillMs: number;

  /** Leaps once nothing stirred for `stillMs`: longer where several processes take turns. */
  constructor(start = Date.UTC(2026, 0, 1), stillMs = 3) {
    this.#now = start;
    this.#stillMs = stillMs;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper = { due: this.#now + Math.max(0, ms), wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      });
      this.#leapSoon();
    });
  }

  /** Lets time pass that somebody else has slept through. */
  pass(ms: number): void {
    this.#now += ms;
    this.#wakeDue();
  }

  #leapSoon(): void {
    cancelTimeout(this.#timer);
    this.#timer = realTimeout(() => {
      const next = this.#sleepers.reduce<number>((least, { due }) => Math.min(least, due), Number.POSITIVE_INFINITY);
      if (next === Number.POSITIVE_INFINITY) return;
      this.#now = Math.max(this.#now, next);
      this.#wakeDue();
      this.#leapSoon();
    }, this.#stillMs);
  }

  #wakeDue(): void {
    const due = this.#sleepers.filter((sleeper) => sleeper.due <= this.#now);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.due > this.#now);
    for (const { wake } of due) wake();
  }
}
