// Calendars: sets of dates that schedules except or hold to, written as dates, ranges, yearly dates, or an iCalendar file.
// Compiled to a test on a day number; whatever cannot be read is a fault, since a forgotten holiday starts machines.

import { excerpt } from '../excerpt.ts';
import { checkedDay, civilOf, parseDate } from './civil.ts';
import { Fault, type Faulty, reading } from './fault.ts';
import { fingerprintOf } from './fingerprint.ts';
import { readIcs } from './ics.ts';

export interface CalendarDefinition {
  /** `2026-11-01`, `2027-03-09/2027-03-11` (both included), `07-05` (every year), `12-24/01-02`. */
  readonly dates?: readonly string[];
  /** The text of an iCalendar file, already read. */
  readonly ics?: string;
}

export interface Calendar {
  /** Whether the date with this day number is in it. */
  readonly has: (day: number) => boolean;
  /** Differs where the calendars' dates may differ. */
  readonly fingerprint: string;
}

/** The calendar, or a fault that says which entry cannot be read. */
export function compileCalendar(definition: CalendarDefinition): { readonly calendar: Calendar } | Faulty {
  return reading(() => {
    const tests = (definition.dates ?? []).map(readEntry);
    if (definition.ics !== undefined) {
      const days = readIcs(definition.ics);
      tests.push((day) => days.has(day));
    }
    const fingerprint = fingerprintOf(JSON.stringify([definition.dates, definition.ics]));
    return { calendar: { has: (day) => tests.some((test) => test(day)), fingerprint } };
  });
}

const hint = 'write 2026-11-01, 2027-03-09/2027-03-11, or 07-05 for every year';

function readEntry(entry: string): (day: number) => boolean {
  const [from = '', to = from, ...more] = entry.trim().split('/');
  if (more.length > 0) throw new Fault(`date ${excerpt(entry)} is not understood; ${hint}`);
  const first = parseDate(from);
  const last = parseDate(to);
  if (first !== null && last !== null) {
    if (last < first) throw new Fault(`date ${excerpt(entry)} ends before it begins`);
    return (day) => first <= day && day <= last;
  }
  return readYearly(entry, from, to);
}

function readYearly(entry: string, from: string, to: string): (day: number) => boolean {
  const first = yearlyOf(from);
  const last = yearlyOf(to);
  if (first === null || last === null) throw new Fault(`date ${excerpt(entry)} is not understood; ${hint}`);
  return (day) => {
    const civil = civilOf(day);
    const date = civil.month * 100 + civil.day;
    return first <= last ? first <= date && date <= last : first <= date || date <= last;
  };
}

/** `07-05` as 705, which sorts as dates do; 29 February is one in leap years. */
function yearlyOf(text: string): number | null {
  const [, month, day] = /^(\d\d)-(\d\d)$/.exec(text) ?? [];
  if (month === undefined || day === undefined || checkedDay(2000, Number(month), Number(day)) === null) return null;
  return Number(month) * 100 + Number(day);
}
