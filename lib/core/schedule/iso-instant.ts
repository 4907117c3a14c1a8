// Instants in ISO 8601 with an offset or Z, and nothing looser.
// A local time without offset is refused: it would mean another instant in every zone.

import { checkedDay, dayMs, minuteMs } from './civil.ts';
import type { Cursor } from './cursor.ts';

const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)$/i;
// A year after the hyphen that parts two instants is not taken for an offset: a month follows it.
const token =
  /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d|\+\d{4}|-\d{4}(?!-\d\d-)|[+-]\d\d(?![\d:]))/iy;
const start = /\d{4}-\d\d-\d\d/y;

/** Whether something that means to be a date stands at the cursor. */
export function isDateAhead(cursor: Cursor): boolean {
  const at = cursor.at;
  const found = cursor.take(start);
  cursor.at = at;
  return found !== null;
}

/** The instant at the cursor in epoch milliseconds; finer fractions are cut. Throws a fault. */
export function readInstant(cursor: Cursor): number {
  const at = cursor.at;
  const text = cursor.take(token);
  if (text === null)
    throw cursor.fault(
      `${cursor.rest()} is not an instant; write one with Z or an offset, like 2026-11-24T22:00+01:00`,
    );
  const ms = parseInstant(text);
  if (ms === null) throw cursor.fault(`"${text}" names a date, a time or an offset that does not exist`, at);
  return ms;
}

/** The epoch milliseconds of `2026-11-24T22:00+01:00` or `…Z`, or null when the text is no such instant. */
export function parseInstant(text: string): number | null {
  const [
    whole,
    year,
    month,
    date,
    hour,
    minute,
    second = '0',
    fraction = '',
    sign,
    offsetHour = '0',
    offsetMinute = '0',
  ] = parts.exec(text) ?? [];
  const day = whole === undefined ? null : checkedDay(Number(year), Number(month), Number(date));
  if (day === null || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return null;
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === '-' ? -1 : 1);
  const minutes = Number(hour) * 60 + Number(minute) - offset;
  return day * dayMs + minutes * minuteMs + Number(second) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3));
}
