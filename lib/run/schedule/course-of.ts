// The course of a listed VM: its schedule and its overrides, from its tags and from what is kept.
// Shared by whatever shows more than one instant.

import type { Course } from '../../core/schedule/course.ts';
import { scheduleOf } from '../../core/schedule/of-vm.ts';
import type { Schedules } from '../../core/schedule/schedules.ts';
import { type Vm, vmKey } from '../../core/vm.ts';
import type { FleetState } from '../../stores.ts';
import { keptFor } from './judge.ts';

/** What is wanted of the VM over time; of tags that cannot be read, or contradict each other, nothing counts. */
export function courseOf(vm: Vm, { overrides: kept }: FleetState, schedules: Schedules): Course {
  const read = scheduleOf(vm, schedules);
  const own = 'faults' in read ? [] : read.overrides;
  const { catchUpMs } = schedules.settings;
  return { schedule: read.schedule, overrides: [...own, ...keptFor(vmKey(vm), kept)], catchUpMs };
}
