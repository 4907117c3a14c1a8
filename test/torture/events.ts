// Events as nobody should send them: bent in shape, late, from the future, of another cron, twice and in another order.
// Each is refused in words, or launches exactly what it may; the same event never launches a second run.

import { PowerError } from '../../lib/core/errors.ts';
import { readTickEvent } from '../../lib/run/schedule/tick-event.ts';
import { type Cron, launchScheduled } from '../../lib/run/scheduled.ts';
import { readPart, readPartEvent, readRunEvent } from '../../lib/run/work-event.ts';
import { FakeLauncher } from '../fakes/launcher.ts';
import { MemoryLog } from '../fakes/log.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';
import { Chance } from './chance.ts';
import type { Tally } from './tally.ts';

const now = Date.UTC(2026, 10, 23, 19);
const iso = (ms: number) => new Date(ms).toISOString();
const cron: Cron = {
  name: 'down',
  action: 'shutdown',
  select: 'env=dev',
  account: null,
  allowDataLoss: false,
  maxEventAgeMs: 900_000,
};

const rubbish: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  Number.NaN,
  '',
  '{"run":"x"}',
  [],
  [[]],
  {},
  Object.create(null),
  JSON.parse('{"__proto__":{"run":"x","cron":"down"}}'),
  '../../../etc/passwd',
  'a\nb',
  '\u001b[2J',
  'x'.repeat(100_000),
  '9999-99-99T99:99:99Z',
  '+275760-09-13T00:00:00.001Z',
  '2026-11-23',
  '<aws.scheduler.scheduled-time>',
  Number.MAX_SAFE_INTEGER,
];

const readers = ['cron', 'tick', 'run', 'part', 'part body'] as const;

/** So many events, a good one among them now and then. */
export async function deliverRubbish(tally: Tally, seed: number, events: number): Promise<void> {
  const store = new MemoryRunStore();
  const launcher = new FakeLauncher();
  const clock = { now: () => now, sleep: async () => undefined };
  const world = { store, launcher, clock, log: new MemoryLog(), crons: [cron] };
  const chance = new Chance(seed, 'events');
  const good: Readonly<Record<(typeof readers)[number], object>> = {
    cron: { cron: 'down', scheduledTime: iso(now) },
    tick: { tick: iso(now) },
    run: { run: 'cron-0123' },
    part: { run: 'cron-0123', part: { key: 'part-1' } },
    'part body': { label: 'a', pursuits: [], shares: { main: 1 }, requestedAt: now, until: null },
  };
  const read: Readonly<Record<(typeof readers)[number], (event: unknown) => unknown>> = {
    cron: (event) => launchScheduled(event, world),
    tick: (event) => readTickEvent(event, now),
    run: readRunEvent,
    part: readPartEvent,
    'part body': readPart,
  };
  for (let nth = 0; nth < events; nth += 1) {
    const reader = chance.pick(readers);
    const { event, how } = bent(good[reader], chance);
    tally.inject(how, reader);
    tally.count('events');
    try {
      await read[reader](event);
      tally.count('taken');
      if (how === 'something else' || (how === 'early' && (reader === 'cron' || reader === 'tick')))
        tally.violate(`${seed}: event ${nth} of ${reader}`, `${how}: was taken`);
    } catch (error) {
      tally.count('refused');
      const isOurs = error instanceof PowerError && (error.code === 'request' || error.code === 'stale-event');
      if (!isOurs) tally.violate(`${seed}: event ${nth} of ${reader}`, `${how}: threw ${String(error).slice(0, 200)}`);
      else if (error.message.length > 500) tally.violate(`${seed}: event ${nth}`, `${how}: an endless message`);
    }
  }
  const { runs } = await store.list(iso(now), 1_000, null);
  const due = new Set(runs.map(({ name }) => name));
  // In time, and of the one cron: on the minute it is due, or one of the minutes within its age.
  if (due.size > 2) tally.violate(String(seed), `${due.size} runs were launched of two instants: ${[...due]}`);
  tally.seeds.add(String(seed));
}

function bent(event: object, chance: Chance): { readonly event: unknown; readonly how: string } {
  const keys = Object.keys(event);
  const how = chance.pick([
    'as it is',
    'something else',
    'a field bent',
    'a field away',
    'late',
    'early',
    'later',
  ] as const);
  const key = chance.pick(keys);
  switch (how) {
    case 'as it is':
      return { event, how };
    case 'something else':
      return { event: chance.pick(rubbish), how };
    case 'a field bent':
      return { event: { ...event, [key]: chance.pick(rubbish) }, how };
    case 'a field away':
      return { event: Object.fromEntries(Object.entries(event).filter(([name]) => name !== key)), how };
    case 'late':
      return { event: dated(event, now - chance.integer(901_000, 90_000_000)), how };
    case 'early':
      return { event: dated(event, now + chance.integer(301_000, 90_000_000)), how };
    case 'later':
      return { event: dated(event, now - 60_000), how };
  }
}

function dated(event: object, ms: number): unknown {
  const entries = Object.entries(event).map(([key, value]) => [
    key,
    /^(tick|scheduledTime)$/.test(key) ? iso(ms) : value,
  ]);
  return Object.fromEntries(entries);
}
