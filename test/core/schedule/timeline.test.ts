import { describe, expect, it } from 'vitest';
import { isBoundaryless, nextTransitions, transitions, wantedAt } from '../../../lib/core/schedule/timeline.ts';
import { at, changes, dayMs, hourMs, inline, iso, named } from './schedules.ts';

const catchUpMs = 2 * hourMs;

describe('transitions', () => {
  it('start and stop at the ends of windows, half-open', () => {
    const schedule = inline('Mon-Fri 08:00-18:00 UTC');
    expect(changes(schedule, '2026-06-05T00:00Z', '2026-06-09T00:00Z')).toEqual([
      'on 2026-06-05T08:00Z',
      'off 2026-06-05T18:00Z',
      'on 2026-06-08T08:00Z',
      'off 2026-06-08T18:00Z',
    ]);
    expect(changes(schedule, '2026-06-05T08:00Z', '2026-06-05T18:00Z')).toEqual(['on 2026-06-05T08:00Z']);
    expect(changes(schedule, '2026-06-05T18:00Z', '2026-06-05T18:00Z')).toEqual([]);
  });

  it.each([
    ['touching windows', '08:00-12:00, 12:00-18:00 UTC', ['on 2026-06-05T08:00Z', 'off 2026-06-05T18:00Z']],
    ['overlapping windows', '10:00-18:00, 08:00-12:00 UTC', ['on 2026-06-05T08:00Z', 'off 2026-06-05T18:00Z']],
    ['a window in another', '08:00-18:00, 09:00-10:00 UTC', ['on 2026-06-05T08:00Z', 'off 2026-06-05T18:00Z']],
    [
      'windows that touch in different zones',
      '08:00-12:00 UTC, 14:00-18:00 Europe/Berlin',
      ['on 2026-06-05T08:00Z', 'off 2026-06-05T16:00Z'],
    ],
    [
      'a span and a window',
      '08:00-18:00, 2026-06-05T18:00Z/2026-06-05T20:00Z UTC',
      ['on 2026-06-05T08:00Z', 'off 2026-06-05T20:00Z'],
    ],
  ])('have no blip where there are %s', (_, text, expected) => {
    expect(changes(inline(text), '2026-06-05T00:00Z', '2026-06-06T00:00Z')).toEqual(expected);
  });

  it.each([
    '00:00-24:00 UTC',
    '00:00-00:01, 00:01-24:00 UTC',
    '06:00-20:00, 20:00-06:00 Europe/Berlin',
    'Mon-Wed 00:00-24:00; Thu-Sun 00:00-24:00 UTC',
  ])('are none where %s is always on', (text) => {
    const schedule = inline(text);
    expect(changes(schedule, '2026-01-01T00:00Z', '2026-12-31T00:00Z')).toEqual([]);
    expect(wantedAt(schedule, at('2026-06-05T00:00Z'), catchUpMs)).toEqual({ wanted: 'on', since: null });
    expect(isBoundaryless(schedule, at('2026-06-05T00:00Z'))).toBe(true);
  });

  it('belong, overnight, to the day on which the window starts', () => {
    expect(changes(inline('Sun-Thu 20:00-06:00 UTC'), '2026-06-04T12:00Z', '2026-06-08T12:00Z')).toEqual([
      'on 2026-06-04T20:00Z',
      'off 2026-06-05T06:00Z',
      'on 2026-06-07T20:00Z',
      'off 2026-06-08T06:00Z',
    ]);
  });

  it('of one-sided items are every single moment', () => {
    expect(changes(inline('-19:00 UTC'), '2026-06-05T00:00Z', '2026-06-07T00:00Z')).toEqual([
      'off 2026-06-05T19:00Z',
      'off 2026-06-06T19:00Z',
    ]);
    expect(changes(inline('Fri -24:00 UTC'), '2026-06-05T00:00Z', '2026-06-08T00:00Z')).toEqual([
      'off 2026-06-06T00:00Z',
    ]);
  });

  it('of a start and a stop that meet by their zones is the start alone, as touching windows merge', () => {
    expect(changes(inline('-10:00 Europe/Berlin; 08:00- UTC'), '2026-06-05T00:00Z', '2026-06-06T00:00Z')).toEqual([
      'on 2026-06-05T08:00Z',
    ]);
    expect(changes(inline('08:00- UTC; -10:00 Europe/Berlin'), '2026-06-05T00:00Z', '2026-06-06T00:00Z')).toEqual([
      'on 2026-06-05T08:00Z',
    ]);
  });

  it('are the same however the range is cut', () => {
    const schedule = inline('Mon-Fri 08:00-18:00; Sat-Sun 20:00-06:00 Europe/Berlin');
    const [from, to] = [at('2026-01-01T00:00Z'), at('2027-01-01T00:00Z')];
    const parts: unknown[] = [];
    for (let day = from; day < to; day += dayMs) parts.push(...transitions(schedule, day, day + dayMs));
    expect(parts).toEqual(transitions(inline('Mon-Fri 08:00-18:00; Sat-Sun 20:00-06:00 Europe/Berlin'), from, to));
    expect(parts.length).toBe(730);
  });
});

