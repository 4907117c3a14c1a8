import { describe, expect, it } from 'vitest';
import { compileCron } from '../../../lib/core/schedule/cron-days.ts';
import type { ScheduleDefinition } from '../../../lib/core/schedule/named.ts';
import { nameFault, resolveTag, scheduleResolver } from '../../../lib/core/schedule/resolve.ts';
import { at, calendarsOf, changes, inline, named, namedFault } from './schedules.ts';

describe('a named schedule', () => {
  it('takes items, periods and lists of both', () => {
    const schedule = named({ timezone: 'UTC', on: ['Mon 08:00-12:00', { days: 'mon#1', from: '12:00', to: '18:00' }] });
    expect(changes(schedule, '2026-06-01T00:00Z', '2026-06-09T00:00Z')).toEqual([
      'on 2026-06-01T08:00Z',
      'off 2026-06-01T18:00Z',
      'on 2026-06-08T08:00Z',
      'off 2026-06-08T12:00Z',
    ]);
    expect(schedule).toMatchObject({ text: 'it UTC', zone: 'UTC', kind: 'levels', isEnforced: false });
  });

  it('takes one-sided periods as moments', () => {
    const schedule = named({ timezone: 'UTC', on: [{ days: 'Fri', to: '19:00' }] });
    expect(changes(schedule, '2026-06-01T00:00Z', '2026-06-09T00:00Z')).toEqual(['off 2026-06-05T19:00Z']);
  });

  it('takes crons, whose day fields must both hold, by the clock-change rule', () => {
    const schedule = named({ timezone: 'Europe/Berlin', cron: { start: '15,45 2 * * *', stop: '0 3 25 * SUN' } });
    expect(schedule.kind).toBe('moments');
    expect(changes(schedule, '2026-03-28T12:00Z', '2026-03-29T12:00Z')).toEqual([
      'on 2026-03-29T01:15Z',
      'on 2026-03-29T01:45Z',
    ]);
    expect(changes(schedule, '2026-10-24T12:00Z', '2026-10-25T12:00Z')).toEqual([
      'on 2026-10-25T00:15Z',
      'on 2026-10-25T00:45Z',
      'off 2026-10-25T02:00Z',
    ]);
    expect(
      changes(named({ timezone: 'UTC', cron: { stop: '0 3 13 * FRI' } }), '2026-01-01T00:00Z', '2026-12-31T00:00Z'),
    ).toEqual(['off 2026-02-13T03:00Z', 'off 2026-03-13T03:00Z', 'off 2026-11-13T03:00Z']);
  });

  it('drops the windows that start on an excepted date, whole, and no others', () => {
    const schedule = named(
      { timezone: 'Africa/Algiers', on: '20:00-06:00', except: ['dz'] },
      { dz: { dates: ['2026-11-01'] } },
    );
    expect(changes(schedule, '2026-10-31T12:00Z', '2026-11-03T12:00Z')).toEqual([
      'on 2026-10-31T19:00Z',
      'off 2026-11-01T05:00Z',
      'on 2026-11-02T19:00Z',
      'off 2026-11-03T05:00Z',
    ]);
  });

  it('counts the date by the clock of the window, not of UTC', () => {
    const schedule = named(
      { timezone: 'Pacific/Kiritimati', on: '08:00-10:00', except: ['x'] },
      { x: { dates: ['2026-11-02'] } },
    );
    expect(changes(schedule, '2026-10-31T00:00Z', '2026-11-02T00:00Z')).toEqual([
      'on 2026-10-31T18:00Z',
      'off 2026-10-31T20:00Z',
    ]);
  });

  it('holds only to the dates of `only`, less those of `except`', () => {
    const calendars = {
      sprint: { dates: ['2026-06-02/2026-06-04'] },
      demo: { dates: ['2026-06-08'] },
      off: { dates: ['2026-06-03'] },
    };
    const schedule = named(
      { timezone: 'UTC', on: '08:00-09:00', only: ['sprint', 'demo'], except: ['off'] },
      calendars,
    );
    expect(changes(schedule, '2026-06-01T00:00Z', '2026-06-30T00:00Z').filter((each) => each.startsWith('on'))).toEqual(
      ['on 2026-06-02T08:00Z', 'on 2026-06-04T08:00Z', 'on 2026-06-08T08:00Z'],
    );
  });

  it('drops start moments only: stops remain on holidays', () => {
    const calendars = { dz: { dates: ['2026-06-01'] } };
    const both = ['on 2026-06-02T08:00Z', 'off 2026-06-02T19:00Z'];
    const sided = named({ timezone: 'UTC', on: '08:00-; -19:00', except: ['dz'] }, calendars);
    const cron = named(
      { timezone: 'UTC', cron: { start: '0 8 * * *', stop: '0 19 * * *' }, except: ['dz'] },
      calendars,
    );
    for (const schedule of [sided, cron])
      expect(changes(schedule, '2026-06-01T00:00Z', '2026-06-03T00:00Z')).toEqual(['off 2026-06-01T19:00Z', ...both]);
    const only = named({ timezone: 'UTC', on: '08:00-; -19:00', only: ['dz'] }, calendars);
    expect(changes(only, '2026-06-01T00:00Z', '2026-06-03T00:00Z')).toEqual([
      'on 2026-06-01T08:00Z',
      'off 2026-06-01T19:00Z',
      'off 2026-06-02T19:00Z',
    ]);
  });

  it('holds spans to the date on which they start in its zone', () => {
    const calendars = { x: { dates: ['2026-06-02'] } };
    const definition = {
      timezone: 'Europe/Berlin',
      on: '2026-06-01T22:30Z/2026-06-03T00:00Z, 2026-06-05T00:00Z/2026-06-06T00:00Z',
    };
    expect(
      changes(named({ ...definition, except: ['x'] }, calendars), '2026-06-01T00:00Z', '2026-06-30T00:00Z'),
    ).toEqual(['on 2026-06-05T00:00Z', 'off 2026-06-06T00:00Z']);
    expect(changes(named({ ...definition, only: ['x'] }, calendars), '2026-06-01T00:00Z', '2026-06-30T00:00Z')).toEqual(
      ['on 2026-06-01T22:30Z', 'off 2026-06-03T00:00Z'],
    );
  });

  it('has another fingerprint where it may want something else, and only there', () => {
    const base = { timezone: 'UTC', on: '08:00-18:00', except: ['dz'] };
    const of = (more: Partial<ScheduleDefinition>, dates = ['2026-11-01']) =>
      named({ ...base, ...more }, { dz: { dates } }).fingerprint;
    expect(of({})).toBe(of({}));
    expect(of({ enforce: true })).toBe(of({}));
    const others = [
      of({ on: '08:00-19:00' }),
      of({ until: '2027-01-01' }),
      of({ timezone: 'Europe/Paris' }),
      of({}, ['2026-11-02']),
    ];
    expect(new Set([of({}), ...others]).size).toBe(5);
    expect(inline('08:00-18:00 UTC').fingerprint).toBe(inline(' 08:00 - 18:00 utc').fingerprint);
    expect(inline('08:00-18:00 UTC').fingerprint).not.toBe(inline('08:00-18:01 UTC').fingerprint);
    expect(of({})).toMatch(/^[0-9a-f]{14}$/);
  });

  it.each<[ScheduleDefinition, string]>([
    [{ timezone: 'UTC' }, 'it needs either "on" or "cron"'],
    [{ timezone: 'UTC', on: 'always on', cron: { start: '0 8 * * *' } }, 'it needs either "on" or "cron"'],
    [{ timezone: 'UTC', on: [] }, '"on" is empty; write "always off" for a VM that is never wanted'],
    [{ timezone: 'UTC', cron: {} }, '"cron" needs "start" or "stop"'],
    [
      { timezone: 'Nowhere', on: 'always on' },
      '"Nowhere" is not a time zone; zones are named like Europe/Paris or UTC',
    ],
    [{ timezone: 'UTC', on: '8pm-' }, 'at character 1: "8pm" is not a time; did you mean 20:00?'],
    [{ timezone: 'UTC', on: [{ from: '8' }] }, 'from "8" is not a time; write 00:00 to 23:59'],
    [
      { timezone: 'UTC', on: ['Sun-Thu 08:00-12:00', '13:00-18:00'] },
      'item 2 names no days, though another does, so it would hold on all days; name its days too (Mon-Sun for all)',
    ],
    [
      { timezone: 'UTC', on: ['08:00-', { from: '08:00', to: '09:00' }] },
      'windows and one-sided items or periods cannot stand in one schedule',
    ],
    [{ timezone: 'UTC', on: ['always on', {}] }, '"always on" and "always off" stand alone'],
    [
      { timezone: 'UTC', on: '-19:00', enforce: true },
      'enforce needs windows; one-sided items and crons are moments, and nothing is wanted between them',
    ],
    [
      { timezone: 'UTC', cron: { stop: '0 19 * * *' }, enforce: true },
      'enforce needs windows; one-sided items and crons are moments, and nothing is wanted between them',
    ],
    [{ timezone: 'UTC', on: '08:00-09:00', except: ['fr'] }, 'there is no calendar "fr"; there are dz'],
    [{ timezone: 'UTC', on: '08:00-09:00', only: ['fr'] }, 'there is no calendar "fr"; there are dz'],
    [
      { timezone: 'UTC', on: 'always on', except: ['dz'] },
      '"always on" starts on no date, so "except" and "only" mean nothing; write 00:00-24:00',
    ],
    [
      { timezone: 'UTC', on: 'always on', from: '01/06/2026' },
      'from "01/06/2026" is not a date; write one like 2026-11-01',
    ],
    [
      { timezone: 'UTC', on: 'always on', until: '2026-02-30' },
      'until "2026-02-30" is not a date; write one like 2026-11-01',
    ],
    [{ timezone: 'UTC', on: 'always on', from: '2026-06-02', until: '2026-06-01' }, 'until is before from'],
    [
      { timezone: 'UTC', cron: { start: '@daily' } },
      'cron "@daily" needs five fields: minute hour day-of-month month day-of-week',
    ],
    [
      { timezone: 'UTC', cron: { start: '0 0 8 * * *' } },
      'cron "0 0 8 * * *" needs five fields: minute hour day-of-month month day-of-week',
    ],
    [{ timezone: 'UTC', cron: { start: '0 0 31 2 *' } }, 'cron "0 0 31 2 *" never fires'],
  ])('%j is refused', (definition, fault) => {
    expect(namedFault(definition, { dz: {} })).toBe(`schedule "it": ${fault}`);
  });

  it('may be enforced where it has windows', () => {
    expect(named({ timezone: 'UTC', on: '08:00-09:00', enforce: true }).isEnforced).toBe(true);
  });
});

