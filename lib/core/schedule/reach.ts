// The instants between which a schedule with `from` and `until` matters; outside them it wants nothing.
// It goes on to the midnight after its last stop: else the VM of the last night would be left running for good.

import { dayMs } from './civil.ts';
import { instantOf } from './instants.ts';
import { intervalsAround } from './intervals.ts';
import type { Schedule } from './rule.ts';

export interface Reach {
  readonly fromMs: number;
  readonly toMs: number;
}

const always: Reach = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

/** From the first midnight of `from`, to the midnight after `until` or, where a window ends no earlier, after that window's end. */
export function reachOf(schedule: Schedule): Reach {
  const { fromDay, untilDay, zone } = schedule;
  if (zone === null) return always;
  return {
    fromMs: fromDay === null ? always.fromMs : midnight(zone, fromDay),
    toMs: untilDay === null ? always.toMs : endOf(schedule, zone, untilDay),
  };
}

function endOf(schedule: Schedule, zone: string, untilDay: number): number {
  const end = midnight(zone, untilDay + 1);
  const last = intervalsAround(schedule, end, end).find(({ from, to }) => from <= end && end <= to);
  if (last === undefined || last.to === Number.POSITIVE_INFINITY) return end;
  let day = untilDay + 1;
  while (midnight(zone, day) <= last.to) day += 1;
  return midnight(zone, day);
}

function midnight(zone: string, day: number): number {
  return instantOf(zone, day * dayMs);
}
