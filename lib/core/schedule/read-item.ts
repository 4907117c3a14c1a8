// One item of an expression, read from left to right: days, times, and a zone of its own.
// Apart from expression.ts, which knows how items stand together.

import { excerpt } from '../excerpt.ts';
import { readTime } from './clock-time.ts';
import type { Cursor } from './cursor.ts';
import { isFaulty } from './fault.ts';
import { isDateAhead, readInstant } from './iso-instant.ts';
import type { AlwaysItem, MomentItem, SpanItem, WindowItem } from './item.ts';
import { weekdayHint, weekdayNamed, weekdayRange } from './weekdays.ts';
import { isZone, resolveZone } from './zone.ts';

/** An item with the zone it names itself, and where it begins. */
export type RawItem = (Omit<WindowItem, 'zone'> | Omit<MomentItem, 'zone'> | SpanItem | AlwaysItem) & {
  readonly zone: string | null;
  readonly at: number;
};

/** The item at the cursor. Throws a fault. */
export function readItem(cursor: Cursor): RawItem {
  const first = cursor.peek();
  const at = cursor.at;
  const body = readBody(cursor, first);
  return { ...body, zone: readZone(cursor), at };
}

function readBody(
  cursor: Cursor,
  first: string,
): Omit<WindowItem, 'zone'> | Omit<MomentItem, 'zone'> | SpanItem | AlwaysItem {
  if (first === '') throw cursor.fault('an item is missing; leave out the separator before it');
  if (isDateAhead(cursor)) return readSpan(cursor);
  const always = readAlways(cursor);
  if (always !== null) return always;
  const days = /\p{L}/u.test(first) ? readDays(cursor) : null;
  return readTimes(cursor, days);
}

function readAlways(cursor: Cursor): AlwaysItem | null {
  const at = cursor.at;
  if (cursor.take(/always(?![\p{L}\d])/iuy) === null) return null;
  cursor.peek();
  const word = cursor.take(/[\p{L}\d]*/uy)?.toLowerCase();
  if (word === 'on' || word === 'off') return { kind: 'always', wanted: word };
  throw cursor.fault(`"always" is followed by "on" or "off": "always on" or "always off"`, at);
}

function readSpan(cursor: Cursor): SpanItem {
  const at = cursor.at;
  const fromMs = readInstant(cursor);
  cursor.peek();
  if (cursor.take(/[/-]/y) === null)
    throw cursor.fault(`${cursor.rest()} stands where "/" and a second instant are expected`);
  cursor.peek();
  const toMs = readInstant(cursor);
  if (toMs <= fromMs) throw cursor.fault('the second instant is not after the first', at);
  return { kind: 'span', fromMs, toMs };
}

/** `Mon-Wed,Fri`: a comma goes on with the days as long as a name follows it. */
function readDays(cursor: Cursor): readonly number[] {
  const days = new Set<number>();
  do {
    const from = readDay(cursor);
    cursor.peek();
    const to = cursor.take(/-\s*(?=\p{L})/uy) === null ? from : readDay(cursor);
    for (const day of weekdayRange(from, to)) days.add(day);
    cursor.peek();
  } while (cursor.take(/,\s*(?=\p{L})/uy) !== null);
  return [...days].sort((a, b) => a - b);
}

function readDay(cursor: Cursor): number {
  const at = cursor.at;
  const word = cursor.take(/[\p{L}\p{M}\d_/.]+/uy) ?? '';
  const day = weekdayNamed(/^[A-Za-z]+/.exec(word)?.[0] ?? '');
  if (day !== null && /^[A-Za-z]+$/.test(word)) return day;
  // `Mon08:00-18:00`: blanks do not matter, so the digits are left for the time.
  if (day !== null && /^[A-Za-z]+\d+$/.test(word)) {
    cursor.at = at + word.search(/\d/);
    return day;
  }
  const hint = isZone(word) ? '; a time zone stands after the times' : weekdayHint(word);
  throw cursor.fault(`${excerpt(word)} is not a day${hint}`, at);
}

function readTimes(
  cursor: Cursor,
  days: readonly number[] | null,
): Omit<WindowItem, 'zone'> | Omit<MomentItem, 'zone'> {
  const at = cursor.at;
  if (/\d/.test(cursor.peek())) return readFrom(cursor, days);
  if (!takeDash(cursor)) {
    const meant = days === null ? 'days, a time, an instant or "always"' : 'times, like 08:00-18:00';
    throw cursor.fault(`${cursor.rest()} stands where ${meant} should be`);
  }
  if (!/\d/.test(cursor.peek())) throw cursor.fault(`a time is missing beside "-"; write -19:00 or 08:00-`, at);
  return { kind: 'moment', wanted: 'off', days, minute: readTime(cursor, true) };
}

function readFrom(cursor: Cursor, days: readonly number[] | null): Omit<WindowItem, 'zone'> | Omit<MomentItem, 'zone'> {
  const at = cursor.at;
  const fromMinute = readTime(cursor, false);
  cursor.peek();
  if (!takeDash(cursor))
    throw cursor.fault(`${cursor.rest()} stands where "-" should be; write 08:00-18:00, or 08:00- to start only`);
  if (!/\d/.test(cursor.peek())) return { kind: 'moment', wanted: 'on', days, minute: fromMinute };
  const toMinute = readTime(cursor, true);
  if (fromMinute === toMinute)
    throw cursor.fault('the window ends when it begins; the whole day is 00:00-24:00, every day "always on"', at);
  return { kind: 'window', days, fromMinute, toMinute };
}

function takeDash(cursor: Cursor): boolean {
  if (cursor.take(/-/y) !== null) return true;
  if (/[‐-―−~]/.test(cursor.peek())) throw cursor.fault(`${cursor.rest()} begins with another dash; write "-"`);
  return false;
}

function readZone(cursor: Cursor): string | null {
  if (!/[\p{L}+]/u.test(cursor.peek())) return null;
  const at = cursor.at;
  const text = cursor.take(/[^\s,;]+/y) ?? '';
  const resolved = resolveZone(text);
  if (!isFaulty(resolved)) return resolved.zone;
  const isDay = weekdayNamed(/^[A-Za-z]+/.exec(text)?.[0] ?? '') !== null;
  const hint = isDay ? '; days stand before the times, and items are parted by "," or ";"' : '';
  throw cursor.fault(`${resolved.fault}${hint}`, at);
}
