// A tick's run that begins later than its tick: it does only what is wanted then and still now, and too late it does nothing.

import { describe, expect, it } from 'vitest';
import { makeSchedules } from '../../../lib/core/schedule/schedules.ts';
import { conduct } from '../../../lib/run/conduct.ts';
import { verdictOf } from '../../../lib/run/report.ts';
import type { KeptOverride } from '../../../lib/stores.ts';
import type { FakeVm } from '../../fakes/vm-cloud.ts';
import { scheduleSettings } from '../../fixtures/world.ts';
import { type TickScene, tickScene } from './ticking.ts';

const minuteMs = 60_000;
const noon = Date.UTC(2026, 10, 24, 12);
const six = Date.UTC(2026, 10, 24, 18);
const office = (id: string, state = 'running'): FakeVm => ({ id, state, description: '[schedule="08:00-18:00"]' });

/** The tick of six, its run begun so much later, and what happened in between. */
async function tickOfSix(
  vms: readonly FakeVm[],
  delayMs: number,
  meanwhile: (stage: TickScene) => Promise<unknown> = async () => undefined,
  base: Parameters<typeof tickScene>[2] = {},
): Promise<TickScene> {
  const stage = await tickScene(vms, noon, base);
  await stage.tick();
  await stage.until(six);
  stage.delayRuns(delayMs);
  await stage.tickBeside();
  await meanwhile(stage);
  await stage.idle();
  stage.delayRuns(0);
  return stage;
}

function keep(power: 'on' | 'off', startMs: number, more: Partial<KeptOverride> = {}): KeptOverride {
  const endMs = six + 4 * 60 * minuteMs;
  const ends = { 'main/1': endMs };
  return { id: 'o1', keep: power, startMs, reason: 'demo', by: 'amel', ends, cancelledMs: null, ...more };
}

async function markOf({ state }: TickScene, id = '1') {
  return (await state.load()).marks.get(`main/${id}`);
}

describe("a tick's run that begins late", () => {
  it('heeds an override that was made since the tick', async () => {
    const marked: string[] = [];
    const stage = await tickOfSix([office('1'), office('2')], minuteMs, async ({ state }) => {
      await state.putOverride(keep('on', six + minuteMs / 2));
      const { putMarks } = state;
      state.putMarks = (changes) => {
        marked.push(...changes.map(({ key }) => key));
        return putMarks.call(state, changes);
      };
    });
    expect(marked).toEqual(['main/2', 'main/2']);
    expect(stage.cloud.sent.map(({ id }) => id)).toEqual(['2']);
    expect(stage.reports[0]?.outcomes).toMatchObject([
      { vm: '1', action: null, result: 'unchanged', reason: expect.stringContaining('the override "keep on" until') },
      { vm: '2', result: 'succeeded' },
    ]);
    await stage.until(six + 5 * minuteMs);
    expect((await stage.tick()).acting).toEqual([]);
    expect(await markOf(stage)).toMatchObject({ kind: 'settled', boundary: six + minuteMs / 2, wanted: 'on' });
  });

  it('heeds one that is made while it lists', async () => {
    const stage = await tickScene([office('1')], noon);
    await stage.tick();
    await stage.until(six);
    stage.cloud.listMs = 2_000;
    await stage.tickBeside();
    stage.cloud.after(1_000, () => void stage.state.putOverride(keep('on', six + 3_000)));
    await stage.idle();
    expect(stage.cloud.sent).toEqual([]);
  });

  it('heeds that one was cancelled since the tick', async () => {
    const stage = await tickScene([office('1', 'shutoff')], noon);
    await stage.tick();
    await stage.until(six);
    await stage.state.putOverride(keep('on', six));
    stage.delayRuns(minuteMs);
    expect((await stage.tickBeside()).acting).toHaveLength(1);
    await stage.state.cancelOverride('o1', six + minuteMs / 2);
    await stage.idle();
    expect(stage.cloud.sent).toEqual([]);
    expect(stage.reports[0]?.outcomes).toMatchObject([{ result: 'unchanged', power: 'off' }]);
  });

  it('leaves to the next tick what is wanted only since this one', async () => {
    const vm = { id: '1', state: 'running', description: '[schedule="08:00-18:00, 18:02-20:00"]' };
    const toStop = await tickOfSix([vm], 3 * minuteMs);
    expect(toStop.cloud.sent).toEqual([]);
    expect(toStop.reports[0]?.outcomes).toMatchObject([{ result: 'unchanged', power: 'on' }]);

    const toStart = await tickOfSix([vm], 3 * minuteMs, async ({ cloud }) => cloud.setState('1', 'shutoff'));
    expect(toStart.cloud.sent).toEqual([]);
    expect(toStart.reports[0]?.outcomes).toMatchObject([
      {
        action: null,
        result: 'skipped',
        code: 'stale',
        reason: expect.stringMatching(/ wants it on; .* the next tick/),
      },
    ]);
    await toStart.until(six + 5 * minuteMs);
    await toStart.tick();
    expect(toStart.cloud.sent).toMatchObject([{ id: '1', action: 'start' }]);
  });

  it('leaves the VM to the run of a newer tick, also where an override since then wants something else', async () => {
    const stage = await tickOfSix([office('1')], 8 * minuteMs, async (stage) => {
      stage.delayRuns(0);
      await stage.until(six + 5 * minuteMs);
      await stage.tickBeside();
      await stage.until(six + 7 * minuteMs);
      await stage.state.putOverride(keep('on', six + 7 * minuteMs));
    });
    expect(stage.cloud.sent).toMatchObject([{ action: 'shutdown', at: six + 5 * minuteMs }]);
    await stage.until(six + 10 * minuteMs);
    await stage.tick();
    expect(stage.cloud.sent.map(({ action }) => action)).toEqual(['shutdown', 'start']);
  });

  it('acts also where its clock is behind that of the tick', async () => {
    const stage = await tickScene([office('1')], noon);
    await stage.tick();
    await stage.until(six - minuteMs);
    await stage.tick(six);
    expect(stage.reports[0]?.counts).toEqual({ succeeded: 1 });
  });

  it('dates its attempt by its tick, so that the pauses keep in step with the ticks', async () => {
    const stage = await tickScene([office('1')], noon);
    await stage.tick();
    await stage.until(six);
    stage.delayRuns(20_000);
    const seen: unknown[] = [];
    const { onAct } = stage.cloud;
    stage.cloud.onAct = async (vm, action, nth) => {
      seen.push(await markOf(stage));
      return onAct(vm, action, nth);
    };
    await stage.tick();
    expect(seen).toMatchObject([{ attempts: 1, lastAttempt: six }]);
  });
});

