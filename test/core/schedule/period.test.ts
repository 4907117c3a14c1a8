import { describe, expect, it } from 'vitest';
import { civilOf, dayNumber, printDate } from '../../../lib/core/schedule/civil.ts';
import { compilePeriod, type PeriodDefinition } from '../../../lib/core/schedule/period.ts';

function periodOf(definition: PeriodDefinition) {
  const compiled = compilePeriod(definition);
  if ('fault' in compiled) throw new Error(compiled.fault);
  return compiled.period;
}

function datesIn(definition: PeriodDefinition, from: string, to: string): string[] {
  const { isDay } = periodOf(definition);
  const [first, last] = [Date.parse(from) / 86_400_000, Date.parse(to) / 86_400_000];
  const found: string[] = [];
  for (let day = first; day <= last; day += 1) if (isDay(day)) found.push(printDate(day));
  return found;
}

describe('the days of a period', () => {
  // February 2026 begins on a Sunday and has four of each day; August 2026 begins on a Saturday.
  const tables: [definition: PeriodDefinition, month: string, days: number[]][] = [
    [{ days: 'Mon' }, '2026-02', [2, 9, 16, 23]],
    [{ days: 'Fri-Mon' }, '2026-02', [1, 2, 6, 7, 8, 9, 13, 14, 15, 16, 20, 21, 22, 23, 27, 28]],
    [{ days: 'Mon,wednesday' }, '2026-02', [2, 4, 9, 11, 16, 18, 23, 25]],
    [{ days: 'Mon/3' }, '2026-02', [1, 2, 5, 8, 9, 12, 15, 16, 19, 22, 23, 26]],
    [{ days: 'Mon-Fri/2' }, '2026-02', [2, 4, 6, 9, 11, 13, 16, 18, 20, 23, 25, 27]],
    [{ days: 'Fri-Tue/2' }, '2026-02', [1, 3, 6, 8, 10, 13, 15, 17, 20, 22, 24, 27]],
    [{ days: 'mon#1' }, '2026-02', [2]],
    [{ days: 'sun#1' }, '2026-02', [1]],
    [{ days: 'SAT#4' }, '2026-02', [28]],
    [{ days: 'mon # 2' }, '2026-02', [9]],
    [{ days: 'mon#5' }, '2026-02', []],
    [{ days: 'mon#5' }, '2026-08', [31]],
    [{ days: 'friL' }, '2026-02', [27]],
    [{ days: 'FridayL' }, '2026-07', [31]],
    [{ days: 'satL,sun#1' }, '2026-02', [1, 28]],
    [{ monthDays: '1,15' }, '2026-02', [1, 15]],
    [{ monthDays: '28-3' }, '2026-02', [1, 2, 3, 28]],
    [{ monthDays: '28-3' }, '2026-08', [1, 2, 3, 28, 29, 30, 31]],
    [{ monthDays: '1/10' }, '2026-08', [1, 11, 21, 31]],
    [{ monthDays: '5/100' }, '2026-08', [5]],
    [{ monthDays: '2-9/3' }, '2026-08', [2, 5, 8]],
    [{ monthDays: '25-5/3' }, '2026-08', [3, 25, 28, 31]],
    [{ monthDays: '1-31/99999999999999999999999' }, '2026-08', [1]],
    [{ monthDays: 'L' }, '2026-02', [28]],
    [{ monthDays: 'l' }, '2028-02', [29]],
    [{ monthDays: 'LW' }, '2026-02', [27]],
    [{ monthDays: 'lw' }, '2026-05', [29]],
    [{ monthDays: 'LW' }, '2026-03', [31]],
    [{ monthDays: '15W' }, '2026-04', [15]],
    [{ monthDays: '15W' }, '2026-08', [14]],
    [{ monthDays: '15W' }, '2026-02', [16]],
    [{ monthDays: '1W' }, '2026-08', [3]],
    [{ monthDays: '1W' }, '2026-02', [2]],
    [{ monthDays: '31W' }, '2026-05', [29]],
    [{ monthDays: '31w' }, '2026-10', [30]],
    [{ monthDays: '28W' }, '2026-02', [27]],
    [{ monthDays: '31W' }, '2026-02', []],
    [{ monthDays: '30' }, '2026-02', []],
    [{ months: 'Feb', monthDays: '1' }, '2026-02', [1]],
    [{ months: 'Nov-Feb', monthDays: '1' }, '2026-02', [1]],
    [{ months: 'Nov-Feb', monthDays: '1' }, '2026-08', []],
    [{ months: '2/6', monthDays: '1' }, '2026-08', [1]],
    [{ months: 'august,1', monthDays: '1' }, '2026-08', [1]],
    [{ days: 'Sat', monthDays: '1', months: '8' }, '2026-08', [1]],
    [{ days: 'Sun', monthDays: '1', months: '8' }, '2026-08', []],
    [{ days: 'Mon', monthDays: '1-7' }, '2026-08', [3]],
  ];

  it.each(tables)('of %j in %s are %j', (definition, month, days) => {
    const dates = datesIn(definition, `${month}-01`, `${month}-28`);
    const rest = datesIn(
      definition,
      `${month}-29`,
      `${month}-31`.replace('02-31', '02-29').replace('2026-02-29', '2026-02-28'),
    );
    expect([...dates, ...rest].map((date) => Number(date.slice(8)))).toEqual(days);
  });

  it('are all days where none of the three is given', () => {
    expect(datesIn({}, '2026-01-01', '2026-12-31')).toHaveLength(365);
  });

  it('of a month day that February lacks are only those of the other months, in every year', () => {
    const { isDay } = periodOf({ monthDays: '31W' });
    for (let day = dayNumber(2026, 1, 1); day < dayNumber(2036, 1, 1); day += 1)
      if (isDay(day)) expect([1, 3, 5, 7, 8, 10, 12]).toContain(civilOf(day).month);
  });

  it('are found where they come once in many years', () => {
    expect(datesIn({ days: 'Sun', months: 'Feb', monthDays: '29' }, '2026-01-01', '2060-12-31')).toEqual([
      '2032-02-29',
      '2060-02-29',
    ]);
  });
});

