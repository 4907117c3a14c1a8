// EventBridge's cron syntax as this project reads it, and the times it means.
// The reader and croner differ in numbering, `?` and clock changes; each difference has its row here.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextTimes, parseCron } from '../../lib/config/cron.ts';

function cronOf(text: string) {
  const cron = parseCron(text);
  if ('fault' in cron) throw new Error(cron.fault);
  return cron;
}

const times = (text: string, zone: string, after: string, count: number) =>
  nextTimes(cronOf(text), zone, new Date(after), count).map((time) => time.toISOString().replace(':00.000Z', 'Z'));

describe('a cron expression is refused with a message that says what is allowed', () => {
  it.each([
    ['', 'EventBridge needs six: minutes hours day-of-month month day-of-week year; this has 0'],
    [
      '0 19 * * *',
      'EventBridge needs six: minutes hours day-of-month month day-of-week year; this has 5 (write "0 19 * * ? *"?)',
    ],
    [
      '0 19 * * SUN-THU',
      'EventBridge needs six: minutes hours day-of-month month day-of-week year; this has 5 (write "0 19 ? * SUN-THU *"?)',
    ],
    ['0 19 * * 1-5', 'EventBridge needs six: minutes hours day-of-month month day-of-week year; this has 5'],
    ['0 19 1 * MON', 'EventBridge needs six: minutes hours day-of-month month day-of-week year; this has 5'],
    ['0 0 19 ? * MON *', 'EventBridge needs six: minutes hours day-of-month month day-of-week year; this has 7'],
    [
      'rate(5 minutes)',
      'only cron expressions are supported; EventBridge needs six fields: minutes hours day-of-month month day-of-week year',
    ],
    [
      '0 19 ? * ? *',
      'day-of-month and day-of-week are both "?"; exactly one of them must be, so write "*" in the other for every day',
    ],
    ['0 19 * * * *', 'exactly one of day-of-month ("*") and day-of-week ("*") must be "?": write "?" as day-of-week'],
    [
      '0 19 * * MON *',
      'exactly one of day-of-month ("*") and day-of-week ("MON") must be "?": write "?" as day-of-month',
    ],
    [
      '0 19 1 * MON *',
      'exactly one of day-of-month ("1") and day-of-week ("MON") must be "?": write "?" as one of them',
    ],
    ['60 19 ? * MON *', 'minutes 60 is out of range; allowed are 0-59'],
    ['0 24 ? * MON *', 'hours 24 is out of range; allowed are 0-23'],
    ['0 19 0 * ? *', 'day-of-month 0 is out of range; allowed are 1-31'],
    ['0 19 32 * ? *', 'day-of-month 32 is out of range; allowed are 1-31'],
    ['0 19 32W * ? *', 'day-of-month 32 is out of range; allowed are 1-31'],
    ['0 19 ? 13 MON *', 'month 13 is out of range; allowed are 1-12 or JAN-DEC'],
    ['0 19 ? * 0 *', 'day-of-week 0 is out of range; allowed are 1-7 or SUN-SAT'],
    ['0 19 ? * 8 *', 'day-of-week 8 is out of range; allowed are 1-7 or SUN-SAT'],
    ['0 19 ? * 8L *', 'day-of-week 8 is out of range; allowed are 1-7 or SUN-SAT'],
    ['0 19 ? * MON 1969', 'year 1969 is out of range; allowed are 1970-2199'],
    ['0 19 ? * MON 2200', 'year 2200 is out of range; allowed are 1970-2199'],
    ['x 19 ? * MON *', 'minutes "X" is not understood; allowed are 0-59, with , - * /'],
    ['1- 19 ? * MON *', 'minutes "" is not understood; allowed are 0-59, with , - * /'],
    ['1-2-3 19 ? * MON *', 'minutes "1-2-3" is not understood; allowed are 0-59, with , - * /'],
    ['*/5/5 19 ? * MON *', 'minutes "*/5/5" is not understood; allowed are 0-59, with , - * /'],
    ['*/0 19 ? * MON *', 'minutes "*/0" steps by "0"; allowed are 1 to 59'],
    ['*/60 19 ? * MON *', 'minutes "*/60" steps by "60"; allowed are 1 to 59'],
    ['*/x 19 ? * MON *', 'minutes "*/X" steps by "X"; allowed are 1 to 59'],
    ['? 19 ? * MON *', 'minutes "?" is not understood; allowed are 0-59, with , - * /'],
    ['0 19 ? * FRI-MON *', 'day-of-week "FRI-MON" runs backwards; write two ranges parted by a comma'],
    ['0 19 ? * MONDAY *', 'day-of-week "MONDAY" is not understood; allowed are 1-7 or SUN-SAT, with , - * /'],
    [
      '0 19 ? * 3#1,6#3 *',
      'day-of-week "3#1,6#3" is not understood; "#" stands alone and counts to 5, like "6#2" for the second Friday',
    ],
    [
      '0 19 ? * 6#6 *',
      'day-of-week "6#6" is not understood; "#" stands alone and counts to 5, like "6#2" for the second Friday',
    ],
    ['0 19 ? * MON/2 *', 'day-of-week "MON/2": EventBridge takes no "/" here; list the days'],
    ['0 19 31 2 ? *', 'it never fires: none of its months has a day 31'],
    ['0 19 30 FEB ? *', 'it never fires: none of its months has a day 30'],
    ['0 19 31W APR,JUN ? *', 'it never fires: none of its months has a day 31'],
  ])('%j', (text, fault) => {
    expect(parseCron(text)).toEqual({ fault });
  });
});

