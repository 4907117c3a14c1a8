// How long a settlement waits before it looks again: ever longer while nothing happens, never past an instant that matters.
// Reckoned from what its steps returned, so that a resumed run waits for the same.

import type { RunPolicy } from '../core/policy.ts';
import { never, nextInstantOf, type Pursuit } from '../core/pursuit.ts';

/** How much longer each pause is than the one before. */
const growth = 1.5;

/** What has lasted long is looked at less often: every look is a step to be remembered. */
const share = 1 / 50;

/** After so many looks the shortest pause grows too, so that a day's run stays below five hundred of them whatever comes due. */
const manyLooks = 120;
const shortestGrowth = 1.02;

export class Pauses {
  readonly #policy: RunPolicy['settle'];
  /** When something was last going on. */
  #since: number;
  readonly #until: number;
  #ms: number;
  #looks = 0;

  constructor(policy: RunPolicy['settle'], begunAt: number, until = never) {
    this.#policy = policy;
    this.#since = begunAt;
    this.#until = until;
    this.#ms = policy.everyMs;
  }

  /** How long to wait after a look at `lastAt`, in milliseconds. */
  next(open: readonly Pursuit[], lastAt: number): number {
    const instants = open.map((pursuit) => nextInstantOf(pursuit, lastAt));
    const ahead = instants.reduce((a, b) => Math.min(a, b), never) - lastAt;
    const shortest = this.#policy.everyMs * shortestGrowth ** Math.max(0, this.#looks - manyLooks);
    const usual = Math.max(this.#ms, shortest, (lastAt - this.#since) * share);
    const wanted = Math.min(usual, Math.max(ahead, shortest));
    return Math.max(0, Math.min(wanted, this.#until - lastAt));
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
