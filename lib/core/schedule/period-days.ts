// The tests of a period on a date: week days (also the nth and the last of a month), days of the month, months.
// Each reads its field once and answers for any date after that.

import { type Civil, weekdayOf } from './civil.ts';
import { Fault } from './fault.ts';
import { type FieldKind, notUnderstood, partsOf, readPart } from './field.ts';
import { weekdayNamed } from './weekdays.ts';

/** A date with its day number and the length of its month. */
export interface Dated extends Civil {
  readonly number: number;
  readonly length: number;
}

export type DayTest = (date: Dated) => boolean;

const weekdays: FieldKind = {
  name: 'days',
  last: 7,
  named: weekdayNamed,
  hint: 'days are written Mon, Mon-Fri, Mon/2, mon#1 (the first Monday of the month) or friL (the last Friday)',
};
const monthDays: FieldKind = {
  name: 'monthDays',
  last: 31,
  named: wholeNumber,
  hint: 'days of the month are written 1, 1-15, 28-3, 1/10, L (the last), 15W (the weekday nearest the 15th) or LW',
};
const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const fullMonths = 'january february march april may june july august september october november december'.split(' ');
const months: FieldKind = {
  name: 'months',
  last: 12,
  named: monthNamed,
  hint: 'months are written Jan or January or 1, Nov-Feb, 1/3',
};

function wholeNumber(text: string): number | null {
  return /^\d{1,2}$/.test(text) ? Number(text) : null;
}

function monthNamed(text: string): number | null {
  const lower = text.toLowerCase();
  const index = Math.max(monthNames.indexOf(lower), fullMonths.indexOf(lower));
  return index === -1 ? wholeNumber(text) : index + 1;
}

/** Whether a date's week day is among those of the field. Throws a fault. */
export function readDays(text: string): DayTest {
  return anyOf(partsOf(weekdays, text).map(readDayPart));
}

function readDayPart(part: string): DayTest {
  const [, name = '', nth] = /^([A-Za-z]+)\s*#\s*(\d+)$/.exec(part) ?? [];
  if (nth !== undefined) {
    const weekday = weekdayOrFault(name, part);
    if (Number(nth) < 1 || Number(nth) > 5) throw new Fault(`days "${name}#${nth}": a month has mon#1 to mon#5`);
    return (date) => weekdayOf(date.number) === weekday && Math.ceil(date.day / 7) === Number(nth);
  }
  const [, last] = /^([A-Za-z]+)L$/i.exec(part) ?? [];
  if (last !== undefined && weekdayNamed(part) === null) {
    const weekday = weekdayOrFault(last, part);
    return (date) => weekdayOf(date.number) === weekday && date.day + 7 > date.length;
  }
  const values = new Set(readPart(weekdays, part));
  return (date) => values.has(weekdayOf(date.number));
}

function weekdayOrFault(name: string, part: string): number {
  const weekday = weekdayNamed(name);
  if (weekday === null) throw notUnderstood(weekdays, part);
  return weekday;
}

/** Whether a date's day of the month is among those of the field. Throws a fault. */
export function readMonthDays(text: string): DayTest {
  return anyOf(partsOf(monthDays, text).map(readMonthDayPart));
}

function readMonthDayPart(part: string): DayTest {
  const upper = part.toUpperCase();
  if (upper === 'L') return (date) => date.day === date.length;
  if (upper === 'LW') return (date) => date.day === nearestWeekday(date, date.length);
  if (upper.endsWith('W')) {
    const [target = 0, ...more] = readPart(monthDays, part.slice(0, -1));
    if (more.length > 0) throw notUnderstood(monthDays, part);
    return (date) => target <= date.length && date.day === nearestWeekday(date, target);
  }
  const values = new Set(readPart(monthDays, part));
  return (date) => values.has(date.day);
}

/** The day from Monday to Friday nearest to the target, in the same month. */
function nearestWeekday(date: Dated, target: number): number {
  const weekday = weekdayOf(date.number - date.day + target);
  if (weekday === 6) return target === 1 ? 3 : target - 1;
  if (weekday === 7) return target === date.length ? target - 2 : target + 1;
  return target;
}

/** Whether a date's month is among those of the field. Throws a fault. */
export function readMonths(text: string): DayTest {
  const values = new Set(partsOf(months, text).flatMap((part) => readPart(months, part)));
  return (date) => values.has(date.month);
}

function anyOf(tests: readonly DayTest[]): DayTest {
  return (date) => tests.some((test) => test(date));
}
