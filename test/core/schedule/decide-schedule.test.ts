import { describe, expect, it } from 'vitest';
import {
  decideSchedule,
  type ScheduleDecision,
  type ScheduleFacts,
} from '../../../lib/core/schedule/decide-schedule.ts';
import { isSameMark, type Mark } from '../../../lib/core/schedule/mark.ts';
import { type CountingOverride, nextBoundary, overrideAt } from '../../../lib/core/schedule/override.ts';
import type { Power } from '../../../lib/core/vm.ts';
import { at, hourMs, inline, named } from './schedules.ts';

const minuteMs = 60_000;
// 2026-06-05 is a Friday.
const office = inline('08:00-18:00 UTC');
const evening = inline('-19:00 UTC');
const pair = inline('08:00-; -19:00 UTC');
const enforced = named({ timezone: 'UTC', on: '08:00-18:00', enforce: true });
const settings = {
  catchUpMs: 2 * hourMs,
  adopt: 'next-boundary',
  retryPausesMs: [5 * minuteMs, 10 * minuteMs, 30 * minuteMs],
  alarmAfter: 3,
  tickEveryMs: 5 * minuteMs,
} as const;
const adoptNow = { ...settings, adopt: 'now' } as const;

function day(time: string): number {
  return at(time.includes('T') ? time : `2026-06-05T${time}Z`);
}
function mark(boundary: string, wanted: Mark['wanted'], more: Partial<Mark> = {}): Mark {
  return {
    kind: 'settled',
    boundary: day(boundary),
    wanted,
    attempts: 0,
    lastAttempt: null,
    schedule: office.fingerprint,
    ...more,
  };
}
function keep(wanted: 'on' | 'off', start: string, end: string): CountingOverride {
  const startMs = day(start);
  return { keep: wanted, startMs, sinceMs: startMs, endMs: day(end), reason: 'demo', by: 'amel' };
}
/** What a keep tag makes of a VM's facts, as it counts while nothing newer has hidden it. */
function tagged(wanted: 'on' | 'off', end: string, keepTag = 'tag'): Pick<ScheduleFacts, 'override' | 'keepTag'> {
  return { override: { ...keep(wanted, '00:00', end), startMs: null, sinceMs: null }, keepTag };
}
function decide(now: string, power: Power, facts: Partial<ScheduleFacts> = {}): ScheduleDecision {
  const none = { schedule: office, override: null, keepTag: '', mark: null };
  return decideSchedule({ power, now: day(now), settings, ...none, ...facts });
}

type Row = [
  sentence: string,
  now: string,
  power: Power,
  facts: Partial<ScheduleFacts>,
  expected: Partial<Omit<ScheduleDecision, 'newMark'>> & { readonly newMark?: Partial<Mark> | null },
];

const lastNight = mark('2026-06-04T18:00Z', 'off');
const thisMorning = mark('08:00', 'on');

describe('at a boundary', () => {
  const rows: Row[] = [
    [
      'starts what is off when on is wanted',
      '08:00',
      'off',
      { mark: lastNight },
      { action: 'start', code: 'act', newMark: { ...lastNight, attempts: 1, lastAttempt: day('08:00') } },
    ],
    [
      'shuts down what is on when off is wanted',
      '18:00',
      'on',
      { mark: thisMorning },
      { action: 'shutdown', code: 'act', newMark: { ...thisMorning, attempts: 1, lastAttempt: day('18:00') } },
    ],
    [
      'settles what has been made so',
      '08:05',
      'on',
      { mark: { ...lastNight, attempts: 1, lastAttempt: day('08:00') } },
      { action: null, code: 'settled', newMark: thisMorning },
    ],
    [
      'settles what was so already',
      '08:00',
      'on',
      { mark: lastNight },
      { action: null, code: 'settled', newMark: thisMorning },
    ],
    [
      'writes nothing when it is settled already',
      '12:00',
      'on',
      { mark: thisMorning },
      { action: null, code: 'settled', newMark: null },
    ],
    [
      'catches up with a start that the tick missed, however late',
      '17:59',
      'off',
      { mark: lastNight },
      { action: 'start', boundary: day('08:00') },
    ],
    [
      'catches up with a stop that the tick missed, however late',
      '2026-06-06T03:00Z',
      'on',
      { mark: thisMorning },
      { action: 'shutdown' },
    ],
    [
      'catches up with the last of several boundaries missed',
      '12:00',
      'off',
      { mark: mark('2026-06-01T08:00Z', 'on') },
      { action: 'start' },
    ],
    [
      'does nothing for boundaries missed that left the VM as wanted',
      '12:00',
      'on',
      { mark: mark('2026-06-01T08:00Z', 'on') },
      { action: null, newMark: thisMorning },
    ],
    [
      'waits while the VM starts',
      '08:00',
      'starting',
      { mark: lastNight },
      { action: null, code: 'in-between', newMark: null },
    ],
    [
      'waits while the VM stops',
      '08:00',
      'stopping',
      { mark: lastNight },
      { action: null, code: 'in-between', newMark: null },
    ],
    [
      'leaves a state alone that is neither on nor off',
      '08:00',
      'other',
      { mark: lastNight },
      { action: null, code: 'in-between', newMark: null },
    ],
    [
      'does not settle while the VM is still on its way',
      '12:00',
      'starting',
      { mark: thisMorning },
      { action: null, code: 'in-between', newMark: null },
    ],
  ];
  it.each(rows)('%s', (_, now, power, facts, expected) => expect(decide(now, power, facts)).toMatchObject(expected));
});

