import { describe, expect, it } from 'vitest';
import { tickHere } from '../../cli/local-tick.ts';
import { makeSchedules } from '../../lib/core/schedule/schedules.ts';
import { scene, scheduleSettings } from '../fixtures/world.ts';

// The clock of a scene begins at midnight: the windows below are two hours old.
const schedules = makeSchedules(
  { names: new Map(), calendars: new Map(), zone: 'UTC' },
  { ...scheduleSettings, adopt: 'now' },
);
const wantedOn = { description: '[schedule="22:00-06:00"]', state: 'shutoff' };

function stage() {
  const set = scene([
    { id: '1', ...wantedOn },
    { id: '2', ...wantedOn, state: 'running' },
  ]);
  const world = { ...set.world, schedules, maxAgeMs: 600_000 };
  const tick = (at: number, isDryRun = false) => set.clock.run(tickHere(at, isDryRun, world));
  return { ...set, tick };
}

describe('a tick at the terminal', () => {
  it('conducts the run that it launches, and remembers what it saw', async () => {
    const { clock, cloud, state, tick } = stage();
    const { tick: report, run } = await tick(clock.now());
    expect(report).toMatchObject({ listed: 2, scheduled: 2, unlisted: [], atFault: [] });
    expect(run?.outcomes).toMatchObject([{ vm: '1', action: 'start', result: 'succeeded' }]);
    expect(run?.run).toMatchObject({ name: report.launched?.run.name, action: null, dryRun: false });
    expect(cloud.sent).toMatchObject([{ id: '1', action: 'start' }]);
    const { marks } = await state.load();
    expect([...marks.values()].map(({ kind, wanted }) => [kind, wanted])).toEqual([
      ['settled', 'on'],
      ['settled', 'on'],
    ]);
  });

  it('has no run where there is nothing to do', async () => {
    const { clock, cloud, tick } = stage();
    await tick(clock.now());
    const { run, tick: report } = await tick(clock.now());
    expect(run).toBeNull();
    expect(report.acting).toEqual([]);
    expect(cloud.sent).toHaveLength(1);
  });

  it('sends nothing and remembers nothing in a dry run, and says what it would do', async () => {
    const { clock, cloud, state, leases, tick } = stage();
    const { run } = await tick(clock.now(), true);
    expect(run?.outcomes).toMatchObject([{ vm: '1', action: 'start', result: 'planned' }]);
    expect(run?.run.dryRun).toBe(true);
    expect(cloud.sent).toEqual([]);
    expect((await state.load()).marks.size).toBe(0);
    const nobody = { run: 'another', requestedAt: 0 };
    expect(await leases.take(nobody, ['main/1'], clock.now() + 1)).toEqual([]);
  });

  it('judges by the instant it is given, in a dry run also by one that is far away', async () => {
    const { clock, tick } = stage();
    const noon = clock.now() + 12 * 3_600_000;
    const { run } = await tick(noon, true);
    expect(run?.outcomes).toMatchObject([{ vm: '2', action: 'shutdown', result: 'planned' }]);
    expect((await tick(clock.now() - 86_400_000, true)).run?.outcomes).toMatchObject([{ vm: '1', result: 'planned' }]);
  });

  it('refuses the future, and what is too old', async () => {
    const { clock, cloud, tick } = stage();
    await expect(tick(clock.now() + 1)).rejects.toMatchObject({ code: 'request' });
    await expect(tick(clock.now() - 600_001)).rejects.toMatchObject({ code: 'stale-event' });
    expect(cloud.calls).toEqual({ lists: 0, reads: 0, actions: 0 });
  });
});
