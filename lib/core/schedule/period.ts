// Periods of named schedules: days, month days and months, all of which must hold, and the times between which the VM is on.
// A day that a month does not have (31W in February) matches nothing in it; it never throws and never moves to another month.

import { excerpt } from '../excerpt.ts';
import { civilOf, dayNumber, daysInMonth } from './civil.ts';
import { minuteOf } from './clock-time.ts';
import { Fault, type Faulty, reading } from './fault.ts';
import { type DayTest, readDays, readMonthDays, readMonths } from './period-days.ts';

/** As a person writes it. Without times it means whole days; with one of them only, moments. */
export interface PeriodDefinition {
  /** `Mon-Fri`, `Mon,Wed`, `mon#1` to `mon#5`, `friL`. */
  readonly days?: string;
  /** `1,15`, `28-3`, `1/10`, `L`, `15W`, `LW`. */
  readonly monthDays?: string;
  /** `Jan-Mar`, `11-2`, `1/3`. */
  readonly months?: string;
  readonly from?: string;
  readonly to?: string;
}

export interface Period {
  /** Whether it holds on the day with this number. */
  readonly isDay: (day: number) => boolean;
  readonly times:
    | { readonly kind: 'window'; readonly fromMinute: number; readonly toMinute: number }
    | { readonly kind: 'moment'; readonly wanted: 'on' | 'off'; readonly minute: number };
}

const cycleDays = 146_097;

/** The period, or a fault; one that holds on no day of 400 years, after which the calendar repeats, is a fault too. */
export function compilePeriod(definition: PeriodDefinition): { readonly period: Period } | Faulty {
  return reading(() => {
    const tests = [
      ...(definition.days === undefined ? [] : [readDays(definition.days)]),
      ...(definition.monthDays === undefined ? [] : [readMonthDays(definition.monthDays)]),
      ...(definition.months === undefined ? [] : [readMonths(definition.months)]),
    ];
    const isDay = (day: number): boolean => holds(tests, day);
    if (!everHolds(isDay)) throw new Fault('no day ever matches its days, monthDays and months together');
    return { period: { isDay, times: readTimes(definition) } };
  });
}

function holds(tests: readonly DayTest[], day: number): boolean {
  if (tests.length === 0) return true;
  const civil = civilOf(day);
  const length = daysInMonth(civil.year, civil.month);
  return tests.every((test) => test({ ...civil, number: day, length }));
}

function everHolds(isDay: (day: number) => boolean): boolean {
  const first = dayNumber(2000, 1, 1);
  for (let day = first; day < first + cycleDays; day += 1) if (isDay(day)) return true;
  return false;
}

function readTimes({ from, to }: PeriodDefinition): Period['times'] {
  if (from === undefined && to === undefined) return { kind: 'window', fromMinute: 0, toMinute: 1440 };
  if (to === undefined) return { kind: 'moment', wanted: 'on', minute: readMinute('from', from ?? '', 1439) };
  if (from === undefined) return { kind: 'moment', wanted: 'off', minute: readMinute('to', to, 1440) };
  const fromMinute = readMinute('from', from, 1439);
  const toMinute = readMinute('to', to, 1440);
  if (fromMinute === toMinute) throw new Fault(`from and to are both ${from}; leave both out for whole days`);
  return { kind: 'window', fromMinute, toMinute };
}

function readMinute(name: string, text: string, last: number): number {
  const minute = minuteOf(text);
  if (minute === null || minute > last)
    throw new Fault(`${name} ${excerpt(text)} is not a time; write 00:00 to ${last === 1440 ? '24:00' : '23:59'}`);
  return minute;
}