it('a cron expression is read into the numbers it means', () => {
  expect(parseCron(' cron( 0/20  8,18-20 ? jan,12 sun-thu 2026 ) ')).toEqual({
    text: '0/20 8,18-20 ? JAN,12 SUN-THU 2026',
    minutes: [0, 20, 40],
    hours: [8, 18, 19, 20],
    daysOfMonth: null,
    months: [1, 12],
    daysOfWeek: { days: [1, 2, 3, 4, 5], lastInMonth: [], nthInMonth: null },
    years: [2026],
  });
});

it('days that some month has are possible, also 29 February', () => {
  for (const text of ['0 0 29 2 ? *', '0 0 30 4 ? *', '0 0 31 2,3 ? *', '0 0 L 2 ? *', '0 0 31,L 2 ? *']) {
    expect(parseCron(text)).not.toHaveProperty('fault');
  }
});

describe('the next times are those at which EventBridge fires', () => {
  // 2026-07-01 is a Wednesday.
  it.each([
    ['SUN is 1', '0 19 ? * 1 *', 'UTC', '2026-07-01T00:00Z', ['2026-07-05T19:00Z', '2026-07-12T19:00Z']],
    ['SAT is 7', '0 19 ? * 7 *', 'UTC', '2026-07-01T00:00Z', ['2026-07-04T19:00Z', '2026-07-11T19:00Z']],
    [
      'numbers as names',
      '0 19 ? * 1-5 *',
      'Africa/Algiers',
      '2026-07-02T12:00Z',
      ['2026-07-02T18:00Z', '2026-07-05T18:00Z'],
    ],
    [
      'the instant itself is over',
      '0 19 ? * SUN-THU *',
      'UTC',
      '2026-07-01T19:00Z',
      ['2026-07-02T19:00Z', '2026-07-05T19:00Z'],
    ],
    ['every day of the week', '0 19 ? * * *', 'UTC', '2026-07-03T20:00Z', ['2026-07-04T19:00Z', '2026-07-05T19:00Z']],
    ['every day of the month', '0 19 * * ? *', 'UTC', '2026-07-03T20:00Z', ['2026-07-04T19:00Z', '2026-07-05T19:00Z']],
    ['L of the month', '0 0 L * ? *', 'UTC', '2026-01-30T12:00Z', ['2026-01-31T00:00Z', '2026-02-28T00:00Z']],
    [
      'L of the week is Saturday',
      '0 0 ? * L *',
      'UTC',
      '2026-07-01T00:00Z',
      ['2026-07-04T00:00Z', '2026-07-11T00:00Z'],
    ],
    ['the last Friday', '0 10 ? * 6L *', 'UTC', '2026-07-01T00:00Z', ['2026-07-31T10:00Z', '2026-08-28T10:00Z']],
    ['the second Friday', '0 10 ? * 6#2 *', 'UTC', '2026-07-01T00:00Z', ['2026-07-10T10:00Z', '2026-08-14T10:00Z']],
    [
      'the first Sunday, by name',
      '0 10 ? * SUN#1 *',
      'UTC',
      '2026-07-01T00:00Z',
      ['2026-07-05T10:00Z', '2026-08-02T10:00Z'],
    ],
    [
      'the weekday nearest to the 15th',
      '0 10 15W * ? *',
      'UTC',
      '2026-08-01T00:00Z',
      ['2026-08-14T10:00Z', '2026-09-15T10:00Z'],
    ],
    [
      'the weekday nearest to the 1st stays in its month',
      '0 10 1W * ? *',
      'UTC',
      '2026-07-31T00:00Z',
      ['2026-08-03T10:00Z', '2026-09-01T10:00Z'],
    ],
    ['a start and a step', '5/20 8 * * ? *', 'UTC', '2026-07-01T08:10Z', ['2026-07-01T08:25Z', '2026-07-01T08:45Z']],
    ['years', '0 0 1 1 ? 2028,2030', 'UTC', '2026-07-01T00:00Z', ['2028-01-01T00:00Z', '2030-01-01T00:00Z']],
    [
      'a skipped time does not fire',
      '30 2 * * ? *',
      'Europe/Berlin',
      '2026-03-28T12:00Z',
      ['2026-03-30T00:30Z', '2026-03-31T00:30Z'],
    ],
    [
      'nor does it move to another listed hour',
      '30 2,3 * * ? *',
      'Europe/Berlin',
      '2026-03-28T12:00Z',
      ['2026-03-29T01:30Z', '2026-03-30T00:30Z'],
    ],
    [
      'a repeated time fires once',
      '30 2 * * ? *',
      'Europe/Berlin',
      '2026-10-24T12:00Z',
      ['2026-10-25T00:30Z', '2026-10-26T01:30Z'],
    ],
    [
      'also between its two occurrences',
      '30 2,14 * * ? *',
      'Europe/Berlin',
      '2026-10-25T01:00Z',
      ['2026-10-25T13:30Z', '2026-10-26T01:30Z'],
    ],
    [
      'also by half an hour',
      '45 1,9 * * ? *',
      'Australia/Lord_Howe',
      '2026-04-04T14:00Z',
      ['2026-04-04T14:45Z', '2026-04-04T23:15Z'],
    ],
  ])('%s: %s', (_, text, zone, after, expected) => {
    expect(times(text, zone, after, 2)).toEqual(expected);
  });

  it('and there are none when the year is over', () => {
    expect(times('0 0 1 1 ? 2025', 'UTC', '2026-07-01T00:00Z', 3)).toEqual([]);
    expect(times('0 0 1 1 ? 2027', 'UTC', '2026-07-01T00:00Z', 3)).toEqual(['2027-01-01T00:00Z']);
  });
});

