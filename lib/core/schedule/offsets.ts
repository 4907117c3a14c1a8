// A zone's offsets from UTC as plain numbers, a year at a time, asked of Temporal once and then remembered.
// The only place where Temporal is used for arithmetic: a look-up costs it a third of a millisecond.

import { Temporal } from 'temporal-polyfill';
import { dayMs } from './civil.ts';

/** A stretch of time with one offset: `[fromMs, toMs)` in epoch milliseconds; the first and last reach past the asked range. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly offsetMs: number;
}

const blockMs = 366 * dayMs;
// Wall time and instant differ by less than a day, and neighbours of a change have to be seen from both sides.
const marginMs = 3 * dayMs;

const remembered = new Map<string, readonly Stretch[]>();
const mostRemembered = 10_000;

/** The stretches around an instant or wall time (as if it were UTC), in order. `zone` must be a valid name. */
export function stretchesAround(zone: string, ms: number): readonly Stretch[] {
  const block = Math.floor(ms / blockMs);
  const key = `${zone} ${block}`;
  const found = remembered.get(key);
  if (found !== undefined) return found;
  const stretches = load(zone, block * blockMs - marginMs, (block + 1) * blockMs + marginMs);
  if (remembered.size >= mostRemembered) remembered.clear();
  remembered.set(key, stretches);
  return stretches;
}

function load(zone: string, fromMs: number, toMs: number): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(zone);
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    const endMs = next === null ? Number.POSITIVE_INFINITY : next.epochMilliseconds;
    stretches.push({ fromMs: at.epochMilliseconds, toMs: endMs, offsetMs: at.offsetNanoseconds / 1e6 });
    if (next === null || endMs >= toMs) return stretches;
    at = next;
  }
}
