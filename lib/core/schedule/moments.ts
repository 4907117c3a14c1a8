// The moments of one-sided items and crons: each time at which something is started or stopped, and nothing in between.
// A stop that a schedule's last date would cut off is still made on the day after, as stops always remain.

import { dayMs, minuteMs } from './civil.ts';
import type { Wanted } from './item.ts';
import { type Moment, momentsInOrder } from './moment-order.ts';
import type { MomentRule, Schedule } from './rule.ts';

// How many days, by UTC, before and after an instant the dates lie that have a say in it. Before: zones reach 12 hours behind,
// a stop at 24:00 is the next day's, and a moment may follow others of up to two gaps before it; the longest gap took a day.
const daysBack = 3;
const daysAhead = 2;

/**
 * The moments in `[fromMs, toMs)`, in order. Where a start and a stop meet, by the same wall time or in two zones, only the
 * start remains, as windows that touch merge.
 */
export function momentsIn(schedule: Schedule, fromMs: number, toMs: number): readonly Moment[] {
  const found = new Map<number, Moment>();
  for (const [zone, times] of wallTimesByZone(schedule, fromMs, toMs))
    for (const { at, wanted } of momentsInOrder(zone, times))
      if (fromMs <= at && at < toMs && (wanted === 'on' || !found.has(at))) found.set(at, { at, wanted });
  return [...found.values()].sort((a, b) => a.at - b.at);
}

function wallTimesByZone(
  schedule: Schedule,
  fromMs: number,
  toMs: number,
): ReadonlyMap<string, ReadonlyMap<number, Wanted>> {
  const byZone = new Map<string, Map<number, Wanted>>();
  for (const rule of schedule.rules) {
    if (rule.kind !== 'moment') continue;
    const times = byZone.get(rule.zone) ?? new Map<number, Wanted>();
    byZone.set(rule.zone, times);
    for (const wallMs of wallTimesOf(schedule, rule, fromMs, toMs))
      if (rule.wanted === 'on' || !times.has(wallMs)) times.set(wallMs, rule.wanted);
  }
  return byZone;
}

function wallTimesOf(schedule: Schedule, rule: MomentRule, fromMs: number, toMs: number): readonly number[] {
  const lastDay =
    schedule.untilDay === null ? Number.POSITIVE_INFINITY : schedule.untilDay + (rule.wanted === 'off' ? 1 : 0);
  const first = Math.max(Math.floor(fromMs / dayMs) - daysBack, schedule.fromDay ?? Number.NEGATIVE_INFINITY);
  const last = Math.min(Math.floor(toMs / dayMs) + daysAhead, lastDay);
  const wallTimes: number[] = [];
  for (let day = first; day <= last; day += 1)
    if (rule.isDay(day)) wallTimes.push(...rule.minutes.map((minute) => day * dayMs + minute * minuteMs));
  return wallTimes;
}
