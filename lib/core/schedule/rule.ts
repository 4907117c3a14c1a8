// A compiled schedule: what the timeline reckons with, whichever way it was written.
// Zones are valid names and days are tests on day numbers, so nothing can fail any more from here on.

import { weekdayOf } from './civil.ts';
import type { Item, Wanted } from './item.ts';

/** What a schedule wants; `none` outside its dates, and for moments that have lapsed. */
export type Want = Wanted | 'none';

/** On from `fromMinute` to `toMinute` (past 1440: of the next day) of each day that `isDay`. */
export interface WindowRule {
  readonly kind: 'window';
  readonly zone: string;
  readonly isDay: (day: number) => boolean;
  /** `isDay` asks for the day of the week alone, so a year shows all that it will ever do. */
  readonly isWeekly: boolean;
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** Starts or stops at each of the minutes of each day that `isDay`. */
export interface MomentRule {
  readonly kind: 'moment';
  readonly zone: string;
  readonly isDay: (day: number) => boolean;
  readonly isWeekly: boolean;
  readonly minutes: readonly number[];
  readonly wanted: Wanted;
}

export type Rule = WindowRule | MomentRule | Extract<Item, { kind: 'span' | 'always' }>;

export interface Schedule {
  /** As it was understood: the canonical expression, or the name and its zone. */
  readonly text: string;
  /** The zone in which it is shown; null where none was named. */
  readonly zone: string | null;
  /** Levels are wanted all the time; moments only when they come. */
  readonly kind: 'levels' | 'moments';
  /** Manual changes do not last. */
  readonly isEnforced: boolean;
  /** Differs where schedules may differ in what they want when. */
  readonly fingerprint: string;
  readonly rules: readonly Rule[];
  /** The first and the last date (both included, as day numbers) that matter to it; null is open. */
  readonly fromDay: number | null;
  readonly untilDay: number | null;
}

/** The rule of an item of an expression. */
export function ruleOf(item: Item): Rule {
  if (item.kind === 'span' || item.kind === 'always') return item;
  const days = item.days === null ? null : new Set(item.days);
  const isDay = days === null ? everyDay : (day: number): boolean => days.has(weekdayOf(day));
  if (item.kind === 'moment')
    return { kind: 'moment', zone: item.zone, isDay, isWeekly: true, minutes: [item.minute], wanted: item.wanted };
  return { ...windowRule(item.zone, isDay, item.fromMinute, item.toMinute), isWeekly: true };
}

/** A window that ends when or before it starts ends on the next day. */
export function windowRule(
  zone: string,
  isDay: (day: number) => boolean,
  fromMinute: number,
  toMinute: number,
): WindowRule {
  return {
    kind: 'window',
    zone,
    isDay,
    isWeekly: false,
    fromMinute,
    toMinute: toMinute > fromMinute ? toMinute : toMinute + 1440,
  };
}

function everyDay(): boolean {
  return true;
}
