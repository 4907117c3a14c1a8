// Expiring overrides, "keep on" and "keep off", and which of several counts for a VM.
// Their start and their end are boundaries, like those of a schedule.

import type { Wanted } from './item.ts';
import type { Schedule } from './rule.ts';
import { nextTransitions } from './timeline.ts';

export interface Override {
  readonly keep: Wanted;
  /** When it begins to hold, in epoch milliseconds; null for a tag, which holds since it was written, and that nobody knows. */
  readonly startMs: number | null;
  /** When it ends, exclusive. */
  readonly endMs: number;
  /** Why, and who: shown in every decision that it makes. */
  readonly reason: string;
  readonly by: string;
}

/** An override, as it counts at one instant. */
export interface CountingOverride extends Override {
  /** Since when its wish counts: its start, or the end of the last newer one that hid it; null where that is unknown. */
  readonly sinceMs: number | null;
}

/**
 * The override that counts: the newest of those that hold, else the one that ended last, whose end is a boundary still;
 * null when none has begun. Of two that began together the later of the list is the newest; a tag is the oldest of all.
 */
export function overrideAt(overrides: readonly Override[], ms: number): CountingOverride | null {
  const begun = overrides.filter((each) => beganMs(each) <= ms).toSorted((a, b) => beganMs(a) - beganMs(b));
  const at = begun.findLastIndex(({ endMs }) => ms < endMs);
  const holding = begun[at];
  // Whatever is newer than the newest that holds has ended, and what it hid counts again since.
  if (holding !== undefined) return { ...holding, sinceMs: latest(holding.startMs, begun.slice(at + 1)) };
  const ended = begun.toSorted((a, b) => a.endMs - b.endMs).at(-1);
  return ended === undefined ? null : { ...ended, sinceMs: ended.startMs };
}

function beganMs({ startMs }: Override): number {
  return startMs ?? Number.MIN_SAFE_INTEGER;
}

function latest(startMs: number | null, newer: readonly Override[]): number | null {
  return newer.reduce<number | null>((found, { endMs }) => Math.max(found ?? endMs, endMs), startMs);
}

/** When the schedule next starts (`on`) or stops (`off`) after the instant, for "until the next start"; null if never. */
export function nextBoundary(schedule: Schedule, wanted: Wanted, afterMs: number): number | null {
  // Levels alternate, so three are enough, with an end of its dates; a cron may have a thousand starts in a row.
  const found = nextTransitions(schedule, afterMs, schedule.kind === 'levels' ? 3 : 2000).find(
    (transition) => transition.wanted === wanted,
  );
  return found?.at ?? null;
}
