// What is wanted of a VM now, since which boundary, and by what: its override while it holds, else its schedule.
// The one place where an override's start and end become boundaries.

import { printInstant } from './civil.ts';
import type { CountingOverride } from './override.ts';
import type { Schedule, Want } from './rule.ts';
import { wantedAt } from './timeline.ts';

export interface Current {
  readonly wanted: Want;
  /** The last boundary; null where what is wanted never changed, or nobody knows since when a tag wants it. */
  readonly boundary: number | null;
  /** An override's start or end, which counts also where the schedule was edited. */
  readonly isByOverride: boolean;
  /** For people: who wants it. */
  readonly source: string;
}

/** What is wanted at `now`. An override that has not begun is as none. */
export function currentOf(
  schedule: Schedule | null,
  override: CountingOverride | null,
  now: number,
  catchUpMs: number,
): Current {
  const begun = override !== null && (override.startMs ?? now) <= now ? override : null;
  if (begun !== null && now < begun.endMs)
    return {
      wanted: begun.keep,
      boundary: begun.sinceMs,
      isByOverride: true,
      source: `the override "keep ${begun.keep}" until ${printInstant(begun.endMs)} by ${begun.by} (${begun.reason})`,
    };
  if (schedule === null)
    return { wanted: 'none', boundary: null, isByOverride: false, source: 'it has no schedule and no override' };
  const { wanted, since } = wantedAt(schedule, now, catchUpMs);
  const source = `the schedule "${schedule.text}"`;
  // A moment that an override hid is over: what counts is what the schedule says from the override's end on.
  if (begun === null || wanted === 'none' || (since !== null && since >= begun.endMs))
    return { wanted, boundary: since, isByOverride: false, source };
  return { wanted, boundary: begun.endMs, isByOverride: true, source: `${source} since the override ended` };
}
