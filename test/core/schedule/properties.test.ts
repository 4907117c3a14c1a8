// What must hold for every schedule, whichever is made up.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCalendar } from '../../../lib/core/schedule/calendar.ts';
import { parseExpression, printExpression } from '../../../lib/core/schedule/expression.ts';
import { instantOf } from '../../../lib/core/schedule/instants.ts';
import type { Expression, Item } from '../../../lib/core/schedule/item.ts';
import { compilePeriod } from '../../../lib/core/schedule/period.ts';
import { compileExpression, resolveTag } from '../../../lib/core/schedule/resolve.ts';
import { transitions, wantedAt } from '../../../lib/core/schedule/timeline.ts';
import { at, cases, dayMs, hourMs, inline, named } from './schedules.ts';
import { zones } from './zones.ts';

const minuteMs = 60_000;
const begin = at('2025-01-01T00:00Z');
const end = at('2027-01-01T00:00Z');

const zone = fc.constantFrom(...zones);
const minute = fc.integer({ min: 0, max: 1439 });
const dayList = fc
  .uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 })
  .map((days) => days.sort());
const instant = fc.integer({ min: begin / 1000, max: end / 1000 }).map((seconds) => seconds * 1000);

const times = fc.tuple(minute, fc.integer({ min: 0, max: 1440 })).filter(([from, to]) => from !== to);
const span: fc.Arbitrary<Item> = fc
  .tuple(instant, fc.integer({ min: 1, max: 20 * dayMs }))
  .map(([fromMs, length]) => ({ kind: 'span', fromMs, toMs: fromMs + length }));

function windowItem(days: fc.Arbitrary<number[] | null>): fc.Arbitrary<Item> {
  return fc
    .record({ days, times, zone })
    .map(({ days, times: [fromMinute, toMinute], zone }) => ({ kind: 'window', days, fromMinute, toMinute, zone }));
}
function momentItem(days: fc.Arbitrary<number[] | null>, wanted: 'on' | 'off'): fc.Arbitrary<Item> {
  // Even minutes start and odd ones stop, so that none of them meet.
  return fc.record({ days, half: fc.integer({ min: 0, max: 719 }), zone }).map(({ days, half, zone }) => ({
    kind: 'moment',
    wanted,
    days,
    minute: half * 2 + (wanted === 'off' ? 1 : 0),
    zone,
  }));
}
function itemsOf(days: fc.Arbitrary<number[] | null>): fc.Arbitrary<Item[]> {
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.array(fc.oneof({ weight: 4, arbitrary: windowItem(days) }, span), { minLength: 1, maxLength: 5 }),
    },
    fc.array(fc.oneof(momentItem(days, 'on'), momentItem(days, 'off')), { minLength: 1, maxLength: 4 }),
  );
}
/** The zone of the last timed item ends the expression, as it would be read. */
function ended(items: Item[], fallback: string): Expression {
  const last = items.at(-1);
  return { items, zone: last !== undefined && 'zone' in last ? last.zone : fallback };
}
const expression = fc
  .oneof(
    { weight: 9, arbitrary: fc.oneof(itemsOf(dayList), itemsOf(fc.constant(null))) },
    fc.constantFrom<Item[]>([{ kind: 'always', wanted: 'on' }], [{ kind: 'always', wanted: 'off' }]),
  )
  .chain((items) => zone.map((fallback) => ended(items, fallback)));
const levels = fc
  .oneof(
    fc.array(windowItem(dayList), { minLength: 1, maxLength: 4 }),
    fc.array(windowItem(fc.constant(null)), { minLength: 1, maxLength: 4 }),
  )
  .map((items) => ended(items, 'UTC'));

