import { describe, expect, it } from 'vitest';
import { parseExpression, printExpression } from '../../../lib/core/schedule/expression.ts';
import type { Item } from '../../../lib/core/schedule/item.ts';
import { at, faultOf } from './schedules.ts';

const zone = 'Africa/Algiers';
const hours = (hour: number): number => hour * 60;

function window(days: readonly number[] | null, from: number, to: number, inZone = zone): Item {
  return { kind: 'window', days, fromMinute: hours(from), toMinute: hours(to), zone: inZone };
}
function moment(wanted: 'on' | 'off', days: readonly number[] | null, hour: number, inZone = zone): Item {
  return { kind: 'moment', wanted, days, minute: hours(hour), zone: inZone };
}
function span(from: string, to: string): Item {
  return { kind: 'span', fromMs: at(from), toMs: at(to) };
}

const workdays = [1, 2, 3, 4, 5];

describe('parseExpression', () => {
  const readable: [text: string, printed: string, ...items: Item[]][] = [
    ['08:00-18:00', `08:00-18:00 ${zone}`, window(null, 8, 18)],
    ['08:00-24:00', `08:00-24:00 ${zone}`, window(null, 8, 24)],
    ['00:00-24:00', `00:00-24:00 ${zone}`, window(null, 0, 24)],
    ['20:00-06:00', `20:00-06:00 ${zone}`, window(null, 20, 6)],
    [
      'Mon-Fri 07:30-20:30 Europe/Berlin',
      'Mon-Fri 07:30-20:30 Europe/Berlin',
      window(workdays, 7.5, 20.5, 'Europe/Berlin'),
    ],
    ['Mon,Wed,Fri 08:00-18:00', `Mon,Wed,Fri 08:00-18:00 ${zone}`, window([1, 3, 5], 8, 18)],
    ['Monday-FRIDAY 08:00-18:00', `Mon-Fri 08:00-18:00 ${zone}`, window(workdays, 8, 18)],
    ['Fri-Mon 08:00-18:00', `Fri-Mon 08:00-18:00 ${zone}`, window([1, 5, 6, 7], 8, 18)],
    ['Sun-Thu 08:00-18:00', `Sun-Thu 08:00-18:00 ${zone}`, window([1, 2, 3, 4, 7], 8, 18)],
    ['Mon-Sun 08:00-18:00', `Mon-Sun 08:00-18:00 ${zone}`, window([1, 2, 3, 4, 5, 6, 7], 8, 18)],
    ['Wed-Tue 08:00-18:00', `Mon-Sun 08:00-18:00 ${zone}`, window([1, 2, 3, 4, 5, 6, 7], 8, 18)],
    ['Tue-Tue 08:00-18:00', `Tue 08:00-18:00 ${zone}`, window([2], 8, 18)],
    ['Mon,Tue,Tue 08:00-18:00', `Mon,Tue 08:00-18:00 ${zone}`, window([1, 2], 8, 18)],
    ['Sun,Mon 08:00-18:00', `Sun,Mon 08:00-18:00 ${zone}`, window([1, 7], 8, 18)],
    ['Mon-Tue,Thu-Sat 08:00-18:00', `Mon,Tue,Thu-Sat 08:00-18:00 ${zone}`, window([1, 2, 4, 5, 6], 8, 18)],
    [' mon - fri\t08:00 - 18:00 ', `Mon-Fri 08:00-18:00 ${zone}`, window(workdays, 8, 18)],
    ['mon , fri 08:00-18:00', `Mon,Fri 08:00-18:00 ${zone}`, window([1, 5], 8, 18)],
    ['Mon-Fri08:00-18:00UTC', 'Mon-Fri 08:00-18:00 UTC', window(workdays, 8, 18, 'UTC')],
    [
      'Mon-Fri 08:00-18:00, Sat 10:00-14:00',
      `Mon-Fri 08:00-18:00; Sat 10:00-14:00 ${zone}`,
      window(workdays, 8, 18),
      window([6], 10, 14),
    ],
    [
      '08:00-12:00;13:00-18:00 europe/berlin',
      '08:00-12:00; 13:00-18:00 Europe/Berlin',
      window(null, 8, 12, 'Europe/Berlin'),
      window(null, 13, 18, 'Europe/Berlin'),
    ],
    [
      '08:00-12:00 Europe/Berlin, 13:00-18:00',
      `08:00-12:00 Europe/Berlin; 13:00-18:00 ${zone}`,
      window(null, 8, 12, 'Europe/Berlin'),
      window(null, 13, 18),
    ],
    [
      '08:00-10:00, 11:00-12:00 Europe/Berlin, 13:00-18:00 UTC',
      '08:00-10:00; 11:00-12:00 Europe/Berlin; 13:00-18:00 UTC',
      window(null, 8, 10, 'UTC'),
      window(null, 11, 12, 'Europe/Berlin'),
      window(null, 13, 18, 'UTC'),
    ],
    ['08:00-', `08:00- ${zone}`, moment('on', null, 8)],
    ['-19:00', `-19:00 ${zone}`, moment('off', null, 19)],
    ['-24:00', `-24:00 ${zone}`, moment('off', null, 24)],
    ['08:00-; -19:00', `08:00-; -19:00 ${zone}`, moment('on', null, 8), moment('off', null, 19)],
    ['08:00- UTC, -19:00 UTC', '08:00-; -19:00 UTC', moment('on', null, 8, 'UTC'), moment('off', null, 19, 'UTC')],
    ['Mon-Fri -19:00', `Mon-Fri -19:00 ${zone}`, moment('off', workdays, 19)],
    ['Fri -19:00', `Fri -19:00 ${zone}`, moment('off', [5], 19)],
    ['Mon 08:00-; Tue -08:00', `Mon 08:00-; Tue -08:00 ${zone}`, moment('on', [1], 8), moment('off', [2], 8)],
    [
      '08:00- UTC; -08:00 Europe/Berlin',
      '08:00- UTC; -08:00 Europe/Berlin',
      moment('on', null, 8, 'UTC'),
      moment('off', null, 8, 'Europe/Berlin'),
    ],
    ['08:00-18:00 Etc/GMT+3', '08:00-18:00 Etc/GMT+3', window(null, 8, 18, 'Etc/GMT+3')],
    [
      '08:00-18:00 America/Port-au-Prince',
      '08:00-18:00 America/Port-au-Prince',
      window(null, 8, 18, 'America/Port-au-Prince'),
    ],
    [
      '2026-11-24T22:00+01:00/2026-11-25T06:00Z',
      `2026-11-24T21:00:00Z/2026-11-25T06:00:00Z ${zone}`,
      span('2026-11-24T21:00Z', '2026-11-25T06:00Z'),
    ],
    [
      '2019-01-01T00:00:00+00:00-2019-01-02T12:34:56+00:00',
      `2019-01-01T00:00:00Z/2019-01-02T12:34:56Z ${zone}`,
      span('2019-01-01T00:00Z', '2019-01-02T12:34:56Z'),
    ],
    [
      '2026-11-24T22:00-0500-2026-11-25T06:00-05 / 2026'.slice(0, -7),
      `2026-11-25T03:00:00Z/2026-11-25T11:00:00Z ${zone}`,
      span('2026-11-25T03:00Z', '2026-11-25T11:00Z'),
    ],
    [
      '2026-01-01t00:00:00.25z / 2026-01-01T00:00:01.5Z',
      `2026-01-01T00:00:00.250Z/2026-01-01T00:00:01.500Z ${zone}`,
      span('2026-01-01T00:00:00.250Z', '2026-01-01T00:00:01.500Z'),
    ],
    [
      'Mon 08:00-18:00, 2026-11-24T22:00Z/2026-11-25T06:00Z UTC',
      'Mon 08:00-18:00; 2026-11-24T22:00:00Z/2026-11-25T06:00:00Z UTC',
      window([1], 8, 18, 'UTC'),
      span('2026-11-24T22:00Z', '2026-11-25T06:00Z'),
    ],
    ['always on', `always on ${zone}`, { kind: 'always', wanted: 'on' }],
    [' ALWAYS \n Off ', `always off ${zone}`, { kind: 'always', wanted: 'off' }],
  ];

  it.each(readable)('reads %j as %j', (text, printed, ...items) => {
    const parsed = parseExpression(text, { zone });
    expect(parsed).toMatchObject({ schedule: { items } });
    if ('fault' in parsed) throw new Error(parsed.fault);
    expect(printExpression(parsed.schedule)).toBe(printed);
    expect(parseExpression(printed, { zone: 'Asia/Tokyo' })).toStrictEqual(parsed);
  });

  it('needs no default zone where every item names its own, or none needs one', () => {
    expect(parseExpression('08:00-18:00 UTC', { zone: null })).toMatchObject({ schedule: { zone: 'UTC' } });
    expect(parseExpression('always off', { zone: null })).toStrictEqual({
      schedule: { items: [{ kind: 'always', wanted: 'off' }], zone: null },
    });
  });

  const times = 'times are written 00:00 to 24:00';
  const faults: [text: string, fault: string][] = [
    ['', 'it is empty; write when the VM should be on, like Mon-Fri 08:00-18:00'],
    [' \t\n', 'it is empty; write when the VM should be on, like Mon-Fri 08:00-18:00'],
    ['8pm-9pm', 'at character 1: "8pm" is not a time; did you mean 20:00?'],
    ['08:00-8pm', 'at character 7: "8pm" is not a time; did you mean 20:00?'],
    ['08:00-8 PM', 'at character 7: "8 PM" is not a time; did you mean 20:00?'],
    ['8 p.m.-9', 'at character 1: "8 p.m." is not a time; did you mean 20:00?'],
    ['12am-9', 'at character 1: "12am" is not a time; did you mean 00:00?'],
    ['12pm-9', 'at character 1: "12pm" is not a time; did you mean 12:00?'],
    ['8:30am-9', 'at character 1: "8:30am" is not a time; did you mean 08:30?'],
    ['13pm-9', `at character 1: "13pm" is not a time; ${times}`],
    ['0am-9', `at character 1: "0am" is not a time; ${times}`],
    ['08:00-20h', 'at character 7: "20h" is not a time; did you mean 20:00?'],
    ['08:00-20h30', 'at character 7: "20h30" is not a time; did you mean 20:30?'],
    ['08:00-20 Uhr', 'at character 7: "20 Uhr" is not a time; did you mean 20:00?'],
    ['08:00-20:00h', 'at character 7: "20:00h" is not a time; did you mean 20:00?'],
    ['08:00-20:00 pm', `at character 7: "20:00 pm" is not a time; ${times}`],
    ['08:00-2000', 'at character 7: "2000" is not a time; did you mean 20:00?'],
    ['0800-1800', 'at character 1: "0800" is not a time; did you mean 08:00?'],
    ['800-1800', 'at character 1: "800" is not a time; did you mean 08:00?'],
    ['8-18', 'at character 1: "8" is not a time; did you mean 08:00?'],
    ['8:00-18:00', 'at character 1: "8:00" is not a time; did you mean 08:00?'],
    ['08:00-24:30', 'at character 7: "24:30" is not a time; did you mean 00:30?'],
    ['08:00-20.00', 'at character 7: "20.00" is not a time; did you mean 20:00?'],
    ['08:00-20:00:00', 'at character 7: "20:00:00" is not a time; did you mean 20:00?'],
    ['08:00-25:00', `at character 7: "25:00" is not a time; ${times}`],
    ['08:00-99:99', `at character 7: "99:99" is not a time; ${times}`],
    ['01:00-12:60', `at character 7: "12:60" is not a time; ${times}`],
    ['24:00-08:00', 'at character 1: 24:00 is only an end; a day begins at 00:00'],
    ['24:00-', 'at character 1: 24:00 is only an end; a day begins at 00:00'],
    [
      'Mon 08:00-08:00',
      'at character 5: the window ends when it begins; the whole day is 00:00-24:00, every day "always on"',
    ],
    ['Mon', 'at character 4: the end stands where times, like 08:00-18:00 should be'],
    ['Mon 08:00', 'at character 10: the end stands where "-" should be; write 08:00-18:00, or 08:00- to start only'],
    [
      'Mon-Fri 08:00 18:00',
      'at character 15: "18:00" stands where "-" should be; write 08:00-18:00, or 08:00- to start only',
    ],
    ['Mon-Fri -', 'at character 9: a time is missing beside "-"; write -19:00 or 08:00-'],
    ['-', 'at character 1: a time is missing beside "-"; write -19:00 or 08:00-'],
    ['08:00-18:00,', 'at character 13: an item is missing; leave out the separator before it'],
    [
      '08:00-18:00,,09:00-10:00',
      'at character 13: ",09:00-10:00" stands where days, a time, an instant or "always" should be',
    ],
    ['08:00-18:00 / 09:00', 'at character 13: "/ 09:00" is not expected here; items are parted by "," or ";"'],
    ['08:00-18:00 08:00-18:00', 'at character 13: "08:00-18:00" is not expected here; items are parted by "," or ";"'],
    ['Tues 08:00-18:00', 'at character 1: "Tues" is not a day; did you mean Tue?'],
    ['Mon-Thurs 08:00-18:00', 'at character 5: "Thurs" is not a day; did you mean Thu?'],
    ['Wendesday 08:00-18:00', 'at character 1: "Wendesday" is not a day; did you mean Wednesday?'],
    ['weekdays 08:00-18:00', 'at character 1: "weekdays" is not a day; did you mean Mon-Fri?'],
    ['Weekend 08:00-18:00', 'at character 1: "Weekend" is not a day; did you mean Sat-Sun?'],
    ['daily 08:00-18:00', 'at character 1: "daily" is not a day; did you mean Mon-Sun?'],
    ['Lundi 08:00-18:00', 'at character 1: "Lundi" is not a day; days are written Mon, Tue, Wed, Thu, Fri, Sat, Sun'],
    [
      'constructor 08:00-18:00',
      'at character 1: "constructor" is not a day; days are written Mon, Tue, Wed, Thu, Fri, Sat, Sun',
    ],
    ['Europe/Berlin 08:00-18:00', 'at character 1: "Europe/Berlin" is not a day; a time zone stands after the times'],
    ['Mon–Fri 08:00-18:00', 'at character 4: "–Fri 08:00-18:00" begins with another dash; write "-"'],
    ['08:00–18:00', 'at character 6: "–18:00" begins with another dash; write "-"'],
    ['08:00-18:00 Europe/Berln', 'at character 13: "Europe/Berln" is not a time zone; did you mean Europe/Berlin?'],
    ['08:00-18:00 Berlin', 'at character 13: "Berlin" is not a time zone; did you mean Europe/Berlin?'],
    ['08:00-18:00 Z', 'at character 13: "Z" is not a time zone; did you mean UTC?'],
    [
      '08:00-18:00 +01:00',
      'at character 13: "+01:00" is not a time zone; did you mean Etc/GMT-1? (it knows no summer time, and its sign is turned round)',
    ],
    [
      '08:00-18:00 UTC-3',
      'at character 13: "UTC-3" is not a time zone; did you mean Etc/GMT+3? (it knows no summer time, and its sign is turned round)',
    ],
    [
      '08:00-18:00 Mon',
      'at character 13: "Mon" is not a time zone; zones are named like Europe/Paris or UTC; days stand before the times, and items are parted by "," or ";"',
    ],
    ['always', '"always" could mean either; write "always on" to keep the VM on, or "always off" to keep it off'],
    ['always 08:00', 'at character 1: "always" is followed by "on" or "off": "always on" or "always off"'],
    ['always on, 08:00-18:00', 'at character 1: "always on" stands alone, or the other items would mean nothing'],
    ['08:00-18:00, always off', 'at character 14: "always off" stands alone, or the other items would mean nothing'],
    [
      '2026-01-01T00:00/2026-01-02T00:00',
      'at character 1: "2026-01-01T00:00/2026-01-" is not an instant; write one with Z or an offset, like 2026-11-24T22:00+01:00',
    ],
    [
      '2026-01-01T00:00-2026-01-02T00:00',
      'at character 1: "2026-01-01T00:00-2026-01-" is not an instant; write one with Z or an offset, like 2026-11-24T22:00+01:00',
    ],
    [
      '2026-02-30T00:00Z/2026-03-01T00:00Z',
      'at character 1: "2026-02-30T00:00Z" names a date, a time or an offset that does not exist',
    ],
    ['2026-01-02T00:00Z/2026-01-02T00:00Z', 'at character 1: the second instant is not after the first'],
    ['2026-01-02T00:00Z/2026-01-01T00:00Z', 'at character 1: the second instant is not after the first'],
    ['2026-01-02T00:00Z', 'at character 18: the end stands where "/" and a second instant are expected'],
    [
      '2026-01-02T00:00Z/2026-01-03T00:00Z UTC, 08:00-09:00',
      'at character 1: a span between instants has no zone of its own; leave it out',
    ],
    [
      'Sun-Thu 08:00-12:00, 13:00-18:00',
      'item 2 names no days, though another does, so it would hold on all days; name its days too (Mon-Sun for all)',
    ],
    [
      '08:00-12:00; Mon 13:00-18:00',
      'item 1 names no days, though another does, so it would hold on all days; name its days too (Mon-Sun for all)',
    ],
    [
      '2026-01-02T00:00Z/2026-01-03T00:00Z, -12:00; Mon -18:00',
      'windows (08:00-18:00) and one-sided items (08:00- or -19:00) cannot stand in one schedule',
    ],
    [
      '08:00-18:00; -19:00',
      'windows (08:00-18:00) and one-sided items (08:00- or -19:00) cannot stand in one schedule',
    ],
    ['08:00-; -08:00', 'it starts and stops at the same time of the same day'],
    ['Mon-Fri 08:00-; Fri-Sun -08:00', 'it starts and stops at the same time of the same day'],
    [`08:00-18:00${' '.repeat(1990)}`, 'it has 2001 characters; at most 2000 are read'],
  ];

  it.each(faults)('refuses %j and says what would be right', (text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  it.each(['always', 'never', 'no', 'off', 'false', 'none', 'NEVER', ' no ', 'on', 'yes', 'true', 'disabled', '0'])(
    'takes %j for neither of the two things it may mean, and names both',
    (text) => {
      expect(faultOf(text)).toBe(
        `"${text.trim()}" could mean either; write "always on" to keep the VM on, or "always off" to keep it off`,
      );
    },
  );

  it('reads as many as 2,000 characters', () => {
    expect(parseExpression(`08:00-18:00${' '.repeat(1989)}`, { zone })).toHaveProperty('schedule');
  });

  it('refuses an item without any zone', () => {
    expect(faultOf('08:00-18:00', null)).toBe(
      'at character 12: no time zone is named; end with one, like Europe/Paris',
    );
    expect(faultOf('08:00-18:00 UTC, 19:00-20:00', null)).toContain('no time zone is named');
  });
});
