// From wall time to instant and back, by the one clock-change rule: after a gap as far as the time lies in it, of two the first.
// Wall times are milliseconds as if the clock on the wall showed UTC.

import { type Stretch, stretchesAround } from './offsets.ts';

/**
 * The instant at which the zone's clocks show the wall time. One that a change skips is as far after the gap as it lies in it;
 * one that comes twice is the first.
 * @example instantOf('Europe/Berlin', wall('2026-03-29T02:15')) === instant('2026-03-29T03:15+02:00')
 */
export function instantOf(zone: string, wallMs: number): number {
  let previous: Stretch | undefined;
  for (const stretch of stretchesAround(zone, wallMs)) {
    const ms = wallMs - stretch.offsetMs;
    if (ms < stretch.toMs) {
      // Before this stretch begins, though the one before has ended: the gap, counted on with the offset before it.
      return previous !== undefined && ms < stretch.fromMs ? wallMs - previous.offsetMs : ms;
    }
    previous = stretch;
  }
  throw new RangeError(`${zone} has no offset at ${wallMs}`);
}

/** What the zone's clocks show at the instant. */
export function wallOf(zone: string, ms: number): number {
  return ms + offsetOf(zone, ms);
}

/** The zone's offset from UTC at the instant, in milliseconds. */
export function offsetOf(zone: string, ms: number): number {
  const stretch = stretchesAround(zone, ms).find(({ toMs }) => ms < toMs);
  if (stretch === undefined) throw new RangeError(`${zone} has no offset at ${ms}`);
  return stretch.offsetMs;
}

/** A window's two instants; one that a clock change would empty or turn round keeps its nominal length from its start. */
export function windowOf(
  zone: string,
  fromWallMs: number,
  toWallMs: number,
): { readonly from: number; readonly to: number } {
  const from = instantOf(zone, fromWallMs);
  const to = instantOf(zone, toWallMs);
  return { from, to: to > from ? to : from + (toWallMs - fromWallMs) };
}
