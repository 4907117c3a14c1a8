// What belongs to a tick, and in which order: what fails keeps nobody from what comes before it.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../../lib/core/errors.ts';
import { type ReconcileWorld, reconcile } from '../../../lib/run/schedule/reconcile.ts';
import { newRun } from '../../contracts/run-store.ts';
import { FakeLauncher } from '../../fakes/launcher.ts';
import { MemoryRunStore } from '../../fakes/run-store.ts';
import { scene } from '../../fixtures/world.ts';

const minute = 60_000;

/** A tick of one VM, and what it tells, in order. */
function stage(more: Partial<ReconcileWorld> = {}) {
  const told: string[] = [];
  const { clock, cloud, world } = scene([{ id: '1', state: 'running' }]);
  const store = new MemoryRunStore();
  const going = () =>
    clock.run(
      reconcile(clock.now(), {
        ...world,
        store,
        launcher: new FakeLauncher(),
        maxAgeMs: minute,
        lifetimeMs: 15 * minute,
        scheduleNames: [],
        emit: async (figures) => void told.push(...figures.map(({ name }) => name)),
        tokenFigures: () => [],
        tellSwept: async ({ abandoned, lost }) => void told.push(`of ${[...abandoned, ...lost].join()}`),
        warn: async () => void told.push('warned'),
        ...more,
      }),
    );
  return { clock, cloud, store, told, going };
}

const found = ['VmsInVain', 'VmsAtFault', 'VmsInUnknownState', 'ProjectsUnlisted'];

describe('a tick with all that belongs to it', () => {
  it('tells first of runs, then of the fleet, and at last that it succeeded', async () => {
    const { told, going } = stage();
    expect((await going()).listed).toBe(1);
    expect(told).toEqual(['RunsNeverStarted', 'of ', ...found, 'warned', 'TicksSucceeded']);
  });

  it('tells of runs though the tick itself fails, and not that it succeeded', async () => {
    const { clock, store, told, going } = stage({ maxAgeMs: -1 });
    await store.record(newRun('cron-1', { recordedAt: new Date(clock.now() - 20 * minute).toISOString() }));
    await expect(going()).rejects.toMatchObject({ code: 'stale-event' });
    expect(told).toEqual(['RunsNeverStarted', 'of cron-1']);
  });

  it('looks after the fleet though runs cannot be looked for, and fails after that', async () => {
    const { store, told, going } = stage();
    store.unended = () => Promise.reject(new PowerError('aws', 'the table is away'));
    await expect(going()).rejects.toMatchObject({ code: 'aws' });
    expect(told).toEqual([...found, 'warned']);
  });

  it('fails where it saw nothing at all', async () => {
    const { cloud, told, going } = stage();
    cloud.list = () => Promise.reject(new PowerError('list-failed', 'no'));
    await expect(going()).rejects.toMatchObject({ code: 'list-failed', faults: ['main/default: no'] });
    expect(told).toEqual(['RunsNeverStarted', 'of ', ...found, 'warned']);
  });
});
