// The time below which no sender could have got, whatever it knew: what a run's makespan is divided by.
// Pure arithmetic over what the cloud's own log says; all times in milliseconds of the run, not of the compressed clock.

import type { PacePolicy } from '../../lib/core/policy.ts';

/** One POST, as the cloud saw it. */
export interface Post {
  /** How long its answer was held. */
  readonly heldMs: number;
  /** From its arrival until it was answered and its VM was where it should be. */
  readonly doneMs: number;
}

/** The three bounds, and the largest of them. */
export interface Bound {
  /** The slowest VM: nobody is ready before the last one is. */
  readonly slowestMs: number;
  /** All held time, spread evenly over the calls that may be under way at once. */
  readonly heldMs: number;
  /** All sends, at the pace at which they may leave. */
  readonly paceMs: number;
  readonly ms: number;
  readonly by: 'slowest VM' | 'in flight' | 'per second';
}

/** Max(slowest VM, total held time ÷ inFlight, sends ÷ perSecond). */
export function lowerBound(posts: readonly Post[], { inFlight, perSecond }: PacePolicy): Bound {
  const slowestMs = posts.reduce((most, { doneMs }) => Math.max(most, doneMs), 0);
  const heldMs = posts.reduce((sum, post) => sum + post.heldMs, 0) / inFlight;
  const paceMs = (posts.length / perSecond) * 1000;
  const ms = Math.max(slowestMs, heldMs, paceMs);
  const by = ms === slowestMs ? 'slowest VM' : ms === heldMs ? 'in flight' : 'per second';
  return { slowestMs, heldMs, paceMs, ms, by };
}

/**
 * How long a sender without any cost of its own would have taken that does not know beforehand which VM is slow: the POSTs in
 * their order, each as soon as a place is free and its turn has come. What lies between the bound and this is the tail: a slow VM
 * that happened to be sent to last.
 */
export function withoutForesight(posts: readonly Post[], { inFlight, perSecond }: PacePolicy): number {
  const freeAt: number[] = [];
  let nextAt = 0;
  let endedAt = 0;
  for (const { heldMs, doneMs } of posts) {
    const isFull = freeAt.length >= inFlight;
    const leftAt = Math.max(nextAt, isFull ? takeEarliest(freeAt) : 0);
    insert(freeAt, leftAt + heldMs);
    nextAt = leftAt + 1000 / perSecond;
    endedAt = Math.max(endedAt, leftAt + doneMs);
  }
  return endedAt;
}

// Kept in falling order, so that the earliest is the last.
function takeEarliest(freeAt: number[]): number {
  return freeAt.pop() ?? 0;
}

function insert(freeAt: number[], at: number): void {
  const place = freeAt.findLastIndex((other) => other >= at);
  freeAt.splice(place + 1, 0, at);
}
