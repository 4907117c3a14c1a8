// Which VMs are going to be stopped by their schedules within some time: those that are on, by the instant of their next stop.
// By the same courses that plans show, overrides included, so that nobody is warned of a stop that will not be.

import { type Course, courseBetween } from '../../core/schedule/course.ts';
import type { Schedules } from '../../core/schedule/schedules.ts';
import { type Vm, vmKey } from '../../core/vm.ts';
import type { FleetState } from '../../stores.ts';
import { courseOf } from '../schedule/course-of.ts';
import type { Judgement } from '../schedule/judge.ts';

export interface StopAhead {
  /** Epoch milliseconds. */
  readonly stopMs: number;
  /** By their keys, so that two ticks name them alike. */
  readonly vms: readonly Vm[];
}

/** The stops in `(now, now + beforeMs]`, the next one first. VMs that are protected or at fault have no judgement, and no stop. */
export function stopsAhead(
  judgements: readonly Judgement[],
  state: FleetState,
  schedules: Schedules,
  { now, beforeMs }: { readonly now: number; readonly beforeMs: number },
): readonly StopAhead[] {
  const stops = judgements.flatMap(({ vm }) => {
    if (vm.power !== 'on') return [];
    const stopMs = nextStop(courseOf(vm, state, schedules), now, beforeMs);
    return stopMs === null ? [] : [{ vm, stopMs }];
  });
  const byInstant = Map.groupBy(stops, ({ stopMs }) => stopMs);
  return [...byInstant]
    .toSorted(([a], [b]) => a - b)
    .map(([stopMs, found]) => ({
      stopMs,
      vms: found.map(({ vm }) => vm).toSorted((a, b) => (vmKey(a) < vmKey(b) ? -1 : 1)),
    }));
}

function nextStop(course: Course, now: number, beforeMs: number): number | null {
  const transitions = courseBetween(course, now + 1, now + beforeMs + 1);
  return transitions.find(({ wanted }) => wanted === 'off')?.at ?? null;
}