describe('the times of a period', () => {
  it.each([
    [{}, { kind: 'window', fromMinute: 0, toMinute: 1440 }],
    [
      { from: '08:00', to: '18:30' },
      { kind: 'window', fromMinute: 480, toMinute: 1110 },
    ],
    [
      { from: '20:00', to: '06:00' },
      { kind: 'window', fromMinute: 1200, toMinute: 360 },
    ],
    [
      { from: '08:00', to: '24:00' },
      { kind: 'window', fromMinute: 480, toMinute: 1440 },
    ],
    [{ from: '08:00' }, { kind: 'moment', wanted: 'on', minute: 480 }],
    [{ to: '24:00' }, { kind: 'moment', wanted: 'off', minute: 1440 }],
  ])('%j are %j', (definition, times) => {
    expect(periodOf(definition).times).toEqual(times);
  });
});

describe('compilePeriod', () => {
  const days = 'days are written Mon, Mon-Fri, Mon/2, mon#1 (the first Monday of the month) or friL (the last Friday)';
  const monthDays =
    'days of the month are written 1, 1-15, 28-3, 1/10, L (the last), 15W (the weekday nearest the 15th) or LW';
  const months = 'months are written Jan or January or 1, Nov-Feb, 1/3';
  it.each([
    [{ days: '' }, `days "": a value is missing; ${days}`],
    [{ days: 'Mon,,Tue' }, `days "Mon,,Tue": a value is missing; ${days}`],
    [{ days: '1' }, `days "1" is not understood; ${days}`],
    [{ days: 'Mo' }, `days "Mo" is not understood; ${days}`],
    [{ days: 'L' }, `days "L" is not understood; ${days}`],
    [{ days: 'fooL' }, `days "fooL" is not understood; ${days}`],
    [{ days: 'foo#1' }, `days "foo#1" is not understood; ${days}`],
    [{ days: 'mon#6' }, 'days "mon#6": a month has mon#1 to mon#5'],
    [{ days: 'mon#0' }, 'days "mon#0": a month has mon#1 to mon#5'],
    [{ days: 'Mon-Wed-Fri' }, `days "Mon-Wed-Fri" is not understood; ${days}`],
    [{ days: 'Mon/2/3' }, `days "Mon/2/3" is not understood; ${days}`],
    [{ days: '*' }, `days "*" is not understood; ${days}`],
    [{ monthDays: '0' }, `monthDays "0" is not understood; ${monthDays}`],
    [{ monthDays: '32' }, `monthDays "32" is not understood; ${monthDays}`],
    [{ monthDays: '1-32' }, `monthDays "32" is not understood; ${monthDays}`],
    [{ monthDays: 'W' }, `monthDays "" is not understood; ${monthDays}`],
    [{ monthDays: '1-5W' }, `monthDays "1-5W" is not understood; ${monthDays}`],
    [{ monthDays: '32W' }, `monthDays "32" is not understood; ${monthDays}`],
    [{ monthDays: '1/0' }, 'monthDays "1/0": a step is a whole number from 1 up, like 1/10'],
    [{ monthDays: '1/-1' }, `monthDays "1/-1": a step is a whole number from 1 up, like 1/10`],
    [{ monthDays: '1/x' }, 'monthDays "1/x": a step is a whole number from 1 up, like 1/10'],
    [{ monthDays: '1/' }, 'monthDays "1/": a step is a whole number from 1 up, like 1/10'],
    [{ monthDays: `1${',1'.repeat(250)}` }, 'monthDays: it has 501 characters; at most 500 are read'],
    [{ months: '13' }, `months "13" is not understood; ${months}`],
    [{ months: 'Sept' }, `months "Sept" is not understood; ${months}`],
    [{ months: 'Feb', monthDays: '30' }, 'no day ever matches its days, monthDays and months together'],
    [{ days: 'mon#1', monthDays: '20' }, 'no day ever matches its days, monthDays and months together'],
    [{ from: '8:00' }, 'from "8:00" is not a time; write 00:00 to 23:59'],
    [{ from: '24:00', to: '08:00' }, 'from "24:00" is not a time; write 00:00 to 23:59'],
    [{ from: '08:00', to: '24:01' }, 'to "24:01" is not a time; write 00:00 to 24:00'],
    [{ to: '08:60' }, 'to "08:60" is not a time; write 00:00 to 24:00'],
    [{ from: '08:00', to: '08:00' }, 'from and to are both 08:00; leave both out for whole days'],
  ])('refuses %j', (definition, fault) => {
    expect(compilePeriod(definition)).toEqual({ fault });
  });
});
