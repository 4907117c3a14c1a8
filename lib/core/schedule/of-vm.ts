// What the tags of one VM say of its schedule: the schedule itself, and the overrides written as tags.
// A value that can't be understood is a fault of the VM, in every run (rule 6).

import { excerpt } from '../excerpt.ts';
import type { Vm } from '../vm.ts';
import { isFaulty } from './fault.ts';
import { fingerprintOf } from './fingerprint.ts';
import { localInstant } from './local-instant.ts';
import type { Override } from './override.ts';
import type { Schedule } from './rule.ts';
import type { Schedules } from './schedules.ts';

export interface VmSchedule {
  readonly schedule: Schedule | null;
  /** From `keep-on-until` and `keep-off-until`: at most one. As long as you like (docs/decisions/0023). */
  readonly overrides: readonly Override[];
  /** The fingerprint of that tag as it is written, by which a new one is told from one that was dealt with; empty without one. */
  readonly keepTag: string;
}

const keepTags = [
  ['keep-on-until', 'on'],
  ['keep-off-until', 'off'],
] as const;

export interface FaultyVmSchedule {
  readonly faults: readonly string[];
  /** To be shown, never acted on: null where the schedule itself is at fault, or there is none. */
  readonly schedule: Schedule | null;
}

/** The VM's schedule and its overrides by tag, or each fault of them. Without tags: no schedule, no overrides. */
export function scheduleOf({ tags }: Pick<Vm, 'tags'>, schedules: Schedules): VmSchedule | FaultyVmSchedule {
  const faults: string[] = [];
  let schedule: Schedule | null = null;
  if (tags.schedule !== undefined) {
    const resolved = schedules.resolve(tags.schedule);
    if (isFaulty(resolved)) faults.push(`the tag schedule=${excerpt(tags.schedule)}: ${resolved.fault}`);
    else schedule = resolved.schedule;
  }
  const overrides: Override[] = [];
  let keepTag = '';
  for (const [key, keep] of keepTags) {
    const value = tags[key];
    if (value === undefined) continue;
    const read = localInstant(value, schedule?.zone ?? schedules.zone);
    if (isFaulty(read)) faults.push(`the tag ${key}=${excerpt(value)}: ${read.fault}`);
    else overrides.push({ keep, startMs: null, endMs: read.ms, reason: `tag ${key}`, by: "the VM's tag" });
    // As it is written, not as it is read: the zone of an edited schedule makes no new tag of an old one.
    keepTag = fingerprintOf(`${key}=${value}`);
  }
  if (tags['keep-on-until'] !== undefined && tags['keep-off-until'] !== undefined)
    faults.push('it has both keep-on-until and keep-off-until; keep one of them');
  return faults.length > 0 ? { faults, schedule } : { schedule, overrides, keepTag };
}
