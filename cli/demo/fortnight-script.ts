// The script of the demo's fortnight: its fleet, its schedules, what happens when, and what must come of it.
// Two weeks in which Berlin's clocks change and Good Friday falls, so that nothing has to be made up.

export const zone = 'Europe/Berlin';

/** Both in the zone; the second is exclusive. */
export const span = { from: '2026-03-23', to: '2026-04-06' } as const;

export const config = {
  timezone: zone,
  calendars: { holidays: { dates: ['2026-04-03', '2026-04-06'] } },
  schedules: { 'office-hours': { on: 'Mon-Fri 08:00-18:00', except: ['holidays'] } },
  guard: { maxShare: 1 },
};

export const fleet = [
  { id: '1', name: 'web', description: '[schedule=office-hours]', isOn: true },
  { id: '2', name: 'ci', description: '[schedule=office-hours]', isOn: false },
  { id: '3', name: 'backup', description: '[schedule="02:30-04:00"]', isOn: false },
  { id: '4', name: 'database', description: '', isOn: true },
] as const;

/** While nothing ticks. */
export const outage = { from: '2026-03-26T17:40', to: '2026-03-26T19:30' } as const;

/** What people do. */
export const deeds = [
  { at: '2026-03-24T21:00', kind: 'by-hand', vm: '1', isOn: true },
  { at: '2026-04-01T16:00', kind: 'keep-on-until-next-start', vm: '2', by: 'amina', reason: 'load test' },
] as const;

export interface ScriptedEvent {
  readonly title: string;
  readonly vm: string;
  /** When the project is asked why, before the tick of that instant. */
  readonly askedAt: string;
  /** What its reason must hold. */
  readonly because: RegExp;
  /** What must have been true of the VM's power, at which instants. */
  readonly powers: readonly (readonly [at: string, power: 'on' | 'off'])[];
  /** While the power of these VMs differs from what their schedules alone want. */
  readonly differs?: { readonly vms: readonly string[]; readonly from: string; readonly to: string };
}

export const events: readonly ScriptedEvent[] = [
  {
    title: 'First sight: it runs on a Monday at midnight, and nobody knows why. Left alone until its next boundary.',
    vm: '1',
    askedAt: '2026-03-23T00:10',
    because: /first seen/,
    powers: [
      ['2026-03-23T03:00', 'on'],
      ['2026-03-23T17:59', 'on'],
      ['2026-03-23T18:10', 'off'],
    ],
    differs: { vms: ['1'], from: '2026-03-23T00:00', to: '2026-03-23T08:00' },
  },
  {
    title:
      'A manual start: somebody turns it on at 21:00. It is theirs until the next boundary that finds it otherwise.',
    vm: '1',
    askedAt: '2026-03-24T22:00',
    because: /turned on by hand/,
    powers: [
      ['2026-03-24T20:55', 'off'],
      ['2026-03-25T03:00', 'on'],
      ['2026-03-25T12:00', 'on'],
      ['2026-03-25T18:10', 'off'],
    ],
    differs: { vms: ['1'], from: '2026-03-24T21:00', to: '2026-03-25T08:00' },
  },
  {
    title: 'An outage of the tick from 17:40 to 19:30, across the stop at 18:00. The first tick after it catches up.',
    vm: '2',
    askedAt: '2026-03-26T19:30',
    because: /it is on, and the schedule .* wants it off/,
    powers: [
      ['2026-03-26T19:29', 'on'],
      ['2026-03-26T19:40', 'off'],
    ],
    differs: { vms: ['1', '2'], from: '2026-03-26T18:00', to: '2026-03-26T19:40' },
  },
  {
    title: 'The clock change: 02:30 does not exist on this Sunday. The window begins as far after the gap, at 03:30.',
    vm: '3',
    askedAt: '2026-03-29T03:30+02:00',
    because: /it is off, and the schedule .* wants it on/,
    powers: [
      ['2026-03-29T03:25+02:00', 'off'],
      ['2026-03-29T03:40+02:00', 'on'],
      ['2026-03-29T04:10+02:00', 'off'],
      ['2026-03-30T02:40+02:00', 'on'],
    ],
  },
  {
    title: "An override: amina keeps it on for her load test until its next start, so this night's stop is skipped.",
    vm: '2',
    askedAt: '2026-04-01T20:00',
    because: /keep on.*amina.*load test/,
    powers: [
      ['2026-04-01T18:10', 'on'],
      ['2026-04-02T03:00', 'on'],
      ['2026-04-02T12:00', 'on'],
      ['2026-04-02T18:10', 'off'],
    ],
    differs: { vms: ['2'], from: '2026-04-01T18:00', to: '2026-04-02T08:00' },
  },
  {
    title: 'A holiday: Good Friday is a date of the calendar, so its window is dropped, and nothing is started.',
    vm: '1',
    askedAt: '2026-04-03T10:00',
    because: /it is off, as the schedule/,
    powers: [
      ['2026-04-02T12:00', 'on'],
      ['2026-04-02T18:10', 'off'],
      ['2026-04-03T10:00', 'off'],
    ],
  },
];
