// Each way in which schedules, calendars and what carries them out can be wrong, and what is said about it.
// They act while nobody looks, so nothing is guessed; the messages are compared whole.

import { describe, expect, it } from 'vitest';
import { readCalendars } from '../../lib/config/read-calendars.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { faultsOf, scheduleFaultsOf } from './loaded.ts';

const zone = 'an IANA time zone like "Africa/Algiers", "Europe/Paris" or "UTC"';
const names =
  'has an impossible name; allowed are letters, digits, "_", "." and "-", at most 64 of them, the first a letter';
const item = 'an expression like "Sun-Thu 08:00-18:00", or a period { days, monthDays, months, from, to }';
const noZone = 'has no time zone; give it a "timezone", or write one for all beside "schedules"';
const ics = 'the name of an .ics file beside the config, like "holidays.ics", without a path';
const hourDivisors = '1m, 2m, 3m, 4m, 5m, 6m, 10m, 12m, 15m, 20m, 30m or 1h';
const on = '08:00-18:00';
const withSchedule = (schedule: unknown, more: object = {}) => ({
  timezone: 'UTC',
  schedules: { s: schedule },
  ...more,
});
const withCalendar = (calendar: unknown) => ({ calendars: { c: calendar } });
const withSize = (size: unknown) => ({ prices: { currency: 'DZD', sizes: { s: size } } });

