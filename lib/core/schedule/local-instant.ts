// Instants as people write them in a tag or on a command line: with an offset, or as a local time of a known zone.
// A local time that a clock change skips or doubles follows the one clock-change rule.

import { excerpt } from '../excerpt.ts';
import { checkedDay, dayMs, minuteMs } from './civil.ts';
import type { Faulty } from './fault.ts';
import { instantOf } from './instants.ts';
import { parseInstant } from './iso-instant.ts';

const local = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?$/;

/** The epoch milliseconds of `2026-11-25T22:00+01:00`, or of `2026-11-25T22:00` (or a date: its midnight) in `zone`. */
export function localInstant(text: string, zone: string | null): { readonly ms: number } | Faulty {
  const exact = parseInstant(text);
  if (exact !== null) return { ms: exact };
  const [whole, year, month, date, hour = '0', minute = '0'] = local.exec(text) ?? [];
  const day = whole === undefined ? null : checkedDay(Number(year), Number(month), Number(date));
  if (day === null || Number(hour) > 23 || Number(minute) > 59)
    return { fault: `${excerpt(text)} is not an instant; write one like 2026-11-25T22:00 or 2026-11-25T22:00+01:00` };
  if (zone === null)
    return { fault: `${excerpt(text)} needs an offset (like ${text}Z), for there is no time zone to read it in` };
  return { ms: instantOf(zone, day * dayMs + (Number(hour) * 60 + Number(minute)) * minuteMs) };
}