describe('for every schedule', () => {
  it('its printed form is read back to itself, whatever the default zone', () => {
    fc.assert(
      fc.property(expression, zone, (made, context) => {
        expect(parseExpression(printExpression(made), { zone: context })).toStrictEqual({ schedule: made });
      }),
      { numRuns: cases(3000) },
    );
  });

  it('case and blanks do not matter', () => {
    const blank = fc.constantFrom('', ' ', '\t', '  \n');
    fc.assert(
      fc.property(expression, fc.infiniteStream(blank), fc.boolean(), (made, blanks, isUpper) => {
        const text = printExpression(made).replace(/;/g, () => `${blanks.next().value};${blanks.next().value}`);
        const shaken = ` ${isUpper ? text.toUpperCase() : text.toLowerCase()}\n`;
        expect(parseExpression(shaken, { zone: null })).toStrictEqual({ schedule: made });
      }),
      { numRuns: cases(1000) },
    );
  });

  it('its transitions alternate, rise, and are the same each time', () => {
    fc.assert(
      fc.property(levels, instant, fc.integer({ min: 0, max: 90 * dayMs }), (made, from, length) => {
        const found = transitions(compileExpression(made), from, from + length);
        for (const [index, each] of found.entries()) {
          expect(each.at).toBeGreaterThanOrEqual(index === 0 ? from : (found[index - 1]?.at ?? 0) + 1);
          expect(each.at).toBeLessThan(from + length);
          expect(each.wanted).not.toBe(found[index - 1]?.wanted);
        }
        expect(transitions(compileExpression(made), from, from + length)).toEqual(found);
      }),
      { numRuns: cases(300) },
    );
  });

  it('what is wanted at any instant agrees with the transitions, and with the windows taken one by one', () => {
    fc.assert(
      fc.property(levels, instant, (made, now) => {
        const schedule = compileExpression(made);
        const { wanted, since } = wantedAt(schedule, now, 0);
        const before = transitions(schedule, now - 100 * dayMs, now + 1).at(-1);
        if (before === undefined) expect(since === null || since < now - 100 * dayMs).toBe(true);
        else expect(since).toBe(before.at);
        if (before !== undefined) expect(before.wanted).toBe(wanted);
        expect(wanted).toBe(coveredBy(made.items, now) ? 'on' : 'off');
      }),
      { numRuns: cases(1000) },
    );
  });

  it('moments are wanted from when they come until they lapse', () => {
    const moments = fc.array(fc.oneof(momentItem(dayList, 'on'), momentItem(dayList, 'off')), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(moments, instant, fc.integer({ min: 0, max: 5 * hourMs }), (items, now, catchUpMs) => {
        const schedule = compileExpression(ended(items, 'UTC'));
        const last = transitions(schedule, now - 30 * dayMs, now + 1).at(-1);
        const isDue = last !== undefined && now - last.at <= catchUpMs;
        expect(wantedAt(schedule, now, catchUpMs)).toMatchObject({ wanted: isDue ? last.wanted : 'none' });
      }),
      { numRuns: cases(500) },
    );
  });

  it('merging never makes a blip: no stop where another window goes on, no start where one already is', () => {
    fc.assert(
      fc.property(levels, instant, (made, from) => {
        for (const { at: edge, wanted } of transitions(compileExpression(made), from, from + 40 * dayMs)) {
          expect([edge, coveredBy(made.items, edge), coveredBy(made.items, edge - 1)]).toEqual([
            edge,
            wanted === 'on',
            wanted !== 'on',
          ]);
        }
      }),
      { numRuns: cases(200) },
    );
  });

  it('a window cut in two at any minute is as whole', () => {
    fc.assert(
      fc.property(
        times,
        fc.double({ min: 0, max: 1, noNaN: true }),
        zone,
        instant,
        ([from, to], where, inZone, now) => {
          const length = ((to - from + 1440 - 1) % 1440) + 1;
          const seam = (from + Math.floor(length * where)) % 1440;
          fc.pre(length > 1 && seam !== from && seam !== to % 1440 && to !== 1440 && seam > from && to > from);
          const whole = inline(`${clock(from)}-${clock(to)} ${inZone}`);
          const cut = inline(`${clock(from)}-${clock(seam)}, ${clock(seam)}-${clock(to)} ${inZone}`);
          // On a day of change a part that the gap turns round keeps its length, and may so end later than the whole.
          const starts = (schedule: typeof whole) =>
            transitions(schedule, now, now + 10 * dayMs).filter(({ wanted }) => wanted === 'on');
          expect(starts(cut)).toEqual(starts(whole));
        },
      ),
      { numRuns: cases(500) },
    );
  });

  it('an excepted date changes nothing but the windows that start on it', () => {
    const date = fc.integer({ min: begin / dayMs, max: end / dayMs }).map((day) => day * dayMs);
    fc.assert(
      fc.property(levels, zone, date, (made, inZone, day) => {
        const calendar = { x: { dates: [new Date(day).toISOString().slice(0, 10)] } };
        const items = made.items.map((item) => ({ ...item, zone: inZone }));
        const text = printExpression({ items, zone: inZone });
        const plain = named({ timezone: inZone, on: text });
        const held = named({ timezone: inZone, on: text, except: ['x'] }, calendar);
        for (let now = day - 3 * dayMs; now < day + 4 * dayMs; now += 37 * minuteMs) {
          const kept = items.filter((item) => item.kind === 'window').some((item) => isCoveredBut(item, now, day));
          expect(wantedAt(held, now, 0).wanted).toBe(kept ? 'on' : 'off');
        }
        const outside = (schedule: typeof plain) => [
          ...transitions(schedule, day - 60 * dayMs, day - 2 * dayMs),
          ...transitions(schedule, day + 4 * dayMs, day + 60 * dayMs),
        ];
        expect(outside(held)).toEqual(outside(plain));
      }),
      { numRuns: cases(200) },
    );
  });
});

