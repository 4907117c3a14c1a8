// What the tags of one VM say of its schedule: the schedule itself, and the overrides written as tags.
// A value that can't be understood is a fault of the VM, in every run (rule 6).

import { excerpt } from '../excerpt.ts';
import type { Vm } from '../vm.ts';
import { isFaulty } from './fault.ts';
import { localInstant } from './local-instant.ts';
import type { Override } from './override.ts';
import type { Schedule } from './rule.ts';
import type { Schedules } from './schedules.ts';

export interface VmSchedule {
  readonly schedule: Schedule | null;
  /** From `keep-on-until` and `keep-off-until`; they began before anything else did. */
  readonly overrides: readonly Override[];
}

const keepTags = [
  ['keep-on-until', 'on'],
  ['keep-off-until', 'off'],
] as const;

/** The VM's schedule and its overrides by tag, or each fault of them. Without tags: no schedule, no overrides. */
export function scheduleOf(
  { tags }: Pick<Vm, 'tags'>,
  schedules: Schedules,
): VmSchedule | { readonly faults: readonly string[] } {
  const faults: string[] = [];
  let schedule: Schedule | null = null;
  if (tags.schedule !== undefined) {
    const resolved = schedules.resolve(tags.schedule);
    if (isFaulty(resolved)) faults.push(`the tag schedule=${excerpt(tags.schedule)}: ${resolved.fault}`);
    else schedule = resolved.schedule;
  }
  const overrides: Override[] = [];
  for (const [key, keep] of keepTags) {
    const value = tags[key];
    if (value === undefined) continue;
    const read = localInstant(value, schedule?.zone ?? schedules.zone);
    if (isFaulty(read)) faults.push(`the tag ${key}=${excerpt(value)}: ${read.fault}`);
    else overrides.push({ keep, startMs: 0, endMs: read.ms, reason: `tag ${key}`, by: "the VM's tag" });
  }
  if (tags['keep-on-until'] !== undefined && tags['keep-off-until'] !== undefined)
    faults.push('it has both keep-on-until and keep-off-until; keep one of them');
  return faults.length > 0 ? { faults } : { schedule, overrides };
}
