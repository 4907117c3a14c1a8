// What is wanted of a VM over time, by schedule and overrides together; 2026-11-23 is a Monday.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Course, courseAfter, courseBetween, currentIn } from '../../../lib/core/schedule/course.ts';
import type { Override } from '../../../lib/core/schedule/override.ts';
import { at, cases, dayMs, hourMs, inline, iso } from './schedules.ts';

const office = inline('Mon-Fri 08:00-18:00 UTC');
const moments = inline('08:00-; -19:00 UTC');

function keep(keep: 'on' | 'off', from: string, until: string): Override {
  return { keep, startMs: at(from), endMs: at(until), reason: 'demo', by: 'amel' };
}

function course(schedule: Course['schedule'], ...overrides: Override[]): Course {
  return { schedule, overrides, catchUpMs: 2 * hourMs };
}

function between(of: Course, from: string, to: string): string[] {
  return courseBetween(of, at(from), at(to)).map((each) => `${each.wanted} ${iso(each.at)}`);
}

function coming(of: Course, from: string, count: number): string[] {
  return courseAfter(of, at(from), count).map((each) => `${each.wanted} ${iso(each.at)}`);
}

describe('the course between two instants', () => {
  it("is the schedule's own without overrides, its start included and its end not", () => {
    expect(between(course(office), '2026-11-23T08:00Z', '2026-11-24T18:00Z')).toEqual([
      'on 2026-11-23T08:00Z',
      'off 2026-11-23T18:00Z',
      'on 2026-11-24T08:00Z',
    ]);
  });

  it.each<[string, Override[], string[]]>([
    [
      'that keeps on over the evening moves the stop to its end',
      [keep('on', '2026-11-23T15:00Z', '2026-11-23T22:00Z')],
      ['on 2026-11-23T08:00Z', 'off 2026-11-23T22:00Z'],
    ],
    [
      'that keeps on over the night leaves no stop',
      [keep('on', '2026-11-23T15:00Z', '2026-11-24T09:00Z')],
      ['on 2026-11-23T08:00Z'],
    ],
    [
      'that keeps on until the very stop changes nothing',
      [keep('on', '2026-11-23T15:00Z', '2026-11-23T18:00Z')],
      ['on 2026-11-23T08:00Z', 'off 2026-11-23T18:00Z'],
    ],
    [
      'that keeps off until the very stop makes its own start the stop',
      [keep('off', '2026-11-23T15:00Z', '2026-11-23T18:00Z')],
      ['on 2026-11-23T08:00Z', 'off 2026-11-23T15:00Z'],
    ],
    [
      'that keeps off at noon stops and starts',
      [keep('off', '2026-11-23T12:00Z', '2026-11-23T13:00Z')],
      ['on 2026-11-23T08:00Z', 'off 2026-11-23T12:00Z', 'on 2026-11-23T13:00Z', 'off 2026-11-23T18:00Z'],
    ],
    [
      'that is newer hides an older one while it holds',
      [keep('on', '2026-11-23T17:00Z', '2026-11-23T23:00Z'), keep('off', '2026-11-23T19:00Z', '2026-11-23T20:00Z')],
      ['on 2026-11-23T08:00Z', 'off 2026-11-23T19:00Z', 'on 2026-11-23T20:00Z', 'off 2026-11-23T23:00Z'],
    ],
    [
      'that begins as another ends is one without a blip',
      [keep('on', '2026-11-23T17:00Z', '2026-11-23T20:00Z'), keep('on', '2026-11-23T20:00Z', '2026-11-23T23:00Z')],
      ['on 2026-11-23T08:00Z', 'off 2026-11-23T23:00Z'],
    ],
  ])('with an override %s', (_name, overrides, expected) => {
    expect(between(course(office, ...overrides), '2026-11-23T00:00Z', '2026-11-24T08:00Z')).toEqual(expected);
  });

  it('begins with the edge of an override that stands at its start', () => {
    const of = course(office, keep('off', '2026-11-23T12:00Z', '2026-11-23T13:00Z'));
    expect(between(of, '2026-11-23T12:00Z', '2026-11-23T13:00Z')).toEqual(['off 2026-11-23T12:00Z']);
    expect(between(of, '2026-11-23T13:00Z', '2026-11-23T14:00Z')).toEqual(['on 2026-11-23T13:00Z']);
  });

  it('of a VM without a schedule is its overrides, and then nothing is wanted', () => {
    const of = course(null, keep('on', '2026-11-23T12:00Z', '2026-11-23T13:00Z'));
    expect(between(of, '2026-11-23T00:00Z', '2026-11-24T00:00Z')).toEqual([
      'on 2026-11-23T12:00Z',
      'none 2026-11-23T13:00Z',
    ]);
    expect(between(course(null), '2026-11-23T00:00Z', '2026-11-24T00:00Z')).toEqual([]);
  });
});

