// The API's rate limit: so many calls in any one second, the rest refused.
// It counts real time, because Retry-After speaks of the client's seconds whatever the simulation's speed.

import type { PlainAnswer } from './answers.ts';
import type { RateLimit } from './quirks.ts';

const windowMs = 1_000;

/** Lets no more than the limit through in any second, bursts included. */
export class RateLimiter {
  readonly #limit: RateLimit;
  /** When each of the calls of the last second was let through, oldest first. */
  readonly #admitted: number[] = [];

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** Null when the call may pass at `nowMs`, otherwise the refusal. */
  refusal(nowMs: number): PlainAnswer | null {
    while (this.#admitted.length > 0 && (this.#admitted[0] ?? nowMs) <= nowMs - windowMs) this.#admitted.shift();
    if (this.#admitted.length < this.#limit.perSecond) {
      this.#admitted.push(nowMs);
      return null;
    }
    const waitSeconds = Math.max(1, Math.ceil(((this.#admitted[0] ?? nowMs) + windowMs - nowMs) / 1_000));
    const refusal = { status: this.#limit.status, reason: 'too many requests' };
    if (!this.#limit.withHeaders) return refusal;
    return {
      ...refusal,
      headers: {
        'retry-after': String(waitSeconds),
        'x-ratelimit-limit': String(this.#limit.perSecond),
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(waitSeconds),
      },
    };
  }
}