// What is told without reading any schedule: by every Lambda too.
const shapes: readonly (readonly [unknown, ...string[]])[] = [
  [{ timezone: '+01:00' }, `timezone: must be ${zone}, not "+01:00"`],
  [{ timezone: null }, `timezone: must be ${zone}, not null`],
  [{ schedules: [] }, 'schedules: must be an object, not a list'],
  [{ schedules: { s: on } }, `schedules.s: ${noZone}`],
  [{ schedules: { s: { on } } }, `schedules.s: ${noZone}`],
  [{ schedules: { a: { on, timezone: 'UTC' }, b: on } }, `schedules.b: ${noZone}`],
  [{ timezone: 'UTC', schedules: { '9to5': on } }, `schedules.9to5: ${names}`],
  [{ timezone: 'UTC', schedules: { ['s'.repeat(65)]: on } }, `schedules.${'s'.repeat(65)}: ${names}`],
  [{ timezone: 'UTC', schedules: { constructor: on } }, `schedules.constructor: ${names}`],
  [JSON.parse(`{"timezone": "UTC", "schedules": {"__proto__": "${on}"}}`), `schedules.__proto__: ${names}`],
  [
    withSchedule(5),
    'schedules.s: must be an expression like "Sun-Thu 08:00-18:00", or an object with "on" or "cron", not 5',
  ],
  [withSchedule({}), 'schedules.s.on: is missing; a schedule needs "on" or "cron"'],
  [
    withSchedule({ on, cron: { start: '0 8 * * *' } }),
    'schedules.s.cron: cannot stand beside "on"; make two schedules of it',
  ],
  [
    withSchedule({ on, excepts: ['c'] }),
    'schedules.s.excepts: is unknown (did you mean "except"?); allowed are timezone, on, cron, except, only, from, until, enforce',
  ],
  [withSchedule({ on, timezone: 'Paris' }), `schedules.s.timezone: must be ${zone}, not "Paris"`],
  [withSchedule({ on: 8 }), `schedules.s.on: must be ${item}, or a list of them, not 8`],
  [withSchedule({ on: [] }), 'schedules.s.on: is empty; write "always off" for VMs that are never wanted on'],
  [withSchedule({ on: [on, null] }), `schedules.s.on[1]: must be ${item}, not null`],
  [
    withSchedule({ on: {} }),
    'schedules.s.on: is empty; name at least one of days, monthDays, months, from, to, or write "always on"',
  ],
  [
    withSchedule({ on: [{ days: 1 }] }),
    'schedules.s.on[0].days: must be days like "Mon-Fri", "mon#1" or "friL", not 1',
  ],
  [
    withSchedule({ on: { monthDays: 1 } }),
    'schedules.s.on.monthDays: must be days of the month like "1-15", "L" or "15W", not 1',
  ],
  [withSchedule({ on: { months: 1 } }), 'schedules.s.on.months: must be months like "Nov-Feb" or "1/3", not 1'],
  [withSchedule({ on: { from: 8 } }), 'schedules.s.on.from: must be a time like "08:00", not 8'],
  [withSchedule({ on: { to: 18 } }), 'schedules.s.on.to: must be a time like "18:00", not 18'],
  [
    withSchedule({ on: { day: 'Mon' } }),
    'schedules.s.on.day: is unknown (did you mean "days"?); allowed are days, monthDays, months, from, to',
    'schedules.s.on: is empty; name at least one of days, monthDays, months, from, to, or write "always on"',
  ],
  [withSchedule({ cron: {} }), 'schedules.s.cron.start: is missing; a cron needs "start" or "stop"'],
  [
    withSchedule({ cron: { start: 1 } }),
    'schedules.s.cron.start: must be five cron fields like "0 8 * * 1-5": minute hour day-of-month month day-of-week, not 1',
  ],
  [withSchedule({ on, except: 'c' }), 'schedules.s.except: must be a list of calendar names, not "c"'],
  [withSchedule({ on, except: [] }), 'schedules.s.except: must have at least one of calendar names'],
  [withSchedule({ on, only: ['c'] }), 'schedules.s.only[0]: "c" is no calendar of this config; it has none'],
  [
    withSchedule({ on, except: ['hollidays'] }, { calendars: { holidays: { dates: ['07-05'] } } }),
    'schedules.s.except[0]: "hollidays" is no calendar of this config; it has holidays (did you mean "holidays"?)',
  ],
  [withSchedule({ on, from: '2026-02-30' }), 'schedules.s.from: must be a date like "2026-11-01", not "2026-02-30"'],
  [withSchedule({ on, until: 2026 }), 'schedules.s.until: must be a date like "2026-11-01", not 2026'],
  [withSchedule({ on, enforce: 'yes' }), 'schedules.s.enforce: must be true or false, not "yes"'],
  // Calendars
  [withCalendar({}), 'calendars.c.dates: is missing; a calendar needs "dates" or "ics"'],
  [withCalendar(['07-05']), 'calendars.c: must be an object, not a list'],
  [withCalendar({ dates: [] }), 'calendars.c.dates: must have at least one of dates'],
  [withCalendar({ dates: ['07-05', '07-05'] }), 'calendars.c.dates: must not name one of dates twice'],
  [
    withCalendar({ dates: [705] }),
    'calendars.c.dates[0]: must be a date like "2026-11-01", "2027-03-09/2027-03-11" or "07-05", not 705',
  ],
  [
    { calendars: { 'a b': { dates: ['07-05'] } } },
    'calendars["a b"]: has an impossible name; allowed are letters, digits, "_", "." and "-", at most 64 of them, the first a letter or digit',
  ],
  ...[
    '../holidays.ics',
    '/etc/holidays.ics',
    'a/holidays.ics',
    'a\\holidays.ics',
    '..',
    '.ics',
    'holidays.txt',
    'a\0.ics',
  ].map(
    (file) => [withCalendar({ ics: file }), `calendars.c.ics: must be ${ics}, not ${JSON.stringify(file)}`] as const,
  ),
  // The tick, and what it decides by
  [{ tick: true }, 'tick: must be an object with "every" and "maxAge", or false for no tick, not true'],
  [{ tick: null }, 'tick: must be an object, not null'],
  [{ tick: { every: '7m' } }, `tick.every: must divide an hour: ${hourDivisors}`],
  [{ tick: { every: '30s' } }, 'tick.every: "30s" is out of range: it must be whole minutes, from 1m to 1h'],
  [{ tick: { every: '90s' } }, 'tick.every: "90s" is out of range: it must be whole minutes, from 1m to 1h'],
  [{ tick: { every: '2h' } }, 'tick.every: "2h" is out of range: it must be whole minutes, from 1m to 1h'],
  [{ tick: { maxAge: '59s' } }, 'tick.maxAge: "59s" is out of range: it must be whole seconds, from 60s to 1h'],
  [{ tick: { maxAge: '61m' } }, 'tick.maxAge: "61m" is out of range: it must be whole seconds, from 60s to 1h'],
  [{ catchUp: '59s' }, 'catchUp: "59s" is out of range: it must be from 1m to 24h'],
  [{ catchUp: '25h' }, 'catchUp: "25h" is out of range: it must be from 1m to 24h'],
  [{ catchUp: '4m' }, 'catchUp: must not be shorter than tick.every: a moment between two ticks would be missed'],
  [{ adopt: 'never' }, 'adopt: must be one of next-boundary, now, not "never"'],
  [{ retry: { pauses: [] } }, 'retry.pauses: must have at least one duration'],
  [
    { retry: { pauses: new Array(21).fill('5m') } },
    'retry.pauses: must have at most 20 durations; the last one holds for all further attempts',
  ],
  [
    { retry: { pauses: ['5m', '0s'] } },
    'retry.pauses[1]: "0s" is out of range: it must be more than nothing and at most 24h',
  ],
  [{ retry: { alarmAfter: 0 } }, 'retry.alarmAfter: must be a whole number from 1 to 100, not 0'],
  [{ overrides: { maxDuration: '367d' } }, 'overrides.maxDuration: "367d" is out of range: it must be from 1m to 366d'],
  // Prices
  [
    { prices: {} },
    'prices.currency: is missing; it must be three capital letters like "DZD"',
    'prices.sizes: is missing; it must be an object',
  ],
  [
    { prices: { currency: 'dinar', sizes: {} } },
    'prices.currency: must be three capital letters like "DZD", not "dinar"',
    'prices.sizes: is empty; name at least one size',
  ],
  [withSize({}), 'prices.sizes.s.hourly: is missing; it must be a price per hour from 0 to 1000000'],
  [withSize({ hourly: -1 }), 'prices.sizes.s.hourly: must be a price per hour from 0 to 1000000, not -1'],
  [withSize({ hourly: Number.NaN }), 'prices.sizes.s.hourly: must be a price per hour from 0 to 1000000, not NaN'],
  [
    withSize({ hourly: 1, stopped: 2 }),
    'prices.sizes.s.stopped: must not be more than "hourly", what a running VM costs',
  ],
];