describe('the boundary in a course', () => {
  const older = keep('on', '2026-11-23T10:00Z', '2026-11-23T20:00Z');
  const newer = keep('on', '2026-11-23T12:00Z', '2026-11-23T14:00Z');
  const tag: Override = { ...older, startMs: null };

  it.each([
    ['11:00', '10:00'],
    ['13:00', '12:00'],
    ['14:00', '14:00'],
    ['19:00', '14:00'],
    ['20:00', '20:00'],
  ])('at %s of nested overrides is %s, though it is no transition where both want the same', (now, since) => {
    const of = course(office, older, newer);
    expect(currentIn(of, at(`2026-11-23T${now}Z`)).boundary).toBe(at(`2026-11-23T${since}Z`));
    expect(between(of, '2026-11-23T11:00Z', '2026-11-23T20:00Z')).toEqual([]);
  });

  it('of a tag is unknown, and its wish holds as far back as one looks', () => {
    const of = course(office, tag);
    expect(currentIn(of, at('2026-11-23T03:00Z'))).toMatchObject({ wanted: 'on', boundary: null, isByOverride: true });
    expect(between(of, '2026-11-22T00:00Z', '2026-11-24T00:00Z')).toEqual(['off 2026-11-23T20:00Z']);
    expect(currentIn(of, at('2026-11-23T20:00Z')).boundary).toBe(at('2026-11-23T20:00Z'));
  });

  it('of a tag that a newer override hid is the end of that', () => {
    expect(currentIn(course(office, tag, newer), at('2026-11-23T15:00Z')).boundary).toBe(at('2026-11-23T14:00Z'));
  });
});

describe('the course of moments', () => {
  it('has each moment, and none that an override hides', () => {
    const of = course(moments, keep('on', '2026-11-23T12:00Z', '2026-11-24T12:00Z'));
    expect(between(of, '2026-11-23T00:00Z', '2026-11-25T00:00Z')).toEqual([
      'on 2026-11-23T08:00Z',
      'on 2026-11-23T12:00Z',
      'none 2026-11-24T12:00Z',
      'off 2026-11-24T19:00Z',
    ]);
  });

  it('does a moment that was hidden when the override ends soon after it', () => {
    const of = course(moments, keep('on', '2026-11-23T12:00Z', '2026-11-23T20:00Z'));
    expect(between(of, '2026-11-23T12:00Z', '2026-11-24T00:00Z')).toEqual([
      'on 2026-11-23T12:00Z',
      'off 2026-11-23T20:00Z',
    ]);
  });

  it('keeps a moment at the very end of an override that kept the same', () => {
    const of = course(moments, keep('off', '2026-11-23T12:00Z', '2026-11-23T19:00Z'));
    expect(between(of, '2026-11-23T12:00Z', '2026-11-24T00:00Z')).toEqual([
      'off 2026-11-23T12:00Z',
      'off 2026-11-23T19:00Z',
    ]);
  });
});

