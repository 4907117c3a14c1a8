// EventBridge's cron syntax, read into numbers, with a message for each way to get it wrong.
// Its own reader, because EventBridge differs from every cron library: six fields with a year, `?` obligatory, SUN = 1.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** A cron expression as numbers. Lists are sorted, and hold every value that is meant. */
export interface Cron {
  /** The six fields as EventBridge wants them, without `cron(…)`, blanks evened out. */
  readonly text: string;
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Null where the expression says `?`. */
  readonly daysOfMonth: DaysOfMonth | null;
  readonly months: readonly number[];
  /** Null where the expression says `?`. 1 is Sunday, 7 is Saturday. */
  readonly daysOfWeek: DaysOfWeek | null;
  /** Null is every year. */
  readonly years: readonly number[] | null;
}

export interface DaysOfMonth {
  readonly days: readonly number[];
  /** `L`: the last day of the month. */
  readonly isLast: boolean;
  /** `15W`: the weekday (MON-FRI) nearest to the 15th, in the same month. */
  readonly nearestWeekdayTo: readonly number[];
}

export interface DaysOfWeek {
  readonly days: readonly number[];
  /** `6L`: the last Friday of the month. */
  readonly lastInMonth: readonly number[];
  /** `6#2`: the second Friday of the month. */
  readonly nthInMonth: { readonly day: number; readonly nth: number } | null;
}

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

const fields = {
  minutes: { name: 'minutes', from: 0, to: 59 },
  hours: { name: 'hours', from: 0, to: 23 },
  daysOfMonth: { name: 'day-of-month', from: 1, to: 31 },
  months: { name: 'month', from: 1, to: 12, names: monthNames },
  daysOfWeek: { name: 'day-of-week', from: 1, to: 7, names: dayNames },
  years: { name: 'year', from: 1970, to: 2199 },
} as const satisfies Record<string, Field>;

const order = 'minutes hours day-of-month month day-of-week year';

class Fault extends Error {}

/**
 * The expression as numbers, or what is wrong with it. `cron(…)` around the fields is fine.
 * @example parseCron('0 19 ? * SUN-THU *')
 */
export function parseCron(text: string): { readonly fault: string } | Cron {
  try {
    return readCron(text);
  } catch (error) {
    if (error instanceof Fault) return { fault: error.message };
    throw error;
  }
}

function readCron(text: string): Cron {
  const inside = /^\s*cron\((.*)\)\s*$/is.exec(text)?.[1] ?? text;
  const parts = inside.trim().toUpperCase().split(/\s+/);
  const [minutes, hours, daysOfMonth, months, daysOfWeek, years] = parts;
  if (
    minutes === undefined ||
    hours === undefined ||
    daysOfMonth === undefined ||
    months === undefined ||
    daysOfWeek === undefined ||
    years === undefined ||
    parts.length > 6
  ) {
    throw new Fault(wrongCount(inside, parts));
  }
  checkQuestionMarks(daysOfMonth, daysOfWeek);
  const cron: Cron = {
    text: parts.join(' '),
    minutes: readList(fields.minutes, minutes),
    hours: readList(fields.hours, hours),
    daysOfMonth: daysOfMonth === '?' ? null : readDaysOfMonth(daysOfMonth),
    months: readList(fields.months, months),
    daysOfWeek: daysOfWeek === '?' ? null : readDaysOfWeek(daysOfWeek),
    years: years === '*' ? null : readList(fields.years, years),
  };
  checkPossible(cron);
  return cron;
}