describe('the shape of schedules is checked wherever a config is loaded', () => {
  it.each(shapes.map(([input, ...faults]) => ({ input, faults })))('$faults.0', ({ input, faults }) => {
    expect(faultsOf(input)).toEqual(faults);
    expect(scheduleFaultsOf(input)).toEqual(faults);
  });

  it('a catchUp is held to the tick only where there is one', () => {
    expect(faultsOf({ tick: false, catchUp: '4m' })).toEqual([]);
    expect(faultsOf({ tick: { every: '4m' }, catchUp: '4m' })).toEqual([]);
  });
});

const yearly = 'write 2026-11-01, 2027-03-09/2027-03-11, or 07-05 for every year';

// What they say, each with its own path.
const meanings: readonly (readonly [unknown, ...string[]])[] = [
  [
    { timezone: 'UTC', schedules: { off: on } },
    'schedules.off: "off" cannot be a name: it means something in the inline language',
  ],
  [
    { timezone: 'UTC', schedules: { 'Mon-Fri': on } },
    'schedules.Mon-Fri: "Mon-Fri" cannot be a name: it means something in the inline language',
  ],
  [withSchedule('8pm-9pm'), 'schedules.s.on: at character 1: "8pm" is not a time; did you mean 20:00?'],
  [
    { timezone: 'UTC', schedules: { 'a.b': '8pm-9pm' } },
    'schedules["a.b"].on: at character 1: "8pm" is not a time; did you mean 20:00?',
  ],
  [
    withSchedule({ on: [on, '8pm-9pm', { days: 'Mon', from: '8:00' }] }),
    'schedules.s.on[1]: at character 1: "8pm" is not a time; did you mean 20:00?',
    'schedules.s.on[2]: from "8:00" is not a time; write 00:00 to 23:59',
  ],
  [withSchedule({ on: { from: on } }), `schedules.s.on: from "${on}" is not a time; write 00:00 to 23:59`],
  [
    withSchedule({ cron: { start: '0 8 * *', stop: '0 19 31 2 *' } }),
    'schedules.s.cron.start: cron "0 8 * *" needs five fields: minute hour day-of-month month day-of-week',
    'schedules.s.cron.stop: cron "0 19 31 2 *" never fires',
  ],
  [
    withSchedule({ on: [{ days: 'Mon' }, '08:00-'] }),
    'schedules.s: windows and one-sided items or periods cannot stand in one schedule',
  ],
  [
    withSchedule({ on: '08:00-', enforce: true }),
    'schedules.s: enforce needs windows; one-sided items and crons are moments, and nothing is wanted between them',
  ],
  [withSchedule({ on, from: '2026-03-02', until: '2026-03-01' }), 'schedules.s: until is before from'],
  [
    withSchedule({ on: 'always on', except: ['c'] }, withCalendar({ dates: ['07-05'] })),
    'schedules.s: "always on" starts on no date, so "except" and "only" mean nothing; write 00:00-24:00',
  ],
  [
    withCalendar({ dates: ['07-05', 'x', '2026-13-01'] }),
    `calendars.c.dates[1]: date "x" is not understood; ${yearly}`,
    `calendars.c.dates[2]: date "2026-13-01" is not understood; ${yearly}`,
  ],
  [withCalendar({ ics: 'lost.ics' }), 'calendars.c.ics: "lost.ics" cannot be read here'],
  [withCalendar({ ics: 'odd.ics' }), 'calendars.c.ics: the iCalendar file does not begin with BEGIN:VCALENDAR'],
];