describe('in each of 42 zones over two years', () => {
  it.each(zones)('%s: every window runs exactly once on each of its days, never shorter than nothing', (inZone) => {
    const sample = fc.sample(fc.tuple(times, dayList), { numRuns: 12, seed: 3 });
    for (const [[from, to], days] of [
      ...sample,
      [
        [135, 165],
        [1, 2, 3, 4, 5, 6, 7],
      ],
      [[15, 45], [7]],
    ] as typeof sample) {
      const length = to > from ? to - from : to - from + 1440;
      // A window that touches its neighbour would merge with it, and could not be counted.
      if (length > 1320) continue;
      const item: Item = { kind: 'window', days, fromMinute: from, toMinute: to, zone: inZone };
      const schedule = compileExpression(ended([item], inZone));
      const found = transitions(schedule, begin - 2 * dayMs, end + 3 * dayMs);
      const starts = found.filter(({ wanted }) => wanted === 'on').map((each) => each.at);
      const expected: number[] = [];
      for (let day = begin - 3 * dayMs; day < end + 4 * dayMs; day += dayMs)
        if (days.includes(((new Date(day).getUTCDay() + 6) % 7) + 1))
          expected.push(instantOf(inZone, day + from * minuteMs));
      const inRange = (ms: number): boolean => begin <= ms && ms < end;
      expect(starts.filter(inRange)).toEqual(expected.filter(inRange));
      for (const start of starts.filter(inRange)) {
        const stop = found.find((each) => each.at > start);
        expect(stop?.wanted).toBe('off');
        // No clock change of these zones is greater than two hours.
        expect(Math.abs((stop?.at ?? 0) - start - length * minuteMs)).toBeLessThanOrEqual(2 * hourMs);
      }
    }
  });
});

describe('hostile strings', () => {
  const context = {
    names: new Map([['office-hours', { timezone: 'UTC', on: '08:00-18:00' }]]),
    calendars: new Map(),
    zone: 'UTC',
  };
  const pieces = fc.constantFrom(
    'Mon',
    'Fri',
    '-',
    ',',
    ';',
    ' ',
    '08:00',
    '18:00',
    '24:00',
    '8pm',
    'Europe/',
    'Berlin',
    'UTC',
    'always',
    'on',
    '2026-11-24T22:00Z',
    '/',
    '+01:00',
    '2026-',
    ':',
    '–',
    '\0',
    '\u{202e}',
    '9'.repeat(40),
    'é',
    'office-hours',
    '"',
    '٣',
  );
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
  );

  it('are read or refused, never thrown at, and what is read is read back', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const parsed = parseExpression(text, { zone: 'UTC' });
        if ('fault' in parsed) {
          expect(parsed.fault).not.toMatch(/\p{Cc}/u);
          expect(parsed.fault.length).toBeLessThan(400);
        } else expect(parseExpression(printExpression(parsed.schedule), { zone: null })).toStrictEqual(parsed);
        expect(Object.keys(resolveTag(text, context))).toHaveLength(1);
      }),
      { numRuns: cases(5000) },
    );
  });

  it.each([
    'Mon,',
    'Mon-',
    '08:00-18:00,',
    '08:00',
    '1',
    '-',
    ';',
    ' ',
    'always ',
    'M',
    'Europe/',
    '2026-11-24T22:00Z/',
    '08:00-18:00 A',
    '+',
    '\u{1F480}',
    '8p.m.',
  ])('of any length made of %j end', (piece) => {
    // The suite's own time limit is the assertion here: quadratic work on 200,000 characters would not end within it.
    for (const length of [100, 1999, 200_000]) {
      const text = piece.repeat(Math.ceil(length / piece.length));
      expect(parseExpression(text, { zone: 'UTC' })).toHaveProperty('fault');
      expect(resolveTag(text, context)).toHaveProperty('fault');
    }
  });

  it('as periods and calendars are read or refused, never thrown at', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(typeof compilePeriod({ days: text })).toBe('object');
        expect(typeof compilePeriod({ monthDays: text, months: text, from: text, to: text })).toBe('object');
        expect(typeof compileCalendar({ dates: [text], ics: `BEGIN:VCALENDAR\n${text}` })).toBe('object');
      }),
      { numRuns: cases(2000) },
    );
  });
});

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** Whether some window of some item holds the instant: each taken by itself, nothing merged. */
function coveredBy(items: readonly Item[], now: number): boolean {
  return items.some((item) => item.kind === 'window' && isCoveredBut(item, now, null));
}

function isCoveredBut(item: Extract<Item, { kind: 'window' }>, now: number, exceptMs: number | null): boolean {
  const today = Math.floor(now / dayMs) * dayMs;
  for (let day = today - 4 * dayMs; day <= today + 2 * dayMs; day += dayMs) {
    const weekday = ((new Date(day).getUTCDay() + 6) % 7) + 1;
    if (day === exceptMs || (item.days !== null && !item.days.includes(weekday))) continue;
    const to = item.toMinute > item.fromMinute ? item.toMinute : item.toMinute + 1440;
    const from = instantOf(item.zone, day + item.fromMinute * minuteMs);
    const stop = instantOf(item.zone, day + to * minuteMs);
    if (from <= now && now < (stop > from ? stop : from + (to - item.fromMinute) * minuteMs)) return true;
  }
  return false;
}