describe('what somebody does by hand', () => {
  const rows: Row[] = [
    [
      'is respected: a manual start in the evening',
      '21:00',
      'on',
      { mark: mark('18:00', 'off') },
      { action: null, code: 'manual', newMark: null },
    ],
    [
      'is respected until the next boundary',
      '2026-06-06T07:59Z',
      'on',
      { mark: mark('18:00', 'off') },
      { action: null, code: 'manual' },
    ],
    [
      'ends at the next boundary, where a start by hand is what is wanted',
      '2026-06-06T08:00Z',
      'on',
      { mark: mark('18:00', 'off') },
      { action: null, code: 'settled' },
    ],
    [
      'is respected: a manual stop at noon',
      '12:00',
      'off',
      { mark: thisMorning },
      { action: null, code: 'manual', newMark: null },
    ],
    [
      'ends at the next boundary: a VM stopped by hand at noon stays off at 18:00',
      '18:00',
      'off',
      { mark: thisMorning },
      { action: null, code: 'settled' },
    ],
    [
      'is not respected where the schedule is enforced',
      '21:00',
      'on',
      { schedule: enforced, mark: mark('18:00', 'off', { schedule: enforced.fingerprint }) },
      { action: 'shutdown', code: 'act', newMark: { attempts: 1, lastAttempt: day('21:00'), boundary: day('18:00') } },
    ],
    [
      'is not respected again after the pause where the schedule is enforced',
      '21:05',
      'on',
      {
        schedule: enforced,
        mark: mark('18:00', 'off', { schedule: enforced.fingerprint, attempts: 1, lastAttempt: day('21:00') }),
      },
      { action: 'shutdown', newMark: { attempts: 2 } },
    ],
    [
      'is respected, for a VM that was adopted, also where the schedule is enforced',
      '21:00',
      'on',
      { schedule: enforced, mark: mark('18:00', 'off', { kind: 'adopted', schedule: enforced.fingerprint }) },
      { action: null, code: 'adopted' },
    ],
  ];
  it.each(rows)('%s', (_, now, power, facts, expected) => expect(decide(now, power, facts)).toMatchObject(expected));
});

describe('an attempt in vain', () => {
  const tried = (attempts: number, last: string): Partial<ScheduleFacts> => ({
    mark: { ...lastNight, attempts, lastAttempt: day(last) },
  });
  const rows: Row[] = [
    [
      'is not repeated before its pause is over',
      '08:04:59',
      'off',
      tried(1, '08:00'),
      { action: null, code: 'waiting', alarm: false, newMark: null },
    ],
    [
      'is repeated after its pause',
      '08:05',
      'off',
      tried(1, '08:00'),
      {
        action: 'start',
        alarm: false,
        newMark: { attempts: 2, lastAttempt: day('08:05'), boundary: lastNight.boundary, wanted: 'off' },
      },
    ],
    [
      'is followed by a longer pause: not yet',
      '08:14:59',
      'off',
      tried(2, '08:05'),
      { action: null, code: 'waiting', alarm: false },
    ],
    [
      'is followed by a longer pause: now',
      '08:15',
      'off',
      tried(2, '08:05'),
      { action: 'start', alarm: false, newMark: { attempts: 3 } },
    ],
    [
      'raises the alarm after the third',
      '08:20',
      'off',
      tried(3, '08:15'),
      { action: null, code: 'waiting', alarm: true },
    ],
    [
      'goes on being repeated, by the last pause',
      '09:00',
      'off',
      tried(7, '08:30'),
      { action: 'start', alarm: true, newMark: { attempts: 8 } },
    ],
    [
      'goes on being repeated, not before the last pause',
      '08:59:59',
      'off',
      tried(7, '08:30'),
      { action: null, alarm: true },
    ],
    [
      'does not count after the next boundary',
      '18:00',
      'on',
      { mark: { ...thisMorning, attempts: 9, lastAttempt: day('17:59') } },
      { action: 'shutdown', alarm: false, newMark: { attempts: 1, lastAttempt: day('18:00') } },
    ],
    [
      'is forgotten once the VM is as wanted',
      '08:20',
      'on',
      tried(3, '08:15'),
      { action: null, code: 'settled', alarm: false, newMark: { ...thisMorning, attempts: 0, lastAttempt: null } },
    ],
  ];
  it.each(rows)('%s', (_, now, power, facts, expected) => expect(decide(now, power, facts)).toMatchObject(expected));

  it('is repeated at every tick where no pauses are set', () => {
    const none = { ...settings, retryPausesMs: [] };
    expect(decide('08:00:01', 'off', { ...tried(1, '08:00'), settings: none }).action).toBe('start');
  });
});

