// The parts of a run's world that a bench of plain runs has no use for: no schedule, nothing remembered, no rival run.
// Kept in memory, as the terminal does without AWS.

import { memoryLeases } from '../cli/state/leases.ts';
import { memoryStateStore } from '../cli/state/memory.ts';
import { systemClock } from '../lib/clock.ts';
import { makeSchedules } from '../lib/core/schedule/schedules.ts';

const settings = {
  catchUpMs: 0,
  adopt: 'next-boundary',
  retryPausesMs: [0],
  alarmAfter: 1,
  tickEveryMs: 300_000,
} as const;

/** Schedules, state and leases for one run, and no age that a tick may have. */
export function withoutSchedules() {
  const schedules = makeSchedules({ names: new Map(), calendars: new Map(), zone: null }, settings);
  return { schedules, state: memoryStateStore(), leases: memoryLeases(systemClock), maxAgeMs: 0 };
}