describe('a dry run', () => {
  it("is judged at its tick's instant, and not afresh, and leases nothing", async () => {
    const stage = await tickScene([office('1'), office('2', 'shutoff')], noon);
    await stage.tick();
    await stage.until(six + 5 * minuteMs);
    await stage.state.putOverride(keep('on', six + 2 * minuteMs));
    const ids = ['main/1', 'main/2'];
    const request = { action: null, select: null, ids, at: six, dryRun: true, overrideGuard: false };
    const schedules = makeSchedules({ names: new Map(), calendars: new Map(), zone: 'UTC' }, scheduleSettings);
    const report = await stage.clock.run(
      conduct({ name: 'dry', request, requestedAt: stage.clock.now() }, { ...stage.world, schedules }),
    );
    expect(report.outcomes).toMatchObject([
      { vm: '1', action: 'shutdown', result: 'planned' },
      { vm: '2', result: 'unchanged' },
    ]);
    expect(await stage.leases.take({ run: 'older', requestedAt: 0 }, ids, stage.clock.now() + 1)).toEqual([]);
  });
});

describe("a tick's run that begins too late", () => {
  it('does nothing, says so, is no failure, and the next tick catches up', async () => {
    const stage = await tickOfSix([office('1'), office('2')], 10 * minuteMs + 1);
    expect(stage.cloud.sent).toEqual([]);
    expect(stage.reports[0]?.outcomes).toMatchObject([
      { vm: '1', action: 'shutdown', result: 'skipped', code: 'stale', attempts: 0 },
      { vm: '2', action: 'shutdown', result: 'skipped', code: 'stale', attempts: 0 },
    ]);
    expect(stage.reports[0]?.outcomes[0]?.reason).toBe(
      'the run of the tick of 2026-11-24T18:00:00Z came too late: 601 s after it, and at most 600 s are allowed; the next tick catches up',
    );
    expect(stage.reports.map(verdictOf)).toEqual(['well']);
    expect(await markOf(stage)).toMatchObject({ wanted: 'on', attempts: 0, lastAttempt: null });
    await stage.until(six + 15 * minuteMs);
    await stage.tick();
    expect(stage.reports[1]?.counts).toEqual({ succeeded: 2 });
  });

  it('has no lease: an older request may still have the VM', async () => {
    const off = office('2');
    const stage = await tickOfSix([office('1'), off], 11 * minuteMs, async ({ cloud }) =>
      cloud.setState('2', 'shutoff'),
    );
    const anybody = { run: 'older', requestedAt: 0 };
    const keys = ['main/1', 'main/2'];
    expect(await stage.leases.take(anybody, keys, stage.clock.now() + 1)).toEqual([]);
  });

  it('acts at its maximum age still', async () => {
    const stage = await tickOfSix([office('1')], 10 * minuteMs);
    expect(stage.reports[0]?.counts).toEqual({ succeeded: 1 });
  });

  it('is refused by the guard all the same: that alarms once per boundary, and must not be lost', async () => {
    const vms = ['1', '2', '3'].map((id) => office(id));
    const stage = await tickOfSix(vms, 11 * minuteMs, undefined, { guard: { maxVms: 2, maxShare: 1 } });
    expect(stage.reports.map(verdictOf)).toEqual(['refused']);
  });
});
