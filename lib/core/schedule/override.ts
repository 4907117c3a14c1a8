// Expiring overrides, "keep on" and "keep off", and which of several counts for a VM.
// Their start and their end are boundaries, like those of a schedule.

import type { Wanted } from './item.ts';
import type { Schedule } from './rule.ts';
import { nextTransitions } from './timeline.ts';

export interface Override {
  readonly keep: Wanted;
  /** When it begins to hold, in epoch milliseconds. */
  readonly startMs: number;
  /** When it ends, exclusive. */
  readonly endMs: number;
  /** Why, and who: shown in every decision that it makes. */
  readonly reason: string;
  readonly by: string;
}

/**
 * The override that counts: the newest of those that hold, else the one that ended last, whose end is a boundary still;
 * null when none has begun. Of two that began together the later of the list is the newest.
 */
export function overrideAt(overrides: readonly Override[], ms: number): Override | null {
  const begun = overrides.filter(({ startMs }) => startMs <= ms);
  const holding = begun.filter(({ endMs }) => ms < endMs);
  if (holding.length > 0) return best(holding, ({ startMs }) => startMs);
  return best(begun, ({ endMs }) => endMs);
}

function best(overrides: readonly Override[], rank: (override: Override) => number): Override | null {
  return overrides.reduce<Override | null>(
    (found, each) => (found === null || rank(each) >= rank(found) ? each : found),
    null,
  );
}

/** When the schedule next starts (`on`) or stops (`off`) after the instant, for "until the next start"; null if never. */
export function nextBoundary(schedule: Schedule, wanted: Wanted, afterMs: number): number | null {
  // Levels alternate, so three are enough, with an end of its dates; a cron may have a thousand starts in a row.
  const found = nextTransitions(schedule, afterMs, schedule.kind === 'levels' ? 3 : 2000).find(
    (transition) => transition.wanted === wanted,
  );
  return found?.at ?? null;
}