describe('the first sight of a VM', () => {
  const rows: Row[] = [
    [
      'leaves it as it is until the next boundary',
      '12:00',
      'off',
      {},
      {
        action: null,
        code: 'adopted',
        newMark: {
          kind: 'adopted',
          boundary: day('08:00'),
          wanted: 'on',
          attempts: 0,
          lastAttempt: null,
          schedule: office.fingerprint,
        },
      },
    ],
    ['leaves it also on the boundary itself', '08:00', 'off', {}, { action: null, code: 'adopted' }],
    ['settles it where it is as wanted', '12:00', 'on', {}, { action: null, code: 'settled', newMark: thisMorning }],
    [
      'adopts it also while it is on its way',
      '12:00',
      'stopping',
      {},
      { action: null, code: 'adopted', newMark: { kind: 'adopted', wanted: 'on' } },
    ],
    [
      'is over at the second sight, which leaves it still',
      '12:05',
      'off',
      { mark: { ...thisMorning, kind: 'adopted' } },
      { action: null, code: 'adopted', newMark: null },
    ],
    [
      'is over at the next boundary',
      '18:00',
      'on',
      { mark: { ...thisMorning, kind: 'adopted' } },
      { action: 'shutdown' },
    ],
    [
      'settles what was adopted once it is as wanted',
      '12:05',
      'on',
      { mark: { ...thisMorning, kind: 'adopted' } },
      { action: null, code: 'settled', newMark: thisMorning },
    ],
    [
      'acts where it is to adopt now, and leaves the boundary open',
      '12:00',
      'off',
      { settings: adoptNow },
      {
        action: 'start',
        code: 'act',
        newMark: { kind: 'adopted', boundary: day('08:00'), wanted: 'off', attempts: 1, lastAttempt: day('12:00') },
      },
    ],
    [
      'acts again after the pause where it is to adopt now',
      '12:05',
      'off',
      { settings: adoptNow, mark: mark('08:00', 'off', { kind: 'adopted', attempts: 1, lastAttempt: day('12:00') }) },
      { action: 'start', newMark: { attempts: 2 } },
    ],
    [
      'waits where it is to adopt now and the VM is on its way',
      '12:00',
      'stopping',
      { settings: adoptNow },
      { action: null, code: 'in-between', newMark: null },
    ],
    [
      'acts on a schedule without boundaries',
      '12:00',
      'on',
      { schedule: inline('always off') },
      {
        action: 'shutdown',
        code: 'act',
        newMark: { kind: 'adopted', boundary: day('12:00'), wanted: 'on', attempts: 1 },
      },
    ],
    [
      'waits for a schedule whose first boundary is to come',
      '12:00',
      'on',
      { schedule: inline('2027-01-01T00:00Z/2027-02-01T00:00Z') },
      { action: null, code: 'adopted', newMark: { boundary: day('12:00'), wanted: 'off' } },
    ],
    [
      'acts on an override, which was asked for just now',
      '20:00',
      'off',
      { override: keep('on', '19:55', '23:00') },
      { action: 'start', code: 'act' },
    ],
    [
      'does not act on an override that is over',
      '20:00',
      'on',
      { override: keep('on', '19:00', '20:00') },
      { action: null, code: 'adopted', newMark: { boundary: day('20:00'), wanted: 'off' } },
    ],
    [
      'notes a VM also where nothing is wanted yet',
      '12:00',
      'on',
      { schedule: evening },
      { action: null, code: 'adopted', newMark: { kind: 'adopted', boundary: day('12:00'), wanted: 'none' } },
    ],
    [
      'notes nothing of a VM without schedule',
      '12:00',
      'on',
      { schedule: null },
      { action: null, code: 'nothing-wanted', newMark: null },
    ],
  ];
  it.each(rows)('%s', (_, now, power, facts, expected) => expect(decide(now, power, facts)).toMatchObject(expected));
});