describe('wantedAt', () => {
  const schedule = inline('Mon-Fri 08:00-18:00 UTC');
  it.each([
    ['2026-06-05T07:59:59.999Z', 'off', '2026-06-04T18:00Z'],
    ['2026-06-05T08:00Z', 'on', '2026-06-05T08:00Z'],
    ['2026-06-05T17:59:59.999Z', 'on', '2026-06-05T08:00Z'],
    ['2026-06-05T18:00Z', 'off', '2026-06-05T18:00Z'],
    ['2026-06-08T00:00Z', 'off', '2026-06-05T18:00Z'],
  ])('at %s is %s since %s', (time, wanted, since) => {
    expect(wantedAt(schedule, at(time), catchUpMs)).toEqual({ wanted, since: at(since) });
  });

  it('is since the last change, however long ago', () => {
    const yearly = named({ timezone: 'UTC', on: { months: 'Feb', monthDays: '29' } });
    expect(wantedAt(yearly, at('2027-12-31T00:00Z'), catchUpMs)).toEqual({
      wanted: 'off',
      since: at('2024-03-01T00:00Z'),
    });
    expect(nextTransitions(yearly, at('2096-03-02T00:00Z'), 1)).toEqual([
      { at: at('2104-02-29T00:00Z'), wanted: 'on' },
    ]);
  });

  it('of a moment lapses after the time to catch up', () => {
    const stop = inline('-19:00 UTC');
    const since = at('2026-06-05T19:00Z');
    expect(wantedAt(stop, since - 1, catchUpMs)).toEqual({ wanted: 'none', since: since - dayMs });
    expect(wantedAt(stop, since, catchUpMs)).toEqual({ wanted: 'off', since });
    expect(wantedAt(stop, since + catchUpMs, catchUpMs)).toEqual({ wanted: 'off', since });
    expect(wantedAt(stop, since + catchUpMs + 1, catchUpMs)).toEqual({ wanted: 'none', since });
  });

  it('of always never changes', () => {
    expect(wantedAt(inline('always on'), 0, 0)).toEqual({ wanted: 'on', since: null });
    expect(wantedAt(inline('always off'), 0, 0)).toEqual({ wanted: 'off', since: null });
    expect(transitions(inline('always on'), 0, dayMs)).toEqual([]);
  });

  it('before a span is off, without a boundary yet', () => {
    const span = inline('2027-01-01T00:00Z/2027-01-02T00:00Z');
    expect(wantedAt(span, at('2026-06-05T00:00Z'), catchUpMs)).toEqual({ wanted: 'off', since: null });
    expect(isBoundaryless(span, at('2026-06-05T00:00Z'))).toBe(false);
    expect(isBoundaryless(span, at('2028-06-05T00:00Z'))).toBe(false);
    expect(isBoundaryless(inline('always off'), at('2026-06-05T00:00Z'))).toBe(true);
  });
});

describe('nextTransitions', () => {
  it('begin after the instant', () => {
    const found = nextTransitions(inline('08:00-18:00 UTC'), at('2026-06-05T08:00Z'), 3);
    expect(found.map((each) => `${each.wanted} ${iso(each.at)}`)).toEqual([
      'off 2026-06-05T18:00Z',
      'on 2026-06-06T08:00Z',
      'off 2026-06-06T18:00Z',
    ]);
  });

  it('are fewer where there are no more', () => {
    expect(nextTransitions(inline('always on'), 0, 10)).toEqual([]);
    expect(nextTransitions(inline('1970-01-02T00:00Z/1970-01-03T00:00Z'), 0, 10)).toHaveLength(2);
    expect(nextTransitions(inline('08:00-18:00 UTC'), 0, 0)).toEqual([]);
  });
});