describe('the next transitions', () => {
  it('come after the instant, as many as were asked for', () => {
    expect(coming(course(office), '2026-11-23T08:00Z', 3)).toEqual([
      'off 2026-11-23T18:00Z',
      'on 2026-11-24T08:00Z',
      'off 2026-11-24T18:00Z',
    ]);
  });

  it('are counted after an override has hidden what it hides', () => {
    const of = course(office, keep('on', '2026-11-23T09:00Z', '2026-11-25T20:00Z'));
    expect(coming(of, '2026-11-23T09:00Z', 2)).toEqual(['off 2026-11-25T20:00Z', 'on 2026-11-26T08:00Z']);
  });

  it.each([
    ['on', '2026-11-24T08:00Z', '18:00'],
    ['off', '2026-11-24T18:00Z', '08:00'],
  ] as const)(
    'are as many where an override that keeps %s ends at the very %s, which changes nothing',
    (power, until, first) => {
      const found = coming(course(office, keep(power, '2026-11-23T17:00Z', until)), '2026-11-23T17:00Z', 3);
      expect(found).toHaveLength(3);
      expect(found[0]).toContain(`T${first}Z`);
    },
  );

  it('stop before an override that is still to come, and go on after it', () => {
    const of = course(office, keep('on', '2026-11-23T17:00Z', '2026-11-24T20:00Z'));
    expect(coming(of, '2026-11-23T07:00Z', 3)).toEqual([
      'on 2026-11-23T08:00Z',
      'off 2026-11-24T20:00Z',
      'on 2026-11-25T08:00Z',
    ]);
  });

  it('are not doubled where an override to come begins with what the schedule wants then', () => {
    const of = course(office, keep('on', '2026-11-24T08:00Z', '2026-11-24T20:00Z'));
    expect(coming(of, '2026-11-23T18:00Z', 2)).toEqual(['on 2026-11-24T08:00Z', 'off 2026-11-24T20:00Z']);
  });

  it('have the moment at the very end of an override that keeps the same', () => {
    const of = course(moments, keep('off', '2026-11-23T12:00Z', '2026-11-23T19:00Z'));
    expect(coming(of, '2026-11-23T12:00Z', 2)).toEqual(['off 2026-11-23T19:00Z', 'on 2026-11-24T08:00Z']);
  });

  it('are found at once behind an override of eight thousand years', () => {
    const started = process.cpuUsage();
    const of = course(office, keep('on', '2026-11-23T09:00Z', '9999-11-01T12:00Z'));
    expect(coming(of, '2026-11-23T09:00Z', 1)).toHaveLength(1);
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
  });

  it('are none where nothing ever changes', () => {
    expect(coming(course(inline('always off')), '2026-11-23T08:00Z', 10)).toEqual([]);
    expect(coming(course(null), '2026-11-23T08:00Z', 10)).toEqual([]);
  });
});

describe('whatever the overrides', () => {
  const start = at('2026-11-20T00:00Z');
  const quarter = 15 * 60_000;
  const override = fc
    .record({
      keep: fc.constantFrom('on' as const, 'off' as const),
      from: fc.nat(800),
      length: fc.integer({ min: 1, max: 300 }),
    })
    .map(({ keep, from, length }): Override => {
      const startMs = start + from * quarter;
      return { keep, startMs, endMs: startMs + length * quarter, reason: '', by: '' };
    });
  const overrides = fc.uniqueArray(override, { maxLength: 4, selector: ({ startMs }) => startMs });

  it('the course of levels alternates and says at each quarter what is wanted then', () => {
    fc.assert(
      fc.property(overrides, (all) => {
        const of = course(office, ...all);
        const changes = courseBetween(of, start, start + 12 * dayMs);
        let wanted = currentIn(of, start - 1).wanted;
        for (const change of changes) {
          expect(change.wanted).not.toBe(wanted);
          wanted = change.wanted;
        }
        for (let ms = start; ms < start + 12 * dayMs; ms += quarter) {
          const last = changes.findLast((change) => change.at <= ms);
          expect(last?.wanted ?? currentIn(of, start - 1).wanted).toBe(currentIn(of, ms).wanted);
        }
      }),
      { numRuns: cases(100) },
    );
  });

  it('the next transitions are the first of those between', () => {
    fc.assert(
      fc.property(overrides, fc.constantFrom(office, moments, null), (all, schedule) => {
        const of = course(schedule, ...all);
        const inFortnight = courseBetween(of, start + 1, start + 14 * dayMs);
        const count = Math.min(10, inFortnight.length);
        expect(courseAfter(of, start, count)).toEqual(inFortnight.slice(0, count));
      }),
      { numRuns: cases(200) },
    );
  });
});