describe('an edited schedule', () => {
  const before = { schedule: 'something else' };
  const rows: Row[] = [
    [
      'stops nothing that was started by hand where it wants the same as before',
      '21:05',
      'on',
      { mark: mark('17:30', 'off', before) },
      { action: null, code: 'edited', newMark: mark('18:00', 'off') },
    ],
    [
      'starts nothing that was stopped by hand where it wants the same as before',
      '12:00',
      'off',
      { mark: mark('07:00', 'on', before) },
      { action: null, code: 'edited', newMark: thisMorning },
    ],
    [
      'is noted where the VM is as wanted',
      '12:00',
      'on',
      { mark: mark('07:00', 'on', before) },
      { action: null, code: 'settled', newMark: thisMorning },
    ],
    [
      'never moves a mark back',
      '12:00',
      'off',
      { mark: mark('09:00', 'on', before) },
      { action: null, code: 'edited', newMark: mark('09:00', 'on') },
    ],
    [
      'is a boundary where it wants something else now',
      '12:00',
      'off',
      { mark: mark('2026-06-04T17:00Z', 'off', before) },
      { action: 'start', code: 'act' },
    ],
    [
      'is a boundary also where the mark is newer than its own last one',
      '12:00',
      'off',
      { mark: mark('10:00', 'off', before) },
      { action: 'start', newMark: { boundary: day('10:00'), attempts: 1 } },
    ],
    [
      'settles at the newer of the two boundaries',
      '12:05',
      'on',
      { mark: mark('10:00', 'off', { ...before, attempts: 1, lastAttempt: day('12:00') }) },
      { action: null, newMark: mark('10:00', 'on') },
    ],
    [
      'counts the attempts since it wants something else',
      '12:01',
      'off',
      { mark: mark('10:00', 'off', { ...before, attempts: 1, lastAttempt: day('12:00') }) },
      { action: null, code: 'waiting' },
    ],
    [
      'waits while the VM is on its way',
      '12:00',
      'starting',
      { mark: mark('07:00', 'on', before) },
      { action: null, code: 'in-between', newMark: null },
    ],
    ['is followed by its own next boundary as ever', '18:00', 'on', { mark: thisMorning }, { action: 'shutdown' }],
  ];
  it.each(rows)('%s', (_, now, power, facts, expected) => expect(decide(now, power, facts)).toMatchObject(expected));

  it('keeps who was adopted adopted', () => {
    expect(decide('12:00', 'off', { mark: mark('07:00', 'on', { ...before, kind: 'adopted' }) }).newMark?.kind).toBe(
      'adopted',
    );
  });

  it('forgets attempts for the boundary that it did away with', () => {
    const tried = mark('07:00', 'on', { ...before, attempts: 2, lastAttempt: day('07:30') });
    expect(decide('12:00', 'off', { mark: tried }).newMark).toMatchObject({ attempts: 0, lastAttempt: null });
  });
});

describe('an override', () => {
  const on = keep('on', '17:00', '22:00');
  const rows: Row[] = [
    [
      'keeps a VM on past its stop',
      '18:00',
      'on',
      { override: on, mark: mark('17:00', 'on') },
      { action: null, code: 'settled', wanted: 'on', boundary: day('17:00') },
    ],
    [
      'begins with a boundary that is settled by sight',
      '17:00',
      'on',
      { override: on, mark: thisMorning },
      { action: null, code: 'settled', newMark: mark('17:00', 'on') },
    ],
    [
      'begins with a boundary that acts, also where the schedule wanted the same',
      '17:00',
      'off',
      { override: on, mark: thisMorning },
      { action: 'start' },
    ],
    [
      'does nothing before it begins',
      '16:59',
      'off',
      { override: on, mark: thisMorning },
      { action: null, code: 'manual', wanted: 'on' },
    ],
    [
      'ends with a boundary, back to what the schedule wants then',
      '22:00',
      'on',
      { override: on, mark: mark('17:00', 'on') },
      { action: 'shutdown', boundary: day('22:00') },
    ],
    [
      'ends, settled, with a mark at its end',
      '22:05',
      'off',
      { override: on, mark: mark('17:00', 'on') },
      { action: null, newMark: mark('22:00', 'off') },
    ],
    [
      'is over once its end is settled',
      '22:30',
      'on',
      { override: on, mark: mark('22:00', 'off') },
      { action: null, code: 'manual' },
    ],
    [
      'ends with a boundary also where the schedule wants the same as it did',
      '22:00',
      'on',
      { override: keep('off', '19:00', '22:00'), mark: mark('19:00', 'off') },
      { action: 'shutdown' },
    ],
    [
      'does nothing after its end once the schedule changed since',
      '2026-06-06T08:00Z',
      'off',
      { override: on, mark: mark('22:00', 'off') },
      { action: 'start', boundary: day('2026-06-06T08:00Z') },
    ],
    [
      'holds without a schedule',
      '12:00',
      'on',
      { schedule: null, override: keep('off', '11:00', '13:00'), mark: mark('09:00', 'on', { schedule: '' }) },
      { action: 'shutdown', wanted: 'off' },
    ],
    [
      'without a schedule ends with nothing',
      '13:00',
      'off',
      { schedule: null, override: keep('off', '11:00', '13:00'), mark: mark('11:00', 'off', { schedule: '' }) },
      { action: null, code: 'nothing-wanted', wanted: 'none', newMark: null },
    ],
    [
      'respects what is done by hand while it holds',
      '20:00',
      'off',
      { override: on, mark: mark('17:00', 'on') },
      { action: null, code: 'manual' },
    ],
    [
      'beats an enforced schedule',
      '19:00',
      'on',
      { schedule: enforced, override: on, mark: mark('17:00', 'on', { schedule: enforced.fingerprint }) },
      { action: null, code: 'settled', wanted: 'on' },
    ],
    [
      'counts also on an edited schedule',
      '17:00',
      'off',
      { override: on, mark: mark('08:00', 'on', { schedule: 'other' }) },
      { action: 'start' },
    ],
    [
      'waits while the VM is on its way',
      '17:00',
      'stopping',
      { override: on, mark: thisMorning },
      { action: null, code: 'in-between', newMark: null },
    ],
    [
      'counts again, with a boundary, when the newer one that hid it has ended',
      '20:00',
      'off',
      { override: { ...on, sinceMs: day('20:00') }, mark: mark('19:00', 'on') },
      { action: 'start', boundary: day('20:00'), newMark: { wanted: 'off', boundary: day('19:00'), attempts: 1 } },
    ],
    [
      'respects what is done by hand once it counts again',
      '20:30',
      'off',
      { override: { ...on, sinceMs: day('20:00') }, mark: mark('20:00', 'on') },
      { action: null, code: 'manual' },
    ],
  ];
  it.each(rows)('%s', (_, now, power, facts, expected) => expect(decide(now, power, facts)).toMatchObject(expected));

  it('that was cancelled gives way to the schedule, though its end is not known any more', () => {
    expect(decide('20:00', 'on', { mark: mark('17:00', 'on') })).toMatchObject({ action: 'shutdown', wanted: 'off' });
    expect(decide('20:00', 'off', { mark: mark('17:00', 'on') })).toMatchObject({
      action: null,
      newMark: mark('18:00', 'off'),
    });
    expect(decide('12:00', 'on', { mark: mark('10:00', 'off') })).toMatchObject({
      action: null,
      newMark: mark('10:00', 'on'),
    });
  });
});