describe('a schedule with dates', () => {
  it('wants nothing before its first and after its last', () => {
    const schedule = named({ timezone: 'Europe/Berlin', on: '08:00-18:00', from: '2026-06-05', until: '2026-06-06' });
    expect(changes(schedule, '2026-01-01T00:00Z', '2026-12-31T00:00Z')).toEqual([
      'off 2026-06-04T22:00Z',
      'on 2026-06-05T06:00Z',
      'off 2026-06-05T16:00Z',
      'on 2026-06-06T06:00Z',
      'off 2026-06-06T16:00Z',
      'none 2026-06-06T22:00Z',
    ]);
    expect(wantedAt(schedule, at('2026-06-04T21:59Z'), 0)).toEqual({ wanted: 'none', since: null });
    expect(wantedAt(schedule, at('2026-06-04T22:00Z'), 0)).toEqual({ wanted: 'off', since: at('2026-06-04T22:00Z') });
    expect(wantedAt(schedule, at('2026-06-07T00:00Z'), 0)).toEqual({ wanted: 'none', since: at('2026-06-06T22:00Z') });
  });

  it.each([
    ['20:00-06:00', 'off 2026-06-07T06:00Z', 'none 2026-06-08T00:00Z'],
    ['18:00-24:00', 'off 2026-06-07T00:00Z', 'none 2026-06-08T00:00Z'],
    ['18:00-23:59', 'off 2026-06-06T23:59Z', 'none 2026-06-07T00:00Z'],
  ])('still makes the last stop of %s, and then wants nothing', (on, stop, none) => {
    const schedule = named({ timezone: 'UTC', on, until: '2026-06-06' });
    expect(changes(schedule, '2026-06-06T21:00Z', '2026-12-31T00:00Z')).toEqual([stop, none]);
  });

  it('begins on where a window begins with it, or a span holds', () => {
    const whole = named({ timezone: 'UTC', on: {}, from: '2026-06-05' });
    expect(changes(whole, '2026-01-01T00:00Z', '2026-12-31T00:00Z')).toEqual(['on 2026-06-05T00:00Z']);
    const always = named({ timezone: 'UTC', on: 'always on', from: '2026-06-05', until: '2026-06-05' });
    expect(changes(always, '2026-01-01T00:00Z', '2026-12-31T00:00Z')).toEqual([
      'on 2026-06-05T00:00Z',
      'none 2026-06-06T00:00Z',
    ]);
    const span = named({
      timezone: 'UTC',
      on: '2026-06-01T00:00Z/2026-06-09T12:00Z',
      from: '2026-06-05',
      until: '2026-06-05',
    });
    expect(changes(span, '2026-01-01T00:00Z', '2026-12-31T00:00Z')).toEqual([
      'on 2026-06-05T00:00Z',
      'off 2026-06-09T12:00Z',
      'none 2026-06-10T00:00Z',
    ]);
  });

  it('makes the stop of the last night also where it is a moment', () => {
    const schedule = named({ timezone: 'UTC', on: ['20:00-', '-06:00'], from: '2026-06-05', until: '2026-06-05' });
    expect(changes(schedule, '2026-06-01T00:00Z', '2026-06-10T00:00Z')).toEqual([
      'off 2026-06-05T06:00Z',
      'on 2026-06-05T20:00Z',
      'off 2026-06-06T06:00Z',
    ]);
  });
});

describe('a change that is years away', () => {
  const leapDay = at('2028-02-29T08:00Z');
  it.each<[string, Parameters<typeof named>[0]]>([
    ['dates of a calendar', { timezone: 'UTC', on: '08:00-18:00', only: ['leap'] }],
    ['starts on dates of a calendar', { timezone: 'UTC', on: '08:00-', only: ['leap'] }],
    ['a period', { timezone: 'UTC', on: { months: 'Feb', monthDays: '29', from: '08:00', to: '18:00' } }],
    ['a one-sided period', { timezone: 'UTC', on: { months: 'Feb', monthDays: '29', from: '08:00' } }],
    ['a cron', { timezone: 'UTC', cron: { start: '0 8 29 2 *' } }],
    ['a first date', { timezone: 'UTC', on: '08:00-08:01', from: '2028-02-29' }],
    ['a span', { timezone: 'UTC', on: '2028-02-29T08:00Z/2028-02-29T09:00Z' }],
  ])('is found for %s', (_, definition) => {
    const schedule = named(definition, { leap: { dates: ['02-29'] } });
    expect(nextTransitions(schedule, at('2024-03-01T12:00Z'), 9)).toContainEqual({ at: leapDay, wanted: 'on' });
    expect(wantedAt(schedule, at('2028-02-29T08:00:30Z'), 60_000)).toEqual({ wanted: 'on', since: leapDay });
    expect(isBoundaryless(schedule, at('2024-03-01T12:00Z'))).toBe(false);
  });

  it('is found for a last date long past', () => {
    const ended = named({ timezone: 'UTC', on: '08:00-18:00', until: '2020-12-31' });
    expect(wantedAt(ended, at('2026-06-05T00:00Z'), 0)).toEqual({ wanted: 'none', since: at('2021-01-01T00:00Z') });
  });
});