describe('what schedules say is checked where they are read', () => {
  const files = { 'odd.ics': 'X:1' };

  it.each(meanings.map(([input, ...faults]) => ({ input, faults })))('$faults.0', ({ input, faults }) => {
    expect(faultsOf(input)).toEqual([]);
    expect(scheduleFaultsOf(input, files)).toEqual(faults);
  });

  it('faults of shape and of meaning come at once, and a calendar at fault makes no further ones', () => {
    const input = {
      guard: { maxVms: 0 },
      schedules: { a: { on: '8pm-9pm', timezone: 'UTC' }, b: on, c: { on, timezone: 'UTC', except: ['c'] }, d: 7 },
      calendars: { c: { dates: ['x'] }, d: {} },
    };
    expect(scheduleFaultsOf(input).map((fault) => fault.split(': ')[0])).toEqual([
      'schedules.d',
      'schedules.b',
      'calendars.d.dates',
      'guard.maxVms',
      'calendars.c.dates[0]',
      'schedules.a.on',
    ]);
  });

  it('a schedule is read in UTC for its faults when the zone of all is at fault', () => {
    expect(
      scheduleFaultsOf({ timezone: 'x', schedules: { a: '8pm-9pm', b: on } }).map((fault) => fault.split(': ')[0]),
    ).toEqual(['timezone', 'schedules.a.on']);
  });

  it('a reader that fails otherwise is no fault of the config', () => {
    const failing = (error: Error) => () => {
      throw error;
    };
    for (const error of [new TypeError('broken'), new PowerError('aws', 'broken')])
      expect(() => readCalendars({ c: { ics: 'a.ics' } }, failing(error))).toThrow(error);
  });
});
