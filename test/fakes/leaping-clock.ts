// A clock for runs on an engine that is not ours to hold still: it leaps to the next sleeper whenever nothing stirred for a moment.
// Instants come out roughly right and always in order; whoever tests them exactly takes the virtual clock.

import type { Clock } from '../../lib/ports.ts';
import { Sleepers } from '../../simulator/sleepers.ts';

// Taken before a test runner puts its own in their place.
const { setTimeout: realTimeout, clearTimeout: cancelTimeout } = globalThis;

export class LeapingClock implements Clock {
  #now: number;
  readonly #sleepers = new Sleepers();
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
    const sleeping = this.#sleepers.sleepUntil(this.#now + Math.max(0, ms), signal);
    this.#leapSoon();
    return sleeping;
  }

  /** Lets time pass that somebody else has slept through. */
  pass(ms: number): void {
    this.#now += ms;
    this.#sleepers.wakeDue(this.#now);
  }

  #leapSoon(): void {
    cancelTimeout(this.#timer);
    this.#timer = realTimeout(() => {
      const due = this.#sleepers.nextDue;
      if (due === null) return;
      this.#now = Math.max(this.#now, due);
      this.#sleepers.wakeDue(this.#now);
      this.#leapSoon();
    }, this.#stillMs);
  }
}
