// The intervals in which a schedule is on, around a stretch of time, overlapping and touching ones merged.
// Merging before anything else is what keeps a seam between two windows from becoming a stop and a start.

import { dayMs, minuteMs } from './civil.ts';
import { windowOf } from './instants.ts';
import type { Rule, Schedule, WindowRule } from './rule.ts';

/** Half-open, in epoch milliseconds. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

// A window starts at most this many days before the day, by UTC, on which it still matters: zones reach 14 hours ahead and
// 12 behind, an overnight window ends a day later, and one that a clock change moves may end one day after that.
const daysBack = 4;
const daysAhead = 2;

/** The merged intervals that reach into or touch `[fromMs, toMs]`; their ends within it are true ends. Sorted. */
export function intervalsAround(schedule: Schedule, fromMs: number, toMs: number): readonly Interval[] {
  return merged(schedule.rules.flatMap((rule) => intervalsOf(schedule, rule, fromMs, toMs)));
}

function intervalsOf(schedule: Schedule, rule: Rule, fromMs: number, toMs: number): readonly Interval[] {
  switch (rule.kind) {
    case 'always':
      return rule.wanted === 'on' ? [{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }] : [];
    case 'span':
      return [{ from: rule.fromMs, to: rule.toMs }];
    case 'window':
      return windowsOf(schedule, rule, fromMs, toMs);
    case 'moment':
      return [];
  }
}

function windowsOf(schedule: Schedule, rule: WindowRule, fromMs: number, toMs: number): readonly Interval[] {
  const first = Math.max(Math.floor(fromMs / dayMs) - daysBack, schedule.fromDay ?? Number.NEGATIVE_INFINITY);
  const last = Math.min(Math.floor(toMs / dayMs) + daysAhead, schedule.untilDay ?? Number.POSITIVE_INFINITY);
  const windows: Interval[] = [];
  for (let day = first; day <= last; day += 1) {
    if (!rule.isDay(day)) continue;
    const midnight = day * dayMs;
    windows.push(windowOf(rule.zone, midnight + rule.fromMinute * minuteMs, midnight + rule.toMinute * minuteMs));
  }
  return windows;
}

function merged(intervals: readonly Interval[]): readonly Interval[] {
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of [...intervals].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else result.push({ from, to });
  }
  return result;
}
