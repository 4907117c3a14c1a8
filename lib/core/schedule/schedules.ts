// The schedules of a configuration as everybody uses them: what a tag's value means, and how decisions are made.
// Made once from the configuration; resolving remembers, so that a fleet that shares a schedule pays for it once.

import type { ScheduleSettings } from './decide-schedule.ts';
import { type Resolved, type ScheduleContext, scheduleResolver } from './resolve.ts';

export interface Schedules {
  /** What the value of a `schedule` tag means, or its fault. */
  readonly resolve: (value: string) => Resolved;
  /** The names that the configuration knows. */
  readonly names: readonly string[];
  /** The zone of what names none; null where the configuration has no `timezone`. */
  readonly zone: string | null;
  readonly settings: ScheduleSettings;
}

export function makeSchedules(context: ScheduleContext, settings: ScheduleSettings): Schedules {
  return { resolve: scheduleResolver(context), names: [...context.names.keys()], zone: context.zone, settings };
}
