// Rules held to calendars: windows are dropped or kept whole by the date they start on, and stops always remain.
// A stop dropped on a holiday would leave the VM of the evening before up for a day longer.

import type { Calendar } from './calendar.ts';
import { dayMs } from './civil.ts';
import { Fault } from './fault.ts';
import { wallOf } from './instants.ts';
import type { Rule } from './rule.ts';

export interface Held {
  readonly except: readonly Calendar[];
  readonly only: readonly Calendar[];
}

/** The rules without what starts on a date of `except`, or not on one of `only`. Throws a fault for `always`, which starts on no date. */
export function withCalendars(rules: readonly Rule[], held: Held, zone: string): readonly Rule[] {
  if (held.except.length === 0 && held.only.length === 0) return rules;
  return rules.flatMap((rule) => hold(rule, (day) => isHeld(held, day), zone));
}

function isHeld({ except, only }: Held, day: number): boolean {
  if (except.some((calendar) => calendar.has(day))) return false;
  return only.length === 0 || only.some((calendar) => calendar.has(day));
}

function hold(rule: Rule, isKept: (day: number) => boolean, zone: string): readonly Rule[] {
  switch (rule.kind) {
    case 'always':
      throw new Fault(
        `"always ${rule.wanted}" starts on no date, so "except" and "only" mean nothing; write 00:00-24:00`,
      );
    case 'span':
      return isKept(Math.floor(wallOf(zone, rule.fromMs) / dayMs)) ? [rule] : [];
    case 'moment':
      if (rule.wanted === 'off') return [rule];
      return [{ ...rule, isWeekly: false, isDay: (day) => isKept(day) && rule.isDay(day) }];
    case 'window':
      return [{ ...rule, isWeekly: false, isDay: (day) => isKept(day) && rule.isDay(day) }];
  }
}
