// Two runs that want the same VM: the newer request has it, whatever the older one was about to do.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import { conduct } from '../../lib/run/conduct.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import type { RunWorld } from '../../lib/run/world.ts';
import { status } from '../fakes/vm-cloud.ts';
import { dev, type Scene, scene } from '../fixtures/world.ts';

function begin(
  { world, clock }: Scene,
  name: string,
  action: string,
  requestedAt = clock.now(),
  changes: Partial<RunWorld> = {},
) {
  const request = parseRunRequest({ action, select: 'env=dev' });
  return conduct({ name, request, requestedAt }, { ...world, ...changes });
}

describe('a newer request', () => {
  it('is never undone by the second send of an older one that is still settling', async () => {
    const stage = scene([dev('1')]);
    stage.cloud.onAct = () => status(500);
    const older = begin(stage, 'older', 'shutdown');
    await stage.clock.run(stage.clock.sleep(30_000));
    const newer = await stage.clock.run(begin(stage, 'newer', 'start'));
    const report = await stage.clock.run(older);
    expect(newer.outcomes).toMatchObject([{ result: 'unchanged', power: 'on' }]);
    expect(report.outcomes).toMatchObject([{ result: 'skipped', code: 'superseded', attempts: 1 }]);
    expect(stage.cloud.sent).toHaveLength(1);
  });

  it('stops an older one from forcing the VM off', async () => {
    const vm = dev('1', { description: '[env=dev shutdown="patience=60s escalate=power_off"]' });
    const stage = scene([vm], { allowEscalation: true });
    stage.cloud.onAct = () => status(500);
    const older = begin(stage, 'older', 'shutdown');
    await stage.clock.run(stage.clock.sleep(50_000));
    await stage.clock.run(begin(stage, 'newer', 'start'));
    await stage.clock.run(older);
    expect(stage.cloud.sent.map(({ action }) => action)).toEqual(['shutdown']);
  });

  it('gets a VM that waits in an older run for its turn', async () => {
    const stage = scene([dev('1'), dev('2')]);
    const { onAct } = stage.cloud;
    stage.cloud.onAct = async (vm, action, nth) => {
      await stage.clock.sleep(20_000);
      return onAct(vm, action, nth);
    };
    const older = begin(stage, 'older', 'shutdown', stage.clock.now(), { inFlight: 1 });
    await stage.clock.run(stage.clock.sleep(5_000));
    const newer = await stage.clock.run(begin(stage, 'newer', 'reboot'));
    const report = await stage.clock.run(older);
    expect(newer.counts).toEqual({ accepted: 2 });
    expect(report.outcomes.map(({ code }) => code)).toEqual(['superseded', 'superseded']);
    expect(stage.cloud.sent.map(({ id, action }) => [id, action])).toEqual([
      ['1', 'shutdown'],
      ['1', 'reboot'],
      ['2', 'reboot'],
    ]);
  });

  it('gets a VM that an older one was told to send to again, but later', async () => {
    const stage = scene([dev('1')]);
    const { onAct } = stage.cloud;
    stage.cloud.onAct = async (vm, action, nth) => {
      await stage.clock.sleep(10_000);
      return nth === 1 ? status(429) : onAct(vm, action, nth);
    };
    const older = begin(stage, 'older', 'shutdown');
    await stage.clock.run(stage.clock.sleep(5_000));
    await stage.clock.run(begin(stage, 'newer', 'start'));
    const report = await stage.clock.run(older);
    // Also when the run is over: what it began goes on in its process.
    await stage.clock.run(stage.clock.sleep(60_000));
    expect(report.outcomes).toMatchObject([{ result: 'skipped', code: 'superseded' }]);
    expect(stage.cloud.sent.map(({ action }) => action)).toEqual(['shutdown']);
    expect(stage.cloud.vm('1').state).toBe('running');
  });

  it('keeps out an older one that begins only after it has ended', async () => {
    const stage = scene([dev('1', { state: 'shutoff' })]);
    const requestedAt = stage.clock.now();
    await stage.clock.run(stage.clock.sleep(60_000));
    await stage.clock.run(begin(stage, 'newer', 'start'));
    const late = await stage.clock.run(begin(stage, 'older', 'shutdown', requestedAt));
    expect(late.outcomes).toMatchObject([{ result: 'skipped', code: 'superseded', attempts: 0 }]);
    expect(stage.cloud.vm('1').state).toBe('running');
  });

  it('later on is not hindered by what came before it', async () => {
    const stage = scene([dev('1')]);
    await stage.clock.run(begin(stage, 'first', 'shutdown'));
    await stage.clock.run(stage.clock.sleep(1_000));
    expect((await stage.clock.run(begin(stage, 'second', 'start'))).counts).toEqual({ succeeded: 1 });
  });
});

