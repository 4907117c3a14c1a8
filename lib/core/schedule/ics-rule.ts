// Yearly recurrence rules of iCalendar (RFC 5545, section 3.3.10) as day numbers.
// Holidays repeat yearly; every other frequency is refused rather than half understood.

import { checkedDay, civilOf, dayNumber, daysInMonth, parseDate, weekdayOf } from './civil.ts';

const lastYear = 2199;
const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const supported = new Set(['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'BYMONTH', 'BYMONTHDAY', 'BYDAY', 'WKST']);

interface Rule {
  readonly interval: number;
  readonly count: number;
  readonly untilDay: number;
  readonly lastYear: number;
  readonly months: readonly number[];
  /** The day numbers of one month that the rule means. */
  readonly daysOf: (year: number, month: number) => readonly number[];
}

/**
 * The days on which the rule recurs from `start` on, itself included, to 2199; null for a rule that is not supported. `spend` is
 * told how many months are looked at, before they are.
 */
export function recurrences(text: string, start: number, spend: (months: number) => void): readonly number[] | null {
  const rule = readRule(text, start);
  if (rule === null) return null;
  const days = [start];
  for (let year = civilOf(start).year; year <= rule.lastYear; year += rule.interval) {
    spend(rule.months.length);
    const inYear = rule.months.flatMap((month) => rule.daysOf(year, month));
    days.push(...inYear.filter((day) => day > start && day <= rule.untilDay));
    if (days.length >= rule.count) break;
  }
  return days.slice(0, rule.count);
}

function readRule(text: string, start: number): Rule | null {
  const fields = new Map(
    text
      .toUpperCase()
      .split(';')
      .filter(Boolean)
      .map((field) => pair(field)),
  );
  if (fields.get('FREQ') !== 'YEARLY' || [...fields.keys()].some((key) => !supported.has(key))) return null;
  const begun = civilOf(start);
  const interval = numbers(fields.get('INTERVAL') ?? '1', 1, 999);
  const count = numbers(fields.get('COUNT') ?? '99999', 1, 99_999);
  const months = numbers(fields.get('BYMONTH') ?? String(begun.month), 1, 12);
  const untilDay = untilOf(fields.get('UNTIL'));
  const daysOf = readDays(fields, begun.day);
  if (interval?.length !== 1 || count?.length !== 1 || months === null || untilDay === null || daysOf === null)
    return null;
  // BYDAY without BYMONTH counts within the year, which no holiday needs.
  if (fields.has('BYDAY') && !fields.has('BYMONTH')) return null;
  const end = Number.isFinite(untilDay) ? Math.min(lastYear, civilOf(untilDay).year) : lastYear;
  return { interval: interval[0] ?? 1, count: count[0] ?? 1, untilDay, lastYear: end, months, daysOf };
}

function pair(field: string): readonly [string, string] {
  const at = field.indexOf('=');
  return at === -1 ? [field, ''] : [field.slice(0, at), field.slice(at + 1)];
}

function numbers(text: string, from: number, to: number): readonly number[] | null {
  const values = text.split(',').map((part) => (/^[+-]?\d{1,5}$/.test(part) ? Number(part) : Number.NaN));
  return values.every((value) => value >= from && value <= to) ? [...new Set(values)].sort((a, b) => a - b) : null;
}

function untilOf(text: string | undefined): number | null {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)(?:T\d{6}Z?)?$/.exec(text) ?? [];
  return parseDate(`${year}-${month}-${day}`);
}

function readDays(fields: ReadonlyMap<string, string>, startDay: number): Rule['daysOf'] | null {
  const byDay = fields.get('BYDAY');
  const byMonthDay = fields.get('BYMONTHDAY');
  const weekday = byDay === undefined ? always : readByDay(byDay);
  const monthDays = byMonthDay === undefined ? null : numbers(byMonthDay, -31, 31);
  if (weekday === null || (byMonthDay !== undefined && monthDays === null) || monthDays?.includes(0)) return null;
  const isDay = (day: number, length: number): boolean =>
    monthDays === null
      ? byDay !== undefined || day === startDay
      : monthDays.includes(day) || monthDays.includes(day - length - 1);
  return (year, month) => {
    const length = daysInMonth(year, month);
    const days = Array.from({ length }, (_, index) => index + 1);
    return days
      .filter(
        (day) => isDay(day, length) && weekday(checkedDay(year, month, day) ?? dayNumber(year, month, 1), day, length),
      )
      .map((day) => dayNumber(year, month, day));
  };
}

type WeekdayTest = (number: number, day: number, length: number) => boolean;

function always(): boolean {
  return true;
}

/** `MO`, `2MO` (the second Monday of the month), `-1MO` (the last). */
function readByDay(text: string): WeekdayTest | null {
  const tests = [...new Set(text.split(','))].map(readOneDay);
  if (tests.includes(null)) return null;
  return (...date) => tests.some((test) => test?.(...date));
}

function readOneDay(part: string): WeekdayTest | null {
  const [, nthText, name = ''] = /^([+-]?[1-5])?([A-Z]{2})$/.exec(part) ?? [];
  const weekday = weekdays.indexOf(name) + 1;
  if (weekday === 0) return null;
  const nth = nthText === undefined ? null : Number(nthText);
  return (number, day, length) => {
    if (weekdayOf(number) !== weekday) return false;
    if (nth === null) return true;
    return nth > 0 ? Math.ceil(day / 7) === nth : Math.ceil((length - day + 1) / 7) === -nth;
  };
}