describe('a keep tag', () => {
  const noted = (print = 'tag') => ({ schedule: `${office.fingerprint}+${print}` });
  const rows: Row[] = [
    [
      'that was just written acts, also where the mark wanted the same',
      '12:00',
      'off',
      { ...tagged('on', '22:00'), mark: thisMorning },
      {
        action: 'start',
        code: 'act',
        boundary: null,
        newMark: mark('08:00', 'off', { ...noted(), attempts: 1, lastAttempt: day('12:00') }),
      },
    ],
    [
      'is tried again after the pause',
      '12:05',
      'off',
      {
        ...tagged('on', '22:00'),
        mark: mark('08:00', 'off', { ...noted(), attempts: 1, lastAttempt: day('12:00') }),
      },
      { action: 'start', newMark: { attempts: 2 } },
    ],
    [
      'is settled by sight',
      '12:05',
      'on',
      { ...tagged('on', '22:00'), mark: thisMorning },
      { action: null, code: 'settled', newMark: mark('08:00', 'on', noted()) },
    ],
    [
      'that was dealt with leaves a change by hand alone',
      '13:00',
      'off',
      { ...tagged('on', '22:00'), mark: mark('08:00', 'on', noted()) },
      { action: null, code: 'manual', newMark: null },
    ],
    [
      'that was dealt with does not act again when the schedule beneath it is edited',
      '13:00',
      'off',
      { ...tagged('on', '22:00'), mark: mark('08:00', 'on', { schedule: 'before+tag' }) },
      { action: null, code: 'edited', newMark: mark('08:00', 'on', noted()) },
    ],
    [
      'that was changed acts again',
      '13:00',
      'off',
      { ...tagged('on', '23:00', 'later'), mark: mark('08:00', 'on', noted()) },
      { action: 'start', newMark: noted('later') },
    ],
    [
      'waits while the VM is on its way, and is not noted for it',
      '12:00',
      'stopping',
      { ...tagged('on', '22:00'), mark: thisMorning },
      { action: null, code: 'in-between', newMark: null },
    ],
    [
      'that is wanted off acts also on what was started by hand in the evening',
      '20:00',
      'on',
      { ...tagged('off', '22:00'), mark: mark('18:00', 'off') },
      { action: 'shutdown' },
    ],
    [
      'ends with a boundary, also where the schedule wants the same as it did',
      '22:00',
      'on',
      { ...tagged('off', '22:00'), mark: mark('18:00', 'off', noted()) },
      { action: 'shutdown', boundary: day('22:00') },
    ],
    [
      'stays after its end without another boundary',
      '22:30',
      'on',
      { ...tagged('off', '22:00'), mark: mark('22:00', 'off', noted()) },
      { action: null, code: 'manual', newMark: null },
    ],
    [
      'that is over when it is written is no boundary',
      '21:00',
      'on',
      { ...tagged('off', '20:00'), mark: mark('18:00', 'off') },
      { action: null, code: 'edited', newMark: noted() },
    ],
    [
      'that is over the very instant it is seen is no boundary',
      '20:00',
      'on',
      { ...tagged('off', '20:00'), mark: mark('18:00', 'off') },
      { action: null, code: 'edited' },
    ],
    [
      'that is removed lets the schedule act where it wants something else',
      '20:00',
      'on',
      { mark: mark('08:00', 'on', noted()) },
      { action: 'shutdown', newMark: { schedule: office.fingerprint } },
    ],
    [
      'that is removed is an edit where the schedule wants the same',
      '20:00',
      'on',
      { mark: mark('17:00', 'off', noted()) },
      { action: null, code: 'edited', newMark: mark('18:00', 'off') },
    ],
    [
      'beneath a newer override is noted with it',
      '12:00',
      'on',
      { override: keep('on', '11:00', '13:00'), keepTag: 'tag', mark: thisMorning },
      { action: null, code: 'settled', newMark: mark('11:00', 'on', noted()) },
    ],
    [
      'counts again, with a boundary, when a newer override has ended',
      '13:00',
      'off',
      {
        keepTag: 'tag',
        override: { ...keep('on', '11:00', '22:00'), startMs: null, sinceMs: day('13:00') },
        mark: mark('12:00', 'on', noted()),
      },
      { action: 'start', boundary: day('13:00') },
    ],
    [
      'does not hide that a newer override began',
      '12:00',
      'off',
      { override: keep('on', '11:00', '13:00'), keepTag: 'tag', mark: mark('08:00', 'on', noted()) },
      { action: 'start', boundary: day('11:00') },
    ],
    [
      'acts at first sight, and is noted',
      '20:00',
      'off',
      tagged('on', '22:00'),
      { action: 'start', newMark: { kind: 'adopted', boundary: day('20:00'), wanted: 'off', ...noted() } },
    ],
    [
      'without a schedule is noted by itself',
      '12:00',
      'on',
      { ...tagged('on', '22:00'), schedule: null, mark: mark('08:00', 'off', { schedule: '' }) },
      { action: null, code: 'settled', newMark: { schedule: '+tag' } },
    ],
    [
      'is remembered as gone also where nothing is wanted any more, or writing it again would be nothing new',
      '12:00',
      'on',
      { schedule: null, mark: mark('08:00', 'on', noted()) },
      { action: null, code: 'nothing-wanted', newMark: thisMorning },
    ],
  ];
  it.each(rows)('%s', (_, now, power, facts, expected) => expect(decide(now, power, facts)).toMatchObject(expected));
});

