// What is told of a run that somebody stopped, and of one that could not see whose its VMs are: who was spared, who was not.
// In virtual time, in one process and over several.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import { verdictOf } from '../../lib/run/report.ts';
import type { Leases } from '../../lib/stores.ts';
import { status } from '../fakes/vm-cloud.ts';
import { dev, policy, type Scene, scene } from '../fixtures/world.ts';
import { conductResumed } from './resumed.ts';

const begun = Date.UTC(2026, 0, 1);
const shutdown = { action: 'shutdown', select: 'env=dev' };
const fleet = (count: number) => Array.from({ length: count }, (_, index) => dev(String(index + 1)));
const endsOf = (report: Awaited<ReturnType<Scene['run']>>) =>
  report.outcomes.map(({ result, code, attempts }) => `${result} ${code} ${attempts}`);

describe('a run that is stopped while VMs queue for their places', () => {
  const queued = (heldMs: number) => {
    const stage = scene(fleet(8));
    stage.cloud.onAct = async (vm) => {
      await stage.clock.sleep(heldMs);
      stage.cloud.setState(vm.id, 'shutoff');
      return status(200);
    };
    const isCancelled = async () => stage.clock.now() > begun + 10_000;
    return { ...stage, extra: { inFlight: 2, isCancelled } };
  };
  const spared = Array.from({ length: 6 }, () => 'skipped interrupted 0');

  it('spares them at once, and settles within its grace those that have one', async () => {
    const { run, events, clock, cloud, extra } = queued(30_000);
    const settledAt = new Map<string, number>();
    const onEvent: (typeof events)['push'] = (event) => {
      if (event?.kind === 'settled') settledAt.set(event.outcome.vm, clock.now() - begun);
      return 0;
    };
    const report = await run(shutdown, { ...extra, onEvent: (event) => void onEvent(event) });
    expect(endsOf(report)).toEqual(['succeeded seen 1', 'succeeded seen 1', ...spared]);
    expect(cloud.sent).toHaveLength(2);
    for (const id of ['3', '8']) expect(settledAt.get(id)).toBeLessThan(30_000);
  });

  it('knows nothing of those whose POST is out longer than its grace', async () => {
    const { run, clock, extra } = queued(90_000);
    const report = await run(shutdown, extra);
    expect(endsOf(report)).toEqual(['unknown no-sight 1', 'unknown no-sight 1', ...spared]);
    expect(clock.now() - begun).toBeLessThan(60_000);
  });

  it('waits for its chunks, of which it would know nothing otherwise', async () => {
    const stage = queued(90_000);
    const { report } = await conductResumed(stage, shutdown, { sends: { perStep: 4, stepsAtOnce: 2 } }, stage.extra);
    expect(endsOf(report)).toEqual(['succeeded seen 1', 'succeeded seen 1', ...spared]);
    expect(stage.cloud.sent).toHaveLength(2);
  });
});

describe('a run whose time is over before a tier had its turn', () => {
  it('was interrupted, and that is trouble, though nothing says that it was cancelled', async () => {
    const { run, clock } = scene([dev('1'), dev('2', { description: '[env=dev tier=1]' })], {
      tiers: { ...policy.tiers, delayMs: 900_000 },
    });
    const isCancelled = () => Promise.reject(new PowerError('aws', 'the table is slow'));
    const report = await run(shutdown, { until: clock.now() + 880_000, isCancelled });
    expect(report.counts).toEqual({ succeeded: 1, skipped: 1 });
    expect([verdictOf(report), report.interrupted]).toEqual(['trouble', true]);
  });
});

describe('a run that cannot see whose its VMs are', () => {
  const error = new PowerError('aws', 'the table is slow');
  /** Who sends asks for one VM. */
  const unreadable = (leases: Leases, isSo: (nth: number) => boolean): Leases => {
    let nth = 0;
    return {
      take: (...given) => leases.take(...given),
      lost: async (holder, keys) => {
        nth += 1;
        if (isSo(nth)) throw error;
        return leases.lost(holder, keys);
      },
    };
  };

  it.each(['shutdown', 'reboot'] as const)('sends a %s after a later look, once it can', async (action) => {
    const { run, cloud, leases } = scene([dev('1')]);
    const report = await run({ action, select: 'env=dev' }, { leases: unreadable(leases, (nth) => nth <= 2) });
    expect(report.counts).toEqual(action === 'shutdown' ? { succeeded: 1 } : { accepted: 1 });
    expect(cloud.sent.map(({ at }) => at - begun)).toEqual([30_000]);
    expect(report.outcomes).toMatchObject([{ attempts: 1 }]);
  });

  it.each([
    ['shutdown', 'still running when patience was over (the table is slow)'],
    ['reboot', 'it was on when patience was over, and could not be sent to: the table is slow'],
  ] as const)('never sends a %s that it never could, and says so when patience is over', async (action, reason) => {
    const { run, cloud, leases } = scene(fleet(2));
    const report = await run({ action, select: 'env=dev' }, { leases: unreadable(leases, () => true) });
    expect(cloud.sent).toEqual([]);
    const end = { result: 'failed', code: 'still', attempts: 0, reason };
    expect(report.outcomes).toMatchObject([end, end]);
    for (const { durationMs } of report.outcomes) {
      expect(durationMs).toBeGreaterThanOrEqual(policy.shutdown.patienceMs);
      expect(durationMs).toBeLessThan(policy.shutdown.patienceMs + 60_000);
    }
    expect(verdictOf(report)).toBe('trouble');
  });
});
