import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { instantOf, offsetOf, wallOf, windowOf } from '../../../lib/core/schedule/instants.ts';
import { transitions } from '../../../lib/core/schedule/timeline.ts';
import { at, changes, dayMs, hourMs, inline, iso } from './schedules.ts';
import vectors from './vectors/clock-changes.json' with { type: 'json' };
import { zones } from './zones.ts';

describe('the clock-change rule', () => {
  it.each(vectors)('$rule: $expression on $day', ({ expression, from, to }) => {
    // Of moments the stop may come first.
    const [first, last] = [at(from), at(to)].sort((a, b) => a - b);
    const around = transitions(inline(expression), (first ?? 0) - 6 * hourMs, (last ?? 0) + 6 * hourMs);
    const expected = [
      { at: at(from), wanted: 'on' },
      { at: at(to), wanted: 'off' },
    ].sort((a, b) => a.at - b.at);
    expect(around.map(shown)).toEqual(expected.map(shown));
  });

  it.each(vectors)('the instants of "$rule" are those that the zone shows ($day)', ({ expression, from, to }) => {
    // Guards the data file itself: an offset that the zone does not have then would make a vector meaningless.
    const zone = expression.split(' ').at(-1) ?? '';
    for (const text of [from, to]) {
      const shown = Temporal.Instant.from(text).toZonedDateTimeISO(zone);
      expect(shown.toPlainDateTime().toString({ smallestUnit: 'minute' })).toBe(text.slice(0, 16));
    }
  });

  it('makes a start or a stop in a gap as far after it, and one that comes twice the first time', () => {
    expect(changes(inline('02:15-; -02:45 Europe/Berlin'), '2026-03-29T00:00Z', '2026-03-29T12:00Z')).toEqual([
      'on 2026-03-29T01:15Z',
      'off 2026-03-29T01:45Z',
    ]);
    expect(changes(inline('02:15-; -02:45 Europe/Berlin'), '2026-10-24T12:00Z', '2026-10-25T12:00Z')).toEqual([
      'on 2026-10-25T00:15Z',
      'off 2026-10-25T00:45Z',
    ]);
  });

  it('runs the window of a date that a zone skipped whole once, merged with the next day', () => {
    expect(changes(inline('08:00-18:00 Pacific/Apia'), '2011-12-29T00:00Z', '2012-01-01T00:00Z')).toEqual([
      'off 2011-12-29T04:00Z',
      'on 2011-12-29T18:00Z',
      'off 2011-12-30T04:00Z',
      'on 2011-12-30T18:00Z',
      'off 2011-12-31T04:00Z',
      'on 2011-12-31T18:00Z',
    ]);
  });

  it('agrees with Temporal on every quarter of an hour around each change, in each zone', () => {
    for (const zone of zones) {
      for (const change of changesOf(zone)) {
        for (let minutes = -300; minutes <= 300; minutes += 15) {
          const wallMs = Math.round(wallOf(zone, change - 1) / 60_000) * 60_000 + minutes * 60_000;
          const plain = new Date(wallMs).toISOString().slice(0, 16);
          const expected = Temporal.PlainDateTime.from(plain).toZonedDateTime(zone, { disambiguation: 'compatible' });
          expect([zone, plain, instantOf(zone, wallMs)]).toEqual([zone, plain, expected.epochMilliseconds]);
        }
      }
    }
  });
});

describe('windowOf', () => {
  it('keeps the end that the clock shows where it is after the start', () => {
    const wall = at('2026-03-29T00:00Z');
    expect(windowOf('Europe/Berlin', wall + hourMs, wall + 4 * hourMs)).toEqual({
      from: at('2026-03-29T01:00+01:00'),
      to: at('2026-03-29T04:00+02:00'),
    });
  });
});

describe('offsetOf', () => {
  it('changes at the change, not a millisecond before', () => {
    const change = at('2026-03-29T01:00Z');
    expect(offsetOf('Europe/Berlin', change - 1)).toBe(hourMs);
    expect(offsetOf('Europe/Berlin', change)).toBe(2 * hourMs);
  });

  it('is that of the time, in years long past and far ahead', () => {
    expect(offsetOf('Europe/Moscow', at('2012-01-01T00:00Z'))).toBe(4 * hourMs);
    expect(offsetOf('UTC', at('2199-01-01T00:00Z'))).toBe(0);
    expect(wallOf('Asia/Kathmandu', 0)).toBe(5.5 * hourMs);
  });
});

function shown(change: { readonly at: number; readonly wanted: string }): string {
  return `${change.wanted} ${iso(change.at)}`;
}

function changesOf(zone: string): number[] {
  const found: number[] = [];
  let now = Temporal.Instant.from('2024-12-01T00:00Z').toZonedDateTimeISO(zone).getTimeZoneTransition('next');
  while (now !== null && now.epochMilliseconds < at('2027-01-01T00:00Z') + dayMs) {
    found.push(now.epochMilliseconds);
    now = now.getTimeZoneTransition('next');
  }
  return found;
}
