// Every defect of schedules that is known of other schedulers, as a test that would fail if we had it.
// Those of runs and clients are in test/run/peers.test.ts.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { compileCalendar } from '../../../lib/core/schedule/calendar.ts';
import { decideSchedule, type ScheduleFacts } from '../../../lib/core/schedule/decide-schedule.ts';
import { overrideAt } from '../../../lib/core/schedule/override.ts';
import { compilePeriod } from '../../../lib/core/schedule/period.ts';
import { wantedAt } from '../../../lib/core/schedule/timeline.ts';
import { at, changes, faultOf, hourMs, inline, named, namedFault } from './schedules.ts';

const settings = {
  catchUpMs: 2 * hourMs,
  adopt: 'next-boundary',
  retryPausesMs: [5 * 60_000],
  alarmAfter: 3,
  tickEveryMs: 5 * 60_000,
} as const;

function facts(text: string, now: string, more: Partial<ScheduleFacts>): ScheduleFacts {
  return {
    power: 'off',
    schedule: inline(text),
    override: null,
    keepTag: '',
    mark: null,
    now: at(now),
    settings,
    ...more,
  };
}
const wanted = (text: string, time: string) => wantedAt(inline(text), at(time), settings.catchUpMs).wanted;

describe('what Instance Scheduler gets wrong', () => {
  it('retries a start that was accepted and silently failed', () => {
    const schedule = inline('08:00-18:00 UTC');
    const mark = {
      kind: 'settled',
      boundary: at('2026-06-04T18:00Z'),
      wanted: 'off',
      schedule: schedule.fingerprint,
    } as const;
    const tried = { ...mark, attempts: 1, lastAttempt: at('2026-06-05T08:00Z') };
    expect(decideSchedule(facts('08:00-18:00 UTC', '2026-06-05T08:05Z', { mark: tried })).action).toBe('start');
  });
  it('takes overnight periods', () => {
    expect(changes(inline('22:00-06:00 UTC'), '2026-06-05T12:00Z', '2026-06-06T12:00Z')).toEqual([
      'on 2026-06-05T22:00Z',
      'off 2026-06-06T06:00Z',
    ]);
  });
  it('knows dated exceptions', () => {
    const schedule = named({ timezone: 'UTC', on: '08:00-18:00', except: ['x'] }, { x: { dates: ['2026-06-05'] } });
    expect(changes(schedule, '2026-06-05T00:00Z', '2026-06-06T00:00Z')).toEqual([]);
  });
  it('knows holidays, of every year or from an iCalendar file', () => {
    const ics = 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260706\nEND:VEVENT\nEND:VCALENDAR\n';
    const schedule = named({ timezone: 'UTC', on: '08:00-18:00', except: ['dz'] }, { dz: { dates: ['07-05'], ics } });
    expect(changes(schedule, '2026-07-05T00:00Z', '2026-07-08T00:00Z')).toEqual([
      'on 2026-07-07T08:00Z',
      'off 2026-07-07T18:00Z',
    ]);
    expect(changes(schedule, '2027-07-05T00:00Z', '2027-07-06T00:00Z')).toEqual([]);
  });
  it('lets an override expire by itself', () => {
    const [startMs, endMs] = [at('2026-06-05T17:00Z'), at('2026-06-05T20:00Z')];
    const overrides = [{ keep: 'on' as const, startMs, endMs, reason: 'a release', by: 'amel' }];
    const schedule = inline('08:00-18:00 UTC').fingerprint;
    const mark = {
      kind: 'settled',
      boundary: startMs,
      wanted: 'on',
      attempts: 0,
      lastAttempt: null,
      schedule,
    } as const;
    const action = (now: string) => {
      const override = overrideAt(overrides, at(now));
      return decideSchedule(facts('08:00-18:00 UTC', now, { power: 'on', override, mark })).action;
    };
    expect([action('2026-06-05T18:00Z'), action('2026-06-05T19:59Z'), action('2026-06-05T20:00Z')]).toEqual([
      null,
      null,
      'shutdown',
    ]);
  });
  it('steps 1/10 through the days of a month, and ends', () => {
    const compiled = compilePeriod({ monthDays: '1/10' });
    if ('fault' in compiled) throw new Error(compiled.fault);
    const first = at('2026-01-01T00:00Z') / (24 * hourMs);
    expect([0, 9, 10, 20, 30].map((day) => compiled.period.isDay(first + day))).toEqual([
      true,
      false,
      true,
      true,
      true,
    ]);
  });
  it('lets 31W in February be no day', () => {
    const schedule = named({ timezone: 'UTC', on: { monthDays: '31W' } });
    expect(changes(schedule, '2026-02-01T00:00Z', '2026-03-15T00:00Z')).toEqual([]);
  });
  it('stops a VM that a one-sided pair started the evening before', () => {
    expect(changes(inline('20:00-; -06:00 UTC'), '2026-06-05T12:00Z', '2026-06-06T12:00Z')).toEqual([
      'on 2026-06-05T20:00Z',
      'off 2026-06-06T06:00Z',
    ]);
  });
  it('runs 01:15-01:45 once on the day on which that hour comes twice', () => {
    expect(changes(inline('01:15-01:45 America/New_York'), '2026-11-01T00:00Z', '2026-11-02T00:00Z')).toEqual([
      'on 2026-11-01T05:15Z',
      'off 2026-11-01T05:45Z',
    ]);
  });
  it('runs 02:15-02:45 on the day on which that hour does not come', () => {
    expect(changes(inline('02:15-02:45 America/New_York'), '2026-03-08T00:00Z', '2026-03-09T00:00Z')).toEqual([
      'on 2026-03-08T07:15Z',
      'off 2026-03-08T07:45Z',
    ]);
  });
  it('does not carry out a decision that a newer tick overtook', () => {
    const mark = {
      kind: 'settled',
      boundary: at('2026-06-05T18:00Z'),
      wanted: 'off',
      attempts: 0,
      lastAttempt: null,
      schedule: '',
    } as const;
    expect(decideSchedule(facts('08:00-18:00 UTC', '2026-06-05T17:59Z', { mark }))).toMatchObject({
      action: null,
      code: 'stale',
    });
  });
});

