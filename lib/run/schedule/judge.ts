// Judges VMs at one instant: from tags, kept overrides and marks to what would be done with each, and why.
// The tick, the run that it launches, and explain all judge here, so that they can never disagree.

import { decideSchedule, type ScheduleDecision } from '../../core/schedule/decide-schedule.ts';
import type { Mark } from '../../core/schedule/mark.ts';
import { scheduleOf } from '../../core/schedule/of-vm.ts';
import { type CountingOverride, type Override, overrideAt } from '../../core/schedule/override.ts';
import type { Schedule } from '../../core/schedule/rule.ts';
import type { Schedules } from '../../core/schedule/schedules.ts';
import { isProtected } from '../../core/tags.ts';
import { type Vm, vmKey } from '../../core/vm.ts';
import type { FleetState, KeptOverride } from '../../stores.ts';

export interface Judgement {
  readonly vm: Vm;
  readonly schedule: Schedule | null;
  /** The override that counts at the instant, if any. */
  readonly override: CountingOverride | null;
  /** The fingerprint of its keep tag; empty without one. */
  readonly keepTag: string;
  readonly mark: Mark | null;
  readonly decision: ScheduleDecision;
}

/** The judgement of one VM, or null for one that is left alone whatever its schedule: protected, or with a fault. */
export function judge(vm: Vm, state: FleetState, schedules: Schedules, now: number): Judgement | null {
  if (isProtected(vm) || vm.faults.length > 0) return null;
  const own = scheduleOf(vm, schedules);
  if ('faults' in own) return null;
  const key = vmKey(vm);
  const override = overrideAt([...own.overrides, ...keptFor(key, state.overrides)], now);
  const mark = state.marks.get(key) ?? null;
  const { schedule, keepTag } = own;
  const { settings } = schedules;
  const decision = decideSchedule({ power: vm.power, schedule, override, keepTag, mark, now, settings });
  return { vm, schedule, override, keepTag, mark, decision };
}

/** The kept overrides of one VM, each with the end it has for this VM. */
export function keptFor(key: string, overrides: readonly KeptOverride[]): Override[] {
  return overrides.flatMap(({ keep, startMs, reason, by, ends, cancelledMs }) => {
    const end = Object.hasOwn(ends, key) ? ends[key] : undefined;
    if (end === undefined) return [];
    return [{ keep, startMs, endMs: cancelledMs === null ? end : Math.min(end, cancelledMs), reason, by }];
  });
}
