// The moments of one-sided items and crons: each time at which something is started or stopped, and nothing in between.
// A stop that a schedule's last date would cut off is still made on the day after, as stops always remain.

import { dayMs, minuteMs } from './civil.ts';
import { instantOf } from './instants.ts';
import type { MomentRule, Schedule } from './rule.ts';

/** A moment: at this instant it wants the VM on or off. */
export interface Moment {
  readonly at: number;
  readonly wanted: 'on' | 'off';
}

/** The moments in `[fromMs, toMs)`, in order. Where a start and a stop meet, only the start remains, as windows that touch merge. */
export function momentsIn(schedule: Schedule, fromMs: number, toMs: number): readonly Moment[] {
  const found = new Map<number, Moment>();
  for (const rule of schedule.rules) {
    if (rule.kind !== 'moment') continue;
    for (const at of instantsOf(schedule, rule, fromMs, toMs))
      if (rule.wanted === 'on' || !found.has(at)) found.set(at, { at, wanted: rule.wanted });
  }
  return [...found.values()].sort((a, b) => a.at - b.at);
}

function instantsOf(schedule: Schedule, rule: MomentRule, fromMs: number, toMs: number): readonly number[] {
  const lastDay =
    schedule.untilDay === null ? Number.POSITIVE_INFINITY : schedule.untilDay + (rule.wanted === 'off' ? 1 : 0);
  const first = Math.max(Math.floor(fromMs / dayMs) - 3, schedule.fromDay ?? Number.NEGATIVE_INFINITY);
  const last = Math.min(Math.floor(toMs / dayMs) + 2, lastDay);
  const instants: number[] = [];
  for (let day = first; day <= last; day += 1) {
    if (!rule.isDay(day)) continue;
    for (const minute of rule.minutes) instants.push(instantOf(rule.zone, day * dayMs + minute * minuteMs));
  }
  return instants.filter((at) => fromMs <= at && at < toMs);
}