describe('compileCron', () => {
  it.each([
    '61 * * * *',
    '0 24 * * *',
    '0 0 0 * *',
    '0 0 * 13 *',
    '0 0 * * 8',
    'x * * * *',
    '0 0 1/10 * *',
    '*/0 * * * *',
  ])('says that %j is not understood', (text) => {
    expect(compileCron(text)).toEqual({
      fault: expect.stringMatching(`^cron "${text.replace(/[*/]/g, '\\$&')}" is not understood: CronPattern: `),
    });
  });

  it('refuses one longer than 200 characters', () => {
    expect(compileCron(`0${',0'.repeat(100)} * * * *`)).toHaveProperty('fault');
    expect(compileCron(`${Array.from({ length: 60 }, (_, minute) => minute).join()} * * * *`)).toHaveProperty('cron');
  });

  it('knows the minutes of a day, and the days', () => {
    const compiled = compileCron('*/20 9-10 1,L * *');
    if ('fault' in compiled) throw new Error(compiled.fault);
    expect(compiled.cron.minutes).toEqual([540, 560, 580, 600, 620, 640]);
    const days = [at('2026-02-01T00:00Z'), at('2026-02-27T00:00Z'), at('2026-02-28T00:00Z')].map(
      (ms) => ms / 86_400_000,
    );
    expect(days.map(compiled.cron.isDay)).toEqual([true, false, true]);
  });
});