describe('what Cloud Custodian gets wrong', () => {
  it('knows minutes, not whole hours only', () => {
    expect(wanted('08:17-08:18 UTC', '2026-06-05T08:17:30Z')).toBe('on');
  });
  it('makes up for a missed hour', () => {
    const schedule = inline('08:00-19:00 UTC');
    const mark = {
      kind: 'settled',
      boundary: at('2026-06-05T08:00Z'),
      wanted: 'on',
      attempts: 0,
      lastAttempt: null,
      schedule: schedule.fingerprint,
    } as const;
    expect(decideSchedule(facts('08:00-19:00 UTC', '2026-06-06T03:12Z', { power: 'on', mark })).action).toBe(
      'shutdown',
    );
  });
  it.each(['never', 'no', 'false', 'disabled'])('never takes the value %s for the default schedule', (value) => {
    expect(faultOf(value)).toContain('"always on" to keep the VM on, or "always off"');
  });
});

describe('what py-kube-downscaler gets wrong', () => {
  it('matches 23:30-09:30', () => {
    expect(wanted('23:30-09:30 UTC', '2026-06-05T23:45Z')).toBe('on');
    expect(wanted('23:30-09:30 UTC', '2026-06-05T09:29Z')).toBe('on');
  });
  it('refuses 01:00-99:99', () => {
    expect(faultOf('01:00-99:99')).toBe('at character 7: "99:99" is not a time; times are written 00:00 to 24:00');
  });
  it.each(['Etc/GMT+3', 'America/Port-au-Prince'])('knows the zone %s', (zone) => {
    expect(inline(`08:00-18:00 ${zone}`).text).toBe(`08:00-18:00 ${zone}`);
  });
  it.each([
    [{ dates: ['2026-06-05', '5 June'] }, 'date "5 June" is not understood'],
    [{ ics: '<html>Sign in</html>' }, 'iCalendar'],
    [
      { ics: 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260605T080000\nEND:VEVENT\nEND:VCALENDAR\n' },
      'is not a whole day',
    ],
  ])('never takes an exclusion that it cannot read (%j) for none', (definition, fault) => {
    expect(compileCalendar(definition)).toEqual({ fault: expect.stringContaining(fault) });
  });
  it('never takes an exclusion that it does not have for none', () => {
    expect(namedFault({ timezone: 'UTC', on: '08:00-18:00', except: ['lost'] })).toContain('lost');
  });
});

describe('what GoKubeDownscaler gets wrong', () => {
  it.each([
    ['2026-06-05T21:00Z', 'on', 'Friday night'],
    ['2026-06-06T07:00Z', 'on', 'the tail of Friday on Saturday'],
    ['2026-06-07T07:00Z', 'off', 'Sunday morning'],
    ['2026-06-08T07:00Z', 'off', 'Monday morning, which is no tail of Sunday'],
    ['2026-06-08T20:00Z', 'on', 'Monday night'],
  ])('judges Mon-Fri 20:00-08:00 by the day it starts on: at %s it is %s (%s)', (time, state) => {
    expect(wanted('Mon-Fri 20:00-08:00 UTC', time)).toBe(state);
  });
});

describe('what GoKubeDownscaler cannot do', () => {
  it('decides by the instant it is given, whatever the clock of the machine says', () => {
    const mark = {
      kind: 'settled',
      boundary: at('2026-06-05T08:00Z'),
      wanted: 'on',
      attempts: 0,
      lastAttempt: null,
      schedule: inline('08:00-18:00 UTC').fingerprint,
    } as const;
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const actions = ['2026-06-05T12:00Z', '2026-06-05T18:00Z'].flatMap((clock) => {
      vi.setSystemTime(at(clock));
      return ['2026-06-05T17:59Z', '2026-06-05T18:00Z'].map(
        (now) => decideSchedule(facts('08:00-18:00 UTC', now, { power: 'on', mark })).action,
      );
    });
    expect(actions).toEqual([null, 'shutdown', null, 'shutdown']);
  });
});

describe('what lights-off-aws gets wrong', () => {
  it('reckons in the zone of the schedule and not in UTC', () => {
    expect(changes(inline('-11:35 Africa/Algiers'), '2026-06-05T00:00Z', '2026-06-06T00:00Z')).toEqual([
      'off 2026-06-05T10:35Z',
    ]);
  });
  it('matches 11:35, off any grid', () => {
    expect(changes(inline('-11:35 UTC'), '2026-06-05T00:00Z', '2026-06-06T00:00Z')).toEqual(['off 2026-06-05T11:35Z']);
  });
  it('makes up for a missed cycle', () => {
    expect(wanted('-11:35 UTC', '2026-06-05T12:05Z')).toBe('off');
  });
});

describe('what terraform-lambda-scheduler-stop-start gets wrong', () => {
  it('reckons exceptions in the zone of the schedule', () => {
    const schedule = named(
      { timezone: 'Asia/Tokyo', on: '08:00-10:00', except: ['x'] },
      { x: { dates: ['2026-06-05'] } },
    );
    expect(changes(schedule, '2026-06-04T01:30Z', '2026-06-06T12:00Z')).toEqual([
      'on 2026-06-05T23:00Z',
      'off 2026-06-06T01:00Z',
    ]);
  });
});

describe('what Azure Start/Stop VMs v2 gets wrong', () => {
  it('does nothing at once when a schedule is switched on', () => {
    expect(decideSchedule(facts('08:00-18:00 UTC', '2026-06-05T20:00Z', { power: 'on' }))).toMatchObject({
      action: null,
      code: 'adopted',
    });
  });
});
