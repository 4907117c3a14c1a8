import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkedDay,
  civilOf,
  dayNumber,
  daysInMonth,
  parseDate,
  printDate,
  printInstant,
  printMinute,
  weekdayOf,
} from '../../../lib/core/schedule/civil.ts';
import { parseInstant } from '../../../lib/core/schedule/iso-instant.ts';
import { cases, dayMs } from './schedules.ts';

const anyDay = fc.integer({ min: -700_000, max: 2_900_000 });

describe('day numbers', () => {
  it('are those of the platform, there and back', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        const date = new Date(day * dayMs);
        const civil = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
        expect(civilOf(day)).toEqual(civil);
        expect(dayNumber(civil.year, civil.month, civil.day)).toBe(day);
        expect(weekdayOf(day)).toBe(date.getUTCDay() === 0 ? 7 : date.getUTCDay());
        expect(civil.day).toBeLessThanOrEqual(daysInMonth(civil.year, civil.month));
        expect(checkedDay(civil.year, civil.month, civil.day)).toBe(day);
      }),
      { numRuns: cases(2000) },
    );
  });

  it.each([
    [2024, 2, 29],
    [2026, 2, 28],
    [2000, 2, 29],
    [2100, 2, 28],
    [2026, 4, 30],
    [2026, 12, 31],
  ])('know that %i-%i has %i days', (year, month, days) => {
    expect(daysInMonth(year, month)).toBe(days);
    expect(checkedDay(year, month, days)).not.toBeNull();
    expect(checkedDay(year, month, days + 1)).toBeNull();
  });

  it.each(['2026-02-29', '2026-13-01', '2026-00-01', '2026-01-00', '2026-1-1', '2026-01-01Z', ' 2026-01-01', ''])(
    'are not read from %j',
    (text) => expect(parseDate(text)).toBeNull(),
  );

  it('are printed as they are read', () => {
    expect(parseDate('2026-11-24')).toBe(dayNumber(2026, 11, 24));
    expect(printDate(dayNumber(2026, 3, 9))).toBe('2026-03-09');
    expect(printDate(dayNumber(33, 3, 9))).toBe('0033-03-09');
  });
});

describe('printInstant', () => {
  it('is read back by parseInstant', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => {
        expect(parseInstant(printInstant(ms))).toBe(ms);
        expect(Date.parse(printInstant(ms))).toBe(ms);
      }),
    );
  });

  it('leaves fractions out where there are none', () => {
    expect(printInstant(0)).toBe('1970-01-01T00:00:00Z');
    expect(printInstant(-1)).toBe('1969-12-31T23:59:59.999Z');
    expect(printInstant(61_020)).toBe('1970-01-01T00:01:01.020Z');
  });
});

describe('parseInstant', () => {
  it.each([
    '2026-01-01T24:00Z',
    '2026-01-01T12:60Z',
    '2026-01-01T12:00:60Z',
    '2026-01-01T12:00+24:00',
    '2026-01-01T12:00+01:60',
    '2026-01-01T12:00',
    '2026-01-01',
    '2026-01-01 12:00Z',
    'x2026-01-01T12:00Z',
    '2026-01-01T12:00Zx',
    '2026-02-29T12:00Z',
  ])('refuses %j', (text) => expect(parseInstant(text)).toBeNull());

  it.each([
    ['2026-01-01T12:00+0530', '2026-01-01T06:30Z'],
    ['2026-01-01T12:00:01.123456789-01', '2026-01-01T13:00:01.123Z'],
    ['2026-01-01T23:59:59Z', '2026-01-01T23:59:59Z'],
    ['2026-01-01T12:00+23:59', '2025-12-31T12:01Z'],
  ])('reads %j', (text, utc) => expect(parseInstant(text)).toBe(Date.parse(utc)));
});

describe('printMinute', () => {
  it('prints the end of a day as 24:00', () => {
    expect([0, 61, 1439, 1440].map(printMinute)).toEqual(['00:00', '01:01', '23:59', '24:00']);
  });
});