function wrongCount(inside: string, parts: readonly string[]): string {
  if (/^\s*(rate|at)\s*\(/i.test(inside))
    return `only cron expressions are supported; EventBridge needs six fields: ${order}`;
  const count = inside.trim() === '' ? 0 : parts.length;
  const six = count === 5 ? toSix(parts) : null;
  return `EventBridge needs six: ${order}; this has ${count}${six === null ? '' : ` (write "${six}"?)`}`;
}

/** What a five-field cron would be with six, where that is certain: numbered week days are not, as EventBridge counts from SUN = 1. */
function toSix(parts: readonly string[]): string | null {
  const [minutes = '', hours = '', dayOfMonth = '', month = '', dayOfWeek = ''] = parts;
  if (dayOfWeek === '*' || dayOfWeek === '?') return `${minutes} ${hours} ${dayOfMonth} ${month} ? *`;
  const isNamed = /^[A-Z,-]+$/.test(dayOfWeek);
  return dayOfMonth === '*' && isNamed ? `${minutes} ${hours} ? ${month} ${dayOfWeek} *` : null;
}

function checkQuestionMarks(dayOfMonth: string, dayOfWeek: string): void {
  if (dayOfMonth === '?' && dayOfWeek === '?') {
    throw new Fault(
      'day-of-month and day-of-week are both "?"; exactly one of them must be, so write "*" in the other for every day',
    );
  }
  if (dayOfMonth !== '?' && dayOfWeek !== '?') {
    const hint = dayOfWeek === '*' ? 'day-of-week' : dayOfMonth === '*' ? 'day-of-month' : 'one of them';
    throw new Fault(
      `exactly one of day-of-month ("${dayOfMonth}") and day-of-week ("${dayOfWeek}") must be "?": write "?" as ${hint}`,
    );
  }
}

function readDaysOfMonth(text: string): DaysOfMonth {
  const parts = text.split(',');
  const isWeekday = (part: string) => /^\d+W$/.test(part);
  return {
    days: merge(
      parts.filter((part) => part !== 'L' && !isWeekday(part)).map((part) => readPart(fields.daysOfMonth, part)),
    ),
    isLast: parts.includes('L'),
    nearestWeekdayTo: merge(parts.filter(isWeekday).map((part) => [readValue(fields.daysOfMonth, part.slice(0, -1))])),
  };
}

function readDaysOfWeek(text: string): DaysOfWeek {
  if (text.includes('#')) return { days: [], lastInMonth: [], nthInMonth: readNth(text) };
  if (text.includes('/')) throw new Fault(`day-of-week "${text}": EventBridge takes no "/" here; list the days`);
  const parts = text.split(',');
  const isLast = (part: string) => /^.+L$/.test(part);
  return {
    // `L` alone is the last day of the week.
    days: merge(
      parts.filter((part) => !isLast(part)).map((part) => (part === 'L' ? [7] : readPart(fields.daysOfWeek, part))),
    ),
    lastInMonth: merge(parts.filter(isLast).map((part) => [readValue(fields.daysOfWeek, part.slice(0, -1))])),
    nthInMonth: null,
  };
}

function readNth(text: string): { readonly day: number; readonly nth: number } {
  const [, day, nth] = /^([^#,]+)#([1-5])$/.exec(text) ?? [];
  if (day === undefined || nth === undefined) {
    throw new Fault(
      `day-of-week "${text}" is not understood; "#" stands alone and counts to 5, like "6#2" for the second Friday`,
    );
  }
  return { day: readValue(fields.daysOfWeek, day), nth: Number(nth) };
}

function readList(field: Field, text: string): readonly number[] {
  return merge(text.split(',').map((part) => readPart(field, part)));
}

/** `*`, a value, a range, and any of them with `/step`. */
function readPart(field: Field, part: string): readonly number[] {
  const [span = '', stepText, ...rest] = part.split('/');
  if (rest.length > 0) throw notUnderstood(field, part);
  const step = stepText === undefined ? 1 : readStep(field, part, stepText);
  const [first, last] = readSpan(field, span, stepText !== undefined);
  const values: number[] = [];
  for (let value = first; value <= last; value += step) values.push(value);
  return values;
}

function readStep(field: Field, part: string, text: string): number {
  const step = /^\d+$/.test(text) ? Number(text) : 0;
  if (step < 1 || step > field.to)
    throw new Fault(`${field.name} "${part}" steps by "${text}"; allowed are 1 to ${field.to}`);
  return step;
}

function readSpan(field: Field, span: string, isOpen: boolean): readonly [number, number] {
  if (span === '*') return [field.from, field.to];
  const [from = '', to, ...rest] = span.split('-');
  if (rest.length > 0) throw notUnderstood(field, span);
  const first = readValue(field, from);
  if (to === undefined) return [first, isOpen ? field.to : first];
  const last = readValue(field, to);
  if (last < first) throw new Fault(`${field.name} "${span}" runs backwards; write two ranges parted by a comma`);
  return [first, last];
}

function readValue(field: Field, text: string): number {
  const byName = field.names?.indexOf(text) ?? -1;
  if (byName >= 0) return byName + field.from;
  if (!/^\d+$/.test(text)) throw notUnderstood(field, text);
  const value = Number(text);
  if (value < field.from || value > field.to) {
    throw new Fault(`${field.name} ${text} is out of range; allowed are ${allowedIn(field)}`);
  }
  return value;
}

function notUnderstood(field: Field, text: string): Fault {
  return new Fault(`${field.name} "${text}" is not understood; allowed are ${allowedIn(field)}, with , - * /`);
}

function allowedIn({ from, to, names }: Field): string {
  return names === undefined ? `${from}-${to}` : `${from}-${to} or ${names[0]}-${names.at(-1)}`;
}

function merge(lists: readonly (readonly number[])[]): readonly number[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}

/** Refuses days that none of the months has: EventBridge would take them and never fire. */
function checkPossible({ daysOfMonth, months }: Cron): void {
  if (daysOfMonth === null || daysOfMonth.isLast) return;
  const first = Math.min(...daysOfMonth.days, ...daysOfMonth.nearestWeekdayTo);
  const longest = Math.max(...months.map((month) => (month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31)));
  if (first > longest) throw new Fault(`it never fires: none of its months has a day ${first}`);
}
