// Instants as the clocks of a zone show them: for people with the weekday, for programs in ISO 8601.
// One place, so that a bar, a list and a JSON contract never name the same instant differently.

import { dayMs, printDate, printMinute, weekdayOf } from '../../lib/core/schedule/civil.ts';
import { wallOf } from '../../lib/core/schedule/instants.ts';

const minuteMs = 60_000;
const weekdays = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** `2026-03-29T03:00+02:00`; seconds only where there are some. */
export function isoLocal(zone: string, ms: number): string {
  const wall = wallOf(zone, ms);
  return `${printDate(Math.floor(wall / dayMs))}T${timeOf(wall)}${sayOffset(wall - ms)}`;
}

/** `Sun 2026-03-29 03:00 +02:00` */
export function sayLocal(zone: string, ms: number): string {
  const wall = wallOf(zone, ms);
  return `${sayDay(Math.floor(wall / dayMs))} ${timeOf(wall)} ${sayOffset(wall - ms)}`;
}

/** A day number as `Sun 2026-03-29`. */
export function sayDay(day: number): string {
  return `${weekdays[weekdayOf(day)] ?? ''} ${printDate(day)}`;
}

function timeOf(wallMs: number): string {
  const inDay = wallMs - Math.floor(wallMs / dayMs) * dayMs;
  const seconds = Math.floor(inDay / 1000) % 60;
  return `${printMinute(Math.floor(inDay / minuteMs))}${seconds === 0 ? '' : `:${String(seconds).padStart(2, '0')}`}`;
}

function sayOffset(offsetMs: number): string {
  const seconds = Math.abs(offsetMs / 1000);
  const odd = Math.floor(seconds) % 60;
  const sign = offsetMs < 0 ? '-' : '+';
  return `${sign}${printMinute(Math.floor(seconds / 60))}${odd === 0 ? '' : `:${String(odd).padStart(2, '0')}`}`;
}