describe('leases that cannot be kept', () => {
  it('fail the run before anything is sent', async () => {
    const stage = scene([dev('1')]);
    stage.leases.take = async () => {
      throw new PowerError('aws', 'the table is down');
    };
    await expect(stage.clock.run(begin(stage, 'a', 'shutdown'))).rejects.toMatchObject({ code: 'aws' });
    expect(stage.cloud.sent).toEqual([]);
  });

  it('keep a VM from being sent to while nobody can say whose it is', async () => {
    const stage = scene([dev('1')]);
    stage.leases.lost = async () => {
      throw new PowerError('aws', 'the table is down');
    };
    const report = await stage.clock.run(begin(stage, 'a', 'shutdown'));
    expect(stage.cloud.sent).toEqual([]);
    expect(report.outcomes).toMatchObject([
      { result: 'failed', attempts: 0, reason: expect.stringContaining('the table is down') },
    ]);
  });

  it('are read before the last look back: a VM that was seen as wanted meanwhile is not sent to', async () => {
    const stage = scene([dev('1'), dev('2')]);
    const { lost } = stage.leases;
    stage.leases.lost = async (holder, keys) => {
      if (keys.join() === 'main/1') await stage.clock.sleep(20_000);
      return lost.call(stage.leases, holder, keys);
    };
    stage.cloud.onAct = ({ id }) => {
      stage.cloud.becomes(id, 'shutoff', 60_000);
      return status(202);
    };
    stage.cloud.becomes('1', 'shutoff', 1_000);
    const report = await stage.clock.run(begin(stage, 'a', 'shutdown'));
    expect(stage.cloud.sent.map(({ id }) => id)).toEqual(['2']);
    expect(report.counts).toEqual({ unchanged: 1, succeeded: 1 });
  });

  it('that cannot be read before a repeat leave it to a later look, with what was sent', async () => {
    const stage = scene([dev('1')]);
    const { onAct } = stage.cloud;
    const { lost } = stage.leases;
    let reads = 0;
    stage.leases.lost = async (holder, keys) => {
      reads += 1;
      // The first is before the first POST.
      if (reads > 1 && stage.clock.now() < begun + 20_000) throw new PowerError('aws', 'the table is down');
      return lost.call(stage.leases, holder, keys);
    };
    const begun = stage.clock.now();
    stage.cloud.onAct = (vm, action, nth) => (nth === 1 ? status(429) : onAct(vm, action, nth));
    const report = await stage.clock.run(begin(stage, 'a', 'shutdown'));
    expect(report.outcomes).toMatchObject([{ result: 'succeeded', attempts: 2 }]);
    expect((stage.cloud.sent[1]?.at ?? 0) - begun).toBeGreaterThanOrEqual(20_000);
  });

  it('are not asked for by a dry run, nor for a VM that is skipped', async () => {
    const stage = scene([dev('1'), dev('2', { state: 'paused' })]);
    const asked: string[] = [];
    const { take } = stage.leases;
    stage.leases.take = (holder, keys, untilMs) => {
      asked.push(...keys);
      return take.call(stage.leases, holder, keys, untilMs);
    };
    await stage.run({ action: 'shutdown', select: 'env=dev', dryRun: true });
    expect(asked).toEqual([]);
    await stage.run({ action: 'shutdown', select: 'env=dev' });
    expect(asked).toEqual(['main/1']);
  });
});