describe('resolveTag', () => {
  const context = {
    names: new Map<string, ScheduleDefinition>([
      ['office-hours', { timezone: 'Africa/Algiers', on: ['Sun-Thu 08:00-18:00', 'Fri 08:00-12:00 UTC'] }],
      ['broken', { timezone: 'UTC', on: '8-9' }],
    ]),
    calendars: calendarsOf({}),
    zone: 'Europe/Paris',
  };
  const fault = (value: string): string => {
    const resolved = resolveTag(value, context);
    return 'fault' in resolved ? resolved.fault : `read as ${resolved.schedule.text}`;
  };

  it.each([
    ['office-hours', 'office-hours Africa/Algiers', 'on 2026-06-04T07:00Z'],
    [' office-hours\t', 'office-hours Africa/Algiers', 'on 2026-06-04T07:00Z'],
    ['office-hours Asia/Tokyo', 'office-hours Asia/Tokyo', 'on 2026-06-03T23:00Z'],
    ['Thu 08:00-18:00', 'Thu 08:00-18:00 Europe/Paris', 'on 2026-06-04T06:00Z'],
    ['Thu 08:00-18:00 UTC', 'Thu 08:00-18:00 UTC', 'on 2026-06-04T08:00Z'],
  ])('reads %j', (value, text, first) => {
    const resolved = resolveTag(value, context);
    if ('fault' in resolved) throw new Error(resolved.fault);
    expect(resolved.schedule.text).toBe(text);
    expect(changes(resolved.schedule, '2026-06-03T20:00Z', '2026-06-05T00:00Z')[0]).toBe(first);
  });

  it('moves to the zone of the tag only what has no zone of its own', () => {
    const resolved = resolveTag('office-hours Asia/Tokyo', context);
    if ('fault' in resolved) throw new Error(resolved.fault);
    expect(changes(resolved.schedule, '2026-06-05T00:00Z', '2026-06-06T00:00Z')).toEqual([
      'on 2026-06-05T08:00Z',
      'off 2026-06-05T12:00Z',
    ]);
  });

  it.each([
    [
      'ofice-hours',
      'there is no schedule named "ofice-hours"; did you mean office-hours? (at character 1: "ofice" is not a day; days are written Mon, Tue, Wed, Thu, Fri, Sat, Sun)',
    ],
    [
      'Office-Hours Europe/Paris',
      'there is no schedule named "Office-Hours"; did you mean office-hours? (at character 1: "Office" is not a day; days are written Mon, Tue, Wed, Thu, Fri, Sat, Sun)',
    ],
    [
      'nights',
      'there is no schedule named "nights" (at character 1: "nights" is not a day; days are written Mon, Tue, Wed, Thu, Fri, Sat, Sun)',
    ],
    [
      'office-hours Europe/Pari',
      '"Europe/Pari" is not a time zone; did you mean Europe/Paris?; after the schedule\'s name "office-hours" only a time zone may stand',
    ],
    [
      'office-hours, 08:00-09:00',
      'at character 1: "office" is not a day; days are written Mon, Tue, Wed, Thu, Fri, Sat, Sun',
    ],
    ['broken', 'schedule "broken": at character 1: "8" is not a time; did you mean 08:00?'],
    ['never', '"never" could mean either; write "always on" to keep the VM on, or "always off" to keep it off'],
    ['Mon', 'at character 4: the end stands where times, like 08:00-18:00 should be'],
    ['', 'it is empty; write when the VM should be on, like Mon-Fri 08:00-18:00'],
    ['__proto__', 'at character 1: "__proto__" stands where days, a time, an instant or "always" should be'],
  ])('refuses %j', (value, expected) => {
    expect(fault(value)).toBe(expected);
  });

  it('is remembered by the resolver, and forgotten when there are too many', () => {
    const resolve = scheduleResolver(context, 2);
    const first = resolve('office-hours');
    expect(resolve('office-hours')).toBe(first);
    resolve('08:00-09:00');
    resolve('08:00-10:00');
    expect(resolve('office-hours')).not.toBe(first);
    expect(resolve('office-hours')).toEqual({
      schedule: expect.objectContaining({ text: 'office-hours Africa/Algiers' }),
    });
  });
});

describe('nameFault', () => {
  it.each(['office-hours', 'nights', 'a', 'dev.2', 'My_Schedule', 'monitoring'])(
    'lets a schedule be called %s',
    (name) => {
      expect(nameFault(name)).toBeNull();
    },
  );
  it.each(['Mon', 'mon-fri', 'Sunday', 'always', 'NEVER', 'off', 'on', 'true'])(
    'keeps %s for the inline language',
    (name) => {
      expect(nameFault(name)).toBe(`"${name}" cannot be a name: it means something in the inline language`);
    },
  );
  it.each(['', '1st', 'office hours', 'a,b', '-19', 'café'])('refuses %j', (name) => {
    expect(nameFault(name)).toBe(`"${name}" cannot be a name: letters, digits and _ . - after a letter`);
  });
});