describe('a moment', () => {
  const of = (
    schedule: typeof evening,
    boundary: string,
    wanted: Mark['wanted'],
    more: Partial<Mark> = {},
  ): Partial<ScheduleFacts> => ({
    schedule,
    mark: mark(boundary, wanted, { schedule: schedule.fingerprint, ...more }),
  });
  const rows: Row[] = [
    [
      'stops what is on',
      '19:00',
      'on',
      of(evening, '12:00', 'none'),
      { action: 'shutdown', wanted: 'off', boundary: day('19:00') },
    ],
    [
      'stops what is on a day later, though the moment before wanted the same',
      '19:00',
      'on',
      of(evening, '2026-06-04T19:00Z', 'off'),
      { action: 'shutdown' },
    ],
    [
      'is caught up with as long as it has not lapsed',
      '21:00',
      'on',
      of(evening, '2026-06-04T19:00Z', 'off'),
      { action: 'shutdown' },
    ],
    [
      'lapses: a stop missed at 19:00 is not done at 09:00',
      '2026-06-06T09:00Z',
      'on',
      of(evening, '2026-06-04T19:00Z', 'off'),
      { action: null, code: 'nothing-wanted', wanted: 'none', newMark: null },
    ],
    [
      'is settled by sight',
      '19:05',
      'off',
      of(evening, '2026-06-04T19:00Z', 'off'),
      { action: null, newMark: mark('19:00', 'off', { schedule: evening.fingerprint }) },
    ],
    [
      'once settled leaves a start by hand alone',
      '19:30',
      'on',
      of(evening, '19:00', 'off'),
      { action: null, code: 'manual' },
    ],
    ['starts in the morning', '08:10', 'off', of(pair, '2026-06-04T19:00Z', 'off'), { action: 'start', wanted: 'on' }],
    [
      'is adopted like any boundary at first sight',
      '19:00',
      'on',
      { schedule: evening },
      { action: null, code: 'adopted', newMark: { boundary: day('19:00'), wanted: 'off' } },
    ],
    [
      'is not brought about by an edit',
      '19:30',
      'on',
      of(evening, '2026-06-04T21:00Z', 'off', { schedule: 'before' }),
      { action: null, code: 'edited', newMark: { boundary: day('19:00'), schedule: evening.fingerprint } },
    ],
    [
      'is not lost to an edit since the tick before it',
      '19:00',
      'on',
      of(evening, '2026-06-04T18:00Z', 'off', { schedule: 'before' }),
      {
        action: 'shutdown',
        newMark: { wanted: 'on', schedule: evening.fingerprint, attempts: 1, lastAttempt: day('19:00') },
      },
    ],
    [
      'is not lost to an edit where one tick was missed',
      '19:10',
      'on',
      of(evening, '2026-06-04T18:00Z', 'off', { schedule: 'before' }),
      { action: 'shutdown' },
    ],
    [
      'that is older than two ticks is not brought about by an edit',
      '19:10:01',
      'on',
      of(evening, '2026-06-04T18:00Z', 'off', { schedule: 'before' }),
      { action: null, code: 'edited' },
    ],
    [
      'that is older than two ticks is not brought about by an edit of what was adopted between moments',
      '19:30',
      'on',
      of(evening, '12:00', 'none', { kind: 'adopted', schedule: 'before' }),
      { action: null, code: 'edited', newMark: { kind: 'adopted', boundary: day('19:00') } },
    ],
    [
      'that was dealt with is not done again because of an edit',
      '19:05',
      'on',
      of(evening, '19:00', 'off', { schedule: 'before' }),
      { action: null, code: 'edited' },
    ],
    [
      'that an edit did not hide is tried again, however old by then',
      '19:15',
      'on',
      of(evening, '2026-06-04T18:00Z', 'on', { attempts: 1, lastAttempt: day('19:10') }),
      { action: 'shutdown', newMark: { attempts: 2 } },
    ],
    [
      'that comes after an edit is done, because the edit was noted between moments',
      '15:00',
      'on',
      of(evening, '2026-06-04T21:00Z', 'off', { schedule: 'before' }),
      {
        action: null,
        code: 'nothing-wanted',
        newMark: mark('2026-06-04T21:00Z', 'off', { schedule: evening.fingerprint }),
      },
    ],
    [
      'that lapsed is dealt with by the edit that brought it about',
      '22:00',
      'on',
      of(evening, '2026-06-04T21:00Z', 'off', { schedule: 'before' }),
      { action: null, newMark: mark('19:00', 'off', { schedule: evening.fingerprint }) },
    ],
    [
      'is wanted at the end of the override that hid it, as long as it has not lapsed',
      '20:00',
      'on',
      { ...of(evening, '18:00', 'on'), override: keep('on', '18:00', '20:00') },
      { action: 'shutdown', boundary: day('20:00') },
    ],
    [
      'has lapsed at the end of a longer override',
      '22:00',
      'on',
      { ...of(evening, '18:00', 'on'), override: keep('on', '18:00', '22:00') },
      { action: null, code: 'nothing-wanted' },
    ],
  ];
  it.each(rows)('%s', (_, now, power, facts, expected) => expect(decide(now, power, facts)).toMatchObject(expected));
});

