// A world for what people ask of schedules: a fake fleet, a memory of marks and overrides, one named schedule.
// The clock stands at Monday 2026-11-23, 12:00 UTC.

import { makeSchedules } from '../../../lib/core/schedule/schedules.ts';
import type { TagRule } from '../../../lib/core/tags.ts';
import type { ScheduleWorld } from '../../../lib/run/schedule/world.ts';
import type { KeptOverride } from '../../../lib/stores.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { FakeCloud, type FakeVm } from '../../fakes/vm-cloud.ts';
import { scene, scheduleSettings } from '../../fixtures/world.ts';

export const hourMs = 3_600_000;
export const noon = Date.UTC(2026, 10, 23, 12);

/** Epoch milliseconds of `23T18:00`, in November 2026, UTC. */
export function at(dayAndTime: string): number {
  const ms = Date.parse(`2026-11-${dayAndTime}Z`);
  if (Number.isNaN(ms)) throw new Error(`no instant: ${dayAndTime}`);
  return ms;
}

const names = new Map([['office', { timezone: 'UTC', on: 'Mon-Fri 08:00-18:00' }]]);

export interface PlanScene {
  readonly cloud: FakeCloud;
  readonly clock: FakeClock;
  readonly world: ScheduleWorld;
}

/** The account `main` with these VMs, and, where there are others, the account `beta` with those. */
export function planScene(
  vms: readonly FakeVm[],
  { tags = [], others }: { readonly tags?: readonly TagRule[]; readonly others?: readonly FakeVm[] } = {},
): PlanScene {
  const clock = new FakeClock(noon);
  const cloud = new FakeCloud({ clock, projects: { default: vms } });
  const beta = new FakeCloud({ account: 'beta', clock, projects: { default: others ?? [] } });
  const clouds = others === undefined ? [cloud] : [cloud, beta];
  const { log, states, state } = scene([]).world;
  const accounts = clouds.map((each) => ({ cloud: each, projects: ['default'] }));
  const schedules = makeSchedules({ names, calendars: new Map(), zone: 'UTC' }, scheduleSettings);
  return { cloud, clock, world: { accounts, tags, states, log, clock, state, schedules } };
}

/** An override that keeps VM 8 on from 12:00 to 20:00, unless said otherwise. */
export function keptOverride(more: Partial<KeptOverride> = {}): KeptOverride {
  return {
    id: 'o1',
    keep: 'on',
    startMs: noon,
    reason: 'demo',
    by: 'amel',
    ends: { 'main/8': at('23T20:00') },
    cancelledMs: null,
    ...more,
  };
}
