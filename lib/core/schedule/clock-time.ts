// Times of day, exactly `HH:MM`, and for everything else that looks like one the time that was probably meant.
// Strict on purpose: read as 8:00, "8" or "8pm" would start a VM twelve hours off.

import { excerpt } from '../excerpt.ts';
import { printMinute } from './civil.ts';
import type { Cursor } from './cursor.ts';

const exact = /\d\d:\d\d(?![\d:.]|\s*(?:[ap]\.?m\.?|h|hrs|uhr)(?![A-Za-z/_]))/iy;
const attempt = /\d[\dA-Za-z:.]*(?:\s*(?:[ap]\.?m\.?|h|hrs|uhr)(?![A-Za-z/_]))?/iy;

/** The minute of the day that stands at the cursor, 0 to 1439, or to 1440 where it is an end. Throws a fault. */
export function readTime(cursor: Cursor, isEnd: boolean): number {
  const at = cursor.at;
  const text = cursor.take(exact) ?? '';
  const minute = minuteOf(text);
  if (minute !== null && (isEnd || minute < 1440)) return minute;
  if (minute !== null) throw cursor.fault('24:00 is only an end; a day begins at 00:00', at);
  cursor.at = at;
  throw timeFault(cursor);
}

function timeFault(cursor: Cursor): Error {
  const at = cursor.at;
  const text = cursor.take(attempt) ?? '';
  const meant = meantBy(text.toLowerCase().replaceAll(/\s|\.(?=m|$)/g, ''));
  const hint = meant === null ? 'times are written 00:00 to 24:00' : `did you mean ${meant}?`;
  return cursor.fault(`${excerpt(text)} is not a time; ${hint}`, at);
}

/** The minute of `HH:MM`, 24:00 included, or null. */
export function minuteOf(text: string): number | null {
  const [, hours, minutes] = /^(\d\d):(\d\d)$/.exec(text) ?? [];
  if (hours === undefined || Number(minutes) > 59) return null;
  const minute = Number(hours) * 60 + Number(minutes);
  return minute <= 1440 ? minute : null;
}

/** What somebody meant by `8pm`, `20h`, `2000`, `20.00` or `24:30`, or null where it is anyone's guess. */
export function meantBy(text: string): string | null {
  const [, hours, minutes = '0', half] =
    /^(\d{1,2})(?:[:.h]?(\d\d))?(?::\d\d)?([ap])m?$/.exec(text) ??
    /^(\d{1,2})[:.h](\d{1,2})(?::\d\d)?(?:h|hrs|uhr)?$/.exec(text) ??
    /^(\d{1,2})(\d\d)(?:h|hrs|uhr)?$/.exec(text) ??
    /^(\d{1,2})(?:h|hrs|uhr)?$/.exec(text) ??
    [];
  if (hours === undefined || Number(minutes) > 59) return null;
  const hour = hourOf(Number(hours), half);
  return hour === null ? null : printMinute(hour * 60 + Number(minutes));
}

function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour > 24 ? null : hour % 24;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half === 'p' ? 12 : 0);
}
