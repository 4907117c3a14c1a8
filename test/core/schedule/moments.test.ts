// Starts and stops that a gap throws together, case by case; what holds for all of them is in moment-order.test.ts.

import { describe, expect, it } from 'vitest';
import { momentsIn } from '../../../lib/core/schedule/moments.ts';
import { at, changes, inline, iso, named } from './schedules.ts';

describe('moments that a gap throws together', () => {
  it.each<[string, string, string[]]>([
    [
      'starts stay where the clock has them, for one more start undoes nothing',
      '02:30-; 03:15-',
      ['on 2026-03-29T01:15Z', 'on 2026-03-29T01:30Z'],
    ],
    ['a start and a start that meet are one', '02:15-; 03:15-', ['on 2026-03-29T01:15Z']],
    [
      'a stop follows the latest start, not the last by the clock',
      '02:30-; 03:15-; -03:20',
      ['on 2026-03-29T01:15Z', 'on 2026-03-29T01:30Z', 'off 2026-03-29T02:20Z'],
    ],
    [
      'a start follows the latest stop, not the last by the clock',
      '-02:30; -03:15; 03:20-',
      ['off 2026-03-29T01:15Z', 'off 2026-03-29T01:30Z', 'on 2026-03-29T02:20Z'],
    ],
    [
      'a stop follows a start that follows a stop',
      '-02:30; 03:15-; -04:10',
      ['off 2026-03-29T01:30Z', 'on 2026-03-29T02:15Z', 'off 2026-03-29T03:10Z'],
    ],
    [
      'a moved stop that a later start comes before is none',
      '02:30-; -03:15; 04:00-',
      ['on 2026-03-29T01:30Z', 'on 2026-03-29T02:00Z'],
    ],
    [
      'a moved stop that meets a later start is none',
      '02:30-; -03:15; 04:15-',
      ['on 2026-03-29T01:30Z', 'on 2026-03-29T02:15Z'],
    ],
    [
      'a moved stop before a later start is done',
      '02:30-; -03:15; 04:16-',
      ['on 2026-03-29T01:30Z', 'off 2026-03-29T02:15Z', 'on 2026-03-29T02:16Z'],
    ],
  ])('%s: %s', (_, text, expected) => {
    expect(changes(inline(`${text} Europe/Berlin`), '2026-03-28T12:00Z', '2026-03-29T12:00Z')).toEqual(expected);
  });

  it.each<[string, string, string, string[]]>([
    ['a stop that meets a start is not lost', '15 2 * * *', '15 3 * * *', ['on 01:15', 'off 02:15']],
    [
      'of the same time the start wins, the later stop is done',
      '15 2 * * *',
      '15 2,3 * * *',
      ['on 01:15', 'off 02:15'],
    ],
    ['a stop that a start undoes every day moves no start', '15 2,3 * * *', '15 2 * * *', ['on 01:15']],
    [
      'what comes every hour is not late',
      '0 * * * *',
      '30 * * * *',
      ['on 00:00', 'off 00:30', 'on 01:00', 'off 01:30', 'on 02:00', 'off 02:30', 'on 03:00', 'off 03:30'],
    ],
    [
      'runs so dense that they collide are one, without a blip',
      '0,30 * * * *',
      '15,45 * * * *',
      [
        ...['on 00:00', 'off 00:15', 'on 00:30', 'off 00:45', 'on 01:00', 'off 01:15', 'on 01:30', 'off 01:45'],
        ...['on 02:00', 'on 02:30', 'off 02:45', 'on 03:00', 'off 03:15', 'on 03:30', 'off 03:45'],
      ],
    ],
    [
      'what alternates every hour is not late for ever',
      '0 */2 * * *',
      '0 1-23/2 * * *',
      ['off 00:00', 'on 01:00', 'on 02:00', 'off 03:00'],
    ],
  ])('of a cron %s: start %s, stop %s', (_, start, stop, expected) => {
    const schedule = named({ timezone: 'Europe/Berlin', cron: { start, stop } });
    expect(changes(schedule, '2026-03-29T00:00Z', '2026-03-29T04:00Z')).toEqual(
      expected.map((each) => each.replace(' ', ' 2026-03-29T').concat('Z')),
    );
  });

  it('know nothing of those of another zone, but for the instant', () => {
    const text = '02:30- Europe/Berlin; -03:15 Europe/Paris; -03:30 Europe/Rome';
    expect(changes(inline(text), '2026-03-28T12:00Z', '2026-03-29T12:00Z')).toEqual([
      'off 2026-03-29T01:15Z',
      'on 2026-03-29T01:30Z',
    ]);
  });

  it('of a date that a zone skipped whole are those of the next date', () => {
    expect(changes(inline('08:00-; -19:00 Pacific/Apia'), '2011-12-29T12:00Z', '2012-01-02T12:00Z')).toEqual([
      'on 2011-12-29T18:00Z',
      'off 2011-12-30T05:00Z',
      'on 2011-12-30T18:00Z',
      'off 2011-12-31T05:00Z',
      'on 2011-12-31T18:00Z',
      'off 2012-01-01T05:00Z',
      'on 2012-01-01T18:00Z',
      'off 2012-01-02T05:00Z',
    ]);
  });

  it('are moved over the edge of a block of reckoning neither lost nor doubled', () => {
    // The block of 32 days ends with 2031-03-30T00:00Z, two hours after the gap.
    expect(changes(inline('-00:30; 01:15-; -02:10 Asia/Beirut'), '2031-03-29T12:00Z', '2031-03-30T12:00Z')).toEqual([
      'off 2031-03-29T22:30Z',
      'on 2031-03-29T23:15Z',
      'off 2031-03-30T00:10Z',
    ]);
  });
});

describe('momentsIn', () => {
  it('sees the start of it all, three days before, where a gap took a day', () => {
    // 1993-08-21, a Saturday, never came to Kwajalein.
    const schedule = inline('Sat -20:00; Sun 19:00-; Mon -18:00 Pacific/Kwajalein');
    const found = (from: string, to: string) => momentsIn(schedule, at(from), at(to)).map(shown);
    expect(found('1993-08-21T00:00Z', '1993-08-25T00:00Z')).toEqual([
      'off 1993-08-22T08:00Z',
      'on 1993-08-23T07:00Z',
      'off 1993-08-24T06:00Z',
    ]);
    expect(found('1993-08-24T06:00Z', '1993-08-25T00:00Z')).toEqual(['off 1993-08-24T06:00Z']);
    expect(found('1993-08-22T08:00Z', '1993-08-23T07:00Z')).toEqual(['off 1993-08-22T08:00Z']);
  });
});

function shown(each: { readonly at: number; readonly wanted: string }): string {
  return `${each.wanted} ${iso(each.at)}`;
}