describe('a schedule with dates', () => {
  const project = named({ timezone: 'UTC', on: '08:00-18:00', from: '2026-06-05', until: '2026-06-05' });
  const of = (boundary: string, wanted: Mark['wanted']): Partial<ScheduleFacts> => ({
    schedule: project,
    mark: mark(boundary, wanted, { schedule: project.fingerprint }),
  });
  const rows: Row[] = [
    [
      'wants nothing before it begins',
      '2026-06-04T12:00Z',
      'on',
      of('2026-06-03T12:00Z', 'none'),
      { action: null, code: 'nothing-wanted' },
    ],
    [
      'begins with a boundary',
      '00:00',
      'on',
      of('2026-06-03T12:00Z', 'none'),
      { action: 'shutdown', boundary: day('00:00') },
    ],
    [
      'wants nothing after it ends',
      '2026-06-06T00:00Z',
      'on',
      of('18:00', 'off'),
      { action: null, code: 'nothing-wanted', newMark: null },
    ],
  ];
  it.each(rows)('%s', (_, now, power, facts, expected) => expect(decide(now, power, facts)).toMatchObject(expected));
});

describe('a tick', () => {
  it('that is older than the mark does nothing', () => {
    for (const power of ['on', 'off'] as const)
      expect(decide('07:59', power, { mark: thisMorning })).toMatchObject({
        action: null,
        code: 'stale',
        newMark: null,
      });
  });
  it('of the mark’s own instant is not old', () => {
    expect(decide('08:00', 'off', { mark: thisMorning }).code).toBe('manual');
  });
  it('that comes twice decides the same, and after its mark was written acts once', () => {
    const first = decide('08:00', 'off', { mark: lastNight });
    expect(decide('08:00', 'off', { mark: lastNight })).toEqual(first);
    expect(decide('08:00', 'off', { mark: first.newMark })).toMatchObject({ action: null, code: 'waiting' });
  });
});

describe('the reason', () => {
  it.each<[string, string, Power, Partial<ScheduleFacts>]>([
    ['it is off, and the schedule "08:00-18:00 UTC" wants it on', '08:00', 'off', { mark: lastNight }],
    [
      'it is off, and the schedule "08:00-18:00 UTC" wants it on; acted 1× in vain so far',
      '08:05',
      'off',
      { mark: { ...lastNight, attempts: 1, lastAttempt: day('08:00') } },
    ],
    [
      'it is off, and the schedule "08:00-18:00 UTC" wants it on; acted 1× in vain, again at 2026-06-05T08:05:00Z',
      '08:01',
      'off',
      { mark: { ...lastNight, attempts: 1, lastAttempt: day('08:00') } },
    ],
    ['it is on, as the schedule "08:00-18:00 UTC" wants', '08:00', 'on', { mark: lastNight }],
    [
      'turned on by hand since 2026-06-05T18:00:00Z, when it was seen off: left as it is until the next boundary',
      '21:00',
      'on',
      { mark: mark('18:00', 'off') },
    ],
    [
      'the schedule was edited, but wants it off as before: left as it is until the next boundary',
      '21:00',
      'on',
      { mark: mark('18:00', 'off', { schedule: 'x' }) },
    ],
    [
      'on since it was first seen: left as it is until its next boundary',
      '21:00',
      'on',
      { mark: mark('18:00', 'off', { kind: 'adopted' }) },
    ],
    [
      'first seen now: left as it is until its next boundary, though the schedule "08:00-18:00 UTC" wants it off',
      '21:00',
      'on',
      {},
    ],
    ['the schedule "-19:00 UTC" wants nothing now; first seen now', '12:00', 'on', { schedule: evening }],
    ['the schedule "-19:00 UTC" wants nothing now', '12:00', 'on', { schedule: evening, mark: mark('11:00', 'none') }],
    ['it has no schedule and no override', '12:00', 'on', { schedule: null }],
    ['a newer tick has dealt with it, up to 2026-06-05T18:00:00Z', '12:00', 'on', { mark: mark('18:00', 'off') }],
    ['it is starting: nothing is done until it is on or off', '08:00', 'starting', { mark: lastNight }],
    ['its state is neither on nor off: nothing is done until it is on or off', '08:00', 'other', { mark: lastNight }],
    [
      'it is on, as the override "keep on" until 2026-06-05T22:00:00Z by amel (demo) wants',
      '20:00',
      'on',
      { override: keep('on', '17:00', '22:00') },
    ],
    [
      'it is on, and the schedule "08:00-18:00 UTC" since the override ended wants it off',
      '22:00',
      'on',
      { override: keep('on', '17:00', '22:00'), mark: mark('17:00', 'on') },
    ],
  ])('says: %s', (reason, now, power, facts) => expect(decide(now, power, facts).reason).toBe(reason));
});