it('any text is either a cron or a fault, never an exception', () => {
  const field = fc.stringMatching(/^[0-9A-Z*?,/#LW-]{1,6}$/);
  const sixFields = fc.array(field, { minLength: 4, maxLength: 7 }).map((parts) => parts.join(' '));
  fc.assert(
    fc.property(fc.oneof(fc.string(), sixFields), (text) => {
      const cron = parseCron(text);
      expect('fault' in cron ? cron.fault.length > 0 : cron.minutes.length > 0).toBe(true);
    }),
  );
});

it('croner takes every cron that we take', () => {
  const within = (from: number, to: number) => fc.integer({ min: from, max: to }).map(String);
  const minutes = fc.oneof(within(0, 59), fc.constant('*/7'), fc.constant('1-50/3'));
  const days = fc.oneof(
    fc
      .oneof(
        within(1, 28),
        within(1, 28).map((day) => `${day}W`),
        fc.constantFrom('*', 'L', '1,L,15W', '*/9'),
      )
      .map((day) => [day, '?']),
    fc
      .oneof(
        within(1, 7),
        within(1, 7).map((day) => `${day}L`),
        fc.constantFrom('*', 'L', 'MON-FRI', '2#3', '1,3L'),
      )
      .map((day) => ['?', day]),
  );
  fc.assert(
    fc.property(
      minutes,
      within(0, 23),
      days,
      fc.oneof(within(1, 12), fc.constant('*')),
      (minute, hour, [dom, dow], month) => {
        const cron = cronOf(`${minute} ${hour} ${dom} ${month} ${dow} *`);
        const after = new Date('2026-07-01T00:00:00Z');
        for (const time of nextTimes(cron, 'UTC', after, 2)) {
          expect(time.getTime()).toBeGreaterThan(after.getTime());
          expect(cron.hours).toContain(time.getUTCHours());
          expect(cron.minutes).toContain(time.getUTCMinutes());
          expect(cron.months).toContain(time.getUTCMonth() + 1);
          if (cron.daysOfWeek?.lastInMonth.length === 0 && cron.daysOfWeek.nthInMonth === null) {
            expect(cron.daysOfWeek.days).toContain(time.getUTCDay() + 1);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});
