// How long a settlement waits before it looks again: ever longer while nothing happens, never past an instant that matters.
// Reckoned from what its steps returned, so that a resumed run waits for the same.

import type { RunPolicy } from '../core/policy.ts';
import { never, nextInstantOf, type Pursuit } from '../core/pursuit.ts';

/** How much longer each pause is than the one before. */
const growth = 1.5;

/** Where looks have to be remembered, what has lasted long is looked at less often, by this share of its age. */
const share = 1 / 50;

/** And after so many looks ever less often, so that a day's run stays below five hundred of them whatever comes due. */
const manyLooks = 120;
const shortestGrowth = 1.02;

export class Pauses {
  readonly #policy: RunPolicy['settle'];
  /** When something was last going on. */
  #since: number;
  readonly #until: number;
  readonly #isRemembered: boolean;
  #ms: number;
  #looks = 0;

  /** `isRemembered`: whether each look is an operation of a durable execution, of which there may be 3,000. */
  constructor(policy: RunPolicy['settle'], begunAt: number, until: number, isRemembered: boolean) {
    this.#policy = policy;
    this.#isRemembered = isRemembered;
    this.#since = begunAt;
    this.#until = until;
    this.#ms = policy.everyMs;
  }

  /** How long to wait after a look at `lastAt`, in milliseconds. */
  next(open: readonly Pursuit[], lastAt: number): number {
    const instants = open.map((pursuit) => nextInstantOf(pursuit, lastAt));
    const ahead = instants.reduce((a, b) => Math.min(a, b), never) - lastAt;
    const shortest = this.#shortest(lastAt - this.#since);
    const wanted = Math.min(Math.max(this.#ms, shortest), Math.max(ahead, shortest));
    return Math.max(0, Math.min(wanted, this.#until - lastAt));
  }

  #shortest(ageMs: number): number {
    const { everyMs } = this.#policy;
    if (!this.#isRemembered) return everyMs;
    return Math.max(everyMs * shortestGrowth ** Math.max(0, this.#looks - manyLooks), ageMs * share);
  }

  grow(): void {
    this.#looks += 1;
    this.#ms = Math.min(this.#policy.atMostMs, this.#ms * growth);
  }

  /** Short again: everything that was sent is answered by `at`, and what came of it will soon be seen. */
  shorten(at: number): void {
    this.#looks += 1;
    this.#ms = this.#policy.everyMs;
    this.#since = at;
  }
}
