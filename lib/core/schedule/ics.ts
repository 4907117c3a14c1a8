// The whole-day events of an iCalendar file (RFC 5545) as day numbers.
// Our own small reader, because general ones skip in silence what they do not know, and a skipped holiday starts machines.

import { excerpt } from '../excerpt.ts';
import { checkedDay } from './civil.ts';
import { Fault } from './fault.ts';
import { type IcsLine, icsLines } from './ics-lines.ts';
import { recurrences } from './ics-rule.ts';

const longestEventDays = 366;

/** How many days and months of repeats are gone through: a thousand holidays since 1970 take less than half of it. */
const mostSteps = 1_000_000;

type Spend = (steps: number) => void;

/** Throws a fault once too much was spent, lest a file of some lines keep its reader at work for hours. */
function allowance(): Spend {
  let left = mostSteps;
  return (steps) => {
    left -= steps;
    if (left < 0)
      throw new Fault(
        'the iCalendar file repeats its events too often to be read: begin them later, or end them by UNTIL',
      );
  };
}

/** The days that its events cover, repeated ones up to the year 2199. Throws a fault for anything that may matter and is not understood. */
export function readIcs(text: string): ReadonlySet<number> {
  const lines = icsLines(text);
  if (lines[0]?.name !== 'BEGIN' || lines[0].value.toUpperCase() !== 'VCALENDAR')
    throw new Fault('the iCalendar file does not begin with BEGIN:VCALENDAR');
  const days = new Set<number>();
  const spend = allowance();
  for (const event of eventsOf(lines)) for (const day of daysOf(event, spend)) days.add(day);
  return days;
}

/** The lines of each VEVENT, those of nested components (alarms) left out. */
function eventsOf(lines: readonly IcsLine[]): readonly (readonly IcsLine[])[] {
  const events: IcsLine[][] = [];
  const open: string[] = [];
  for (const line of lines) {
    const component = line.value.toUpperCase();
    if (line.name === 'BEGIN') {
      open.push(component);
      if (component === 'VEVENT') events.push([line]);
    } else if (line.name === 'END') {
      if (open.pop() !== component) throw at(line, 'ends what was not begun');
    } else if (open.at(-1) === 'VEVENT') events.at(-1)?.push(line);
  }
  if (open.length > 0) throw new Fault(`the iCalendar file is cut off: ${open.at(-1)} has no end`);
  return events;
}

function daysOf(event: readonly IcsLine[], spend: Spend): readonly number[] {
  const begin = event[0];
  if (event.some(({ name, value }) => name === 'STATUS' && value.toUpperCase() === 'CANCELLED')) return [];
  const unknown = event.find(({ name }) => ['EXRULE', 'RECURRENCE-ID'].includes(name));
  if (unknown !== undefined) throw at(unknown, 'is not supported');
  const startLine = single(event, 'DTSTART');
  if (startLine === null || begin === undefined) throw at(begin, 'has no DTSTART');
  const start = readDay(startLine);
  const length = lengthOf(event, start);
  const rule = single(event, 'RRULE');
  const firsts = rule === null ? [start] : ruled(rule, start, spend);
  const added = listed(event, 'RDATE');
  const removed = new Set(listed(event, 'EXDATE'));
  const kept = [...firsts, ...added].filter((first) => !removed.has(first));
  spend(kept.length * length);
  return kept.flatMap((first) => Array.from({ length }, (_, index) => first + index));
}

function ruled(line: IcsLine, start: number, spend: Spend): readonly number[] {
  const days = recurrences(line.value, start, spend);
  if (days === null)
    throw at(
      line,
      'is a rule that is not supported; FREQ=YEARLY with BYMONTH, BYMONTHDAY, BYDAY, INTERVAL, COUNT, UNTIL is',
    );
  return days;
}

/** How many days it lasts; DTEND is the first day after it, as RFC 5545 section 3.6.1 says. */
function lengthOf(event: readonly IcsLine[], start: number): number {
  const end = single(event, 'DTEND');
  const duration = single(event, 'DURATION');
  if (end !== null) return checkedLength(end, readDay(end) - start);
  if (duration === null) return 1;
  const [, amount, unit] = /^P(\d{1,3})([DW])$/i.exec(duration.value) ?? [];
  return checkedLength(duration, Number(amount ?? 0) * (unit?.toUpperCase() === 'W' ? 7 : 1));
}

function checkedLength(line: IcsLine, length: number): number {
  // Some programs write an end equal to the start for one day.
  if (line.name === 'DTEND' && length === 0) return 1;
  if (length < 1 || length > longestEventDays)
    throw at(line, `does not make an event of 1 to ${longestEventDays} days`);
  return length;
}

function single(event: readonly IcsLine[], name: string): IcsLine | null {
  const [line = null, second] = event.filter((each) => each.name === name);
  if (second !== undefined) throw at(second, 'comes a second time in one event');
  return line;
}

function listed(event: readonly IcsLine[], name: string): readonly number[] {
  return event
    .filter((line) => line.name === name)
    .flatMap((line) => line.value.split(',').map((value) => readDay({ ...line, value })));
}

function readDay(line: IcsLine): number {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(line.value) ?? [];
  if (day === undefined)
    throw at(line, 'is not a whole day (VALUE=DATE, like 20261101); events with times are not read');
  const number = checkedDay(Number(year), Number(month), Number(day));
  if (number === null) throw at(line, 'is a date that does not exist');
  return number;
}

function at(line: IcsLine | undefined, message: string): Fault {
  if (line === undefined) return new Fault(`the iCalendar file: an event ${message}`);
  return new Fault(`line ${line.number} of the iCalendar file: ${line.name} ${excerpt(line.value)} ${message}`);
}
