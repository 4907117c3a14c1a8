// How many operations a run takes, which a durable service counts, and ends the run for when they are too many.
// Whole nights in virtual time, on an engine that counts; each run's chunks are as large as they are deployed.

import { describe, expect, it } from 'vitest';
import type { Ends } from '../fakes/resuming-engine.ts';
import { status } from '../fakes/vm-cloud.ts';
import { dev, policy, scene } from '../fixtures/world.ts';
import { conductResumed } from './resumed.ts';

/** What a durable execution may have. */
const most = 3_000;
const hourMs = 3_600_000;

const atEveryWait: Ends = ({ kind, isAlone }, moment) => kind === 'wait' && isAlone && moment === 'kept';

interface Night {
  readonly vms: number;
  readonly perStep: number;
  readonly inFlight?: number;
  readonly heldMs?: number;
  readonly staggerMs?: number;
}

async function ofNight({ vms, perStep, inFlight = 50, heldMs = 0, staggerMs = 0 }: Night) {
  const fleet = Array.from({ length: vms }, (_, index) => dev(String(index + 1)));
  const stage = scene(fleet, {
    guard: { maxVms: vms, maxShare: 1 },
    staggerMs: { ...policy.staggerMs, shutdown: staggerMs },
  });
  // Each arrives between 20 and 220 seconds after its answer, in no order.
  stage.cloud.onAct = async (vm) => {
    if (heldMs > 0) await stage.clock.sleep(heldMs);
    stage.cloud.becomes(vm.id, 'shutoff', 20_000 + ((Number(vm.id) * 7_919) % 200_000));
    return status(202);
  };
  const how = { turnMs: 900_000, ends: atEveryWait, sends: { perStep, stepsAtOnce: 16 } };
  const request = { action: 'shutdown', select: 'env=dev' };
  const { report, journal } = await conductResumed(stage, request, how, { inFlight });
  const hours = (Date.parse(report.run.endedAt) - Date.parse(report.run.startedAt)) / hourMs;
  return { stage, report, hours, operations: journal.operations.length };
}

describe('the operations of a run', () => {
  it('are few enough where an hour is spread over 400 VMs, none of which is sent to before its share of it', async () => {
    const { stage, report, operations } = await ofNight({ vms: 400, perStep: 100, staggerMs: hourMs });
    expect(report.counts).toEqual({ succeeded: 400 });
    expect(operations).toBeLessThan(1_500);
    const begunAt = Date.parse(report.run.startedAt);
    for (const { id, at } of stage.cloud.sent) {
      expect(at - begunAt).toBeGreaterThanOrEqual(((Number(id) - 1) / 400) * hourMs);
    }
  });

  it('are few enough in a slow night, in which every VM arrives all the same', async () => {
    const { report, hours, operations } = await ofNight({
      vms: 1_500,
      perStep: 100,
      inFlight: 5,
      heldMs: 90_000,
    });
    expect(report.counts).toEqual({ succeeded: 1_500 });
    expect(hours).toBeGreaterThan(7.5);
    expect(operations).toBeLessThan(most * 0.6);
  }, 120_000);

  // Twenty thousand in chunks of a hundred, at the pace they would have; a tenth of each, so that it takes a tenth of the time.
  it('are few enough for as many VMs as a large fleet has', async () => {
    const { report, operations } = await ofNight({ vms: 2_000, perStep: 10, heldMs: 200_000 });
    expect(report.counts).toEqual({ succeeded: 2_000 });
    expect(operations).toBeLessThan(most * 0.6);
  }, 120_000);
});