describe('overrideAt', () => {
  const older = keep('on', '10:00', '20:00');
  const newer = keep('off', '12:00', '14:00');
  it.each<[string, CountingOverride | null]>([
    ['09:00', null],
    ['10:00', older],
    ['12:00', newer],
    ['13:59', newer],
    ['14:00', { ...older, sinceMs: day('14:00') }],
    ['20:00', older],
    ['23:00', older],
  ])('at %s is the newest that holds, else the one that ended last', (now, expected) => {
    expect(overrideAt([older, newer], day(now))).toEqual(expected);
    expect(overrideAt([newer, older], day(now))).toEqual(expected);
  });
  it('is the later of the list where two began together', () => {
    const twin = keep('off', '10:00', '12:00');
    expect(overrideAt([older, twin], day('11:00'))).toEqual(twin);
    expect(overrideAt([older, twin], day('12:00'))).toEqual({ ...older, sinceMs: day('12:00') });
    expect(overrideAt([twin, older], day('12:00'))).toEqual(older);
    expect(overrideAt([], day('11:00'))).toBeNull();
  });
  it('counts since the last end of all newer ones, and of none that is older', () => {
    const all = [older, keep('off', '11:00', '17:00'), keep('on', '12:00', '13:00'), keep('off', '12:30', '16:00')];
    const since = (now: string) => overrideAt(all, day(now))?.sinceMs;
    expect(since('16:30')).toBe(day('16:00'));
    expect(since('17:00')).toBe(day('17:00'));
    expect(overrideAt([keep('on', '09:00', '11:00'), older], day('12:00'))?.sinceMs).toBe(day('10:00'));
  });
  it('by tag is the oldest, since nobody knows when, or since a newer one ended', () => {
    const { override: tag } = tagged('on', '22:00');
    const all = tag === null ? [] : [newer, tag];
    expect(overrideAt(all, day('11:00'))).toEqual(tag);
    expect(overrideAt(all, day('12:00'))).toEqual(newer);
    expect(overrideAt(all, day('15:00'))).toEqual({ ...tag, sinceMs: day('14:00') });
    expect(overrideAt(all, day('22:00'))).toEqual(tag);
  });
});

describe('nextBoundary', () => {
  it('is the next start or stop after the instant', () => {
    expect(nextBoundary(office, 'on', day('08:00'))).toBe(day('2026-06-06T08:00Z'));
    expect(nextBoundary(office, 'off', day('08:00'))).toBe(day('18:00'));
    expect(nextBoundary(evening, 'on', day('08:00'))).toBeNull();
    expect(nextBoundary(pair, 'on', day('20:00'))).toBe(day('2026-06-06T08:00Z'));
    expect(nextBoundary(inline('always off'), 'on', 0)).toBeNull();
    const busy = named({ timezone: 'UTC', cron: { start: '*/10 * * * *', stop: '5 7 * * *' } });
    expect(nextBoundary(busy, 'off', day('08:00'))).toBe(day('2026-06-06T07:05Z'));
  });
});

describe('isSameMark', () => {
  it('heeds every field', () => {
    expect(isSameMark(thisMorning, { ...thisMorning })).toBe(true);
    expect(isSameMark(null, null)).toBe(true);
    expect(isSameMark(thisMorning, null)).toBe(false);
    expect(isSameMark(null, thisMorning)).toBe(false);
    const others: Partial<Mark>[] = [
      { kind: 'adopted' },
      { boundary: 1 },
      { wanted: 'off' },
      { attempts: 1 },
      { lastAttempt: 1 },
      { schedule: 'x' },
    ];
    for (const other of others) expect(isSameMark(thisMorning, { ...thisMorning, ...other })).toBe(false);
  });
});
