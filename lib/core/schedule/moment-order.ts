// The moments of one zone, from wall times to instants, in the order of its clock also where a gap would turn them round.
// Else a stop brought to the instant of its start, or before it, would be lost, and its VM left up till the next night.

import { instantOf } from './instants.ts';
import type { Wanted } from './item.ts';

/** A moment: at this instant it wants the VM on or off. */
export interface Moment {
  readonly at: number;
  readonly wanted: Wanted;
}

interface Placed extends Moment {
  readonly wallMs: number;
}

/**
 * The moments at the wall times. One that a gap brings to the instant of an earlier one that wants the opposite, or before
 * it, follows it by the wall time between them; a stop that is so moved to a later start, or behind it, is none.
 * @example `02:30-; -03:15` on 2026-03-29 in Europe/Berlin starts at 03:30+02:00 and stops at 04:15+02:00
 */
export function momentsInOrder(zone: string, times: ReadonlyMap<number, Wanted>): readonly Moment[] {
  const placed: Placed[] = [];
  let start: Placed | undefined;
  let stop: Placed | undefined;
  for (const [wallMs, wanted] of [...times].sort(([a], [b]) => a - b)) {
    const shownAt = instantOf(zone, wallMs);
    const before = wanted === 'on' ? stop : start;
    const isMoved = before !== undefined && before.at >= shownAt;
    const each = { at: isMoved ? before.at + (wallMs - before.wallMs) : shownAt, wanted, wallMs };
    placed.push(each);
    if (wanted === 'on') start = later(start, each);
    // A moved stop moves no start in its turn: a cron that fires all day would be late for ever.
    else if (!isMoved) stop = later(stop, each);
  }
  return withoutOvertaken(placed);
}

function later(known: Placed | undefined, each: Placed): Placed {
  return known !== undefined && known.at > each.at ? known : each;
}

/** A stop that a start of a later wall time comes before, or meets, is none: the two runs are one, as windows merge. */
function withoutOvertaken(placed: readonly Placed[]): readonly Placed[] {
  let nextStart = Number.POSITIVE_INFINITY;
  return placed.toReversed().filter(({ at, wanted }) => {
    if (wanted === 'on') nextStart = Math.min(nextStart, at);
    return wanted === 'on' || at < nextStart;
  });
}
