// Plays one shutdown of a whole fleet over real sockets, compressed: what a run costs in memory and CPU, and whether it is true.
// The simulator is a process of its own, and so is the run.

import type { Counts } from '../../lib/core/outcome.ts';
import type { PacePolicy } from '../../lib/core/policy.ts';
import { plainFleet } from '../../simulator/fleets.ts';
import { compressPace, compressPolicy } from '../compressed.ts';
import type { Mix } from '../makespan/mixes.ts';
import type { PlainRun } from '../plain-run.ts';
import { unguardedConfig } from '../policy.ts';
import type { Runner } from '../run-process.ts';
import { startSimulatorProcess } from '../simulator-process.ts';

export interface Scale {
  readonly vms: number;
  readonly mix: Mix;
  readonly pace: PacePolicy;
}

export interface Played {
  readonly vms: number;
  readonly mix: Mix['name'];
  readonly speed: number;
  readonly counts: Counts;
  readonly contradictions: readonly string[];
  readonly realMs: number;
  readonly lists: number;
  readonly callsPerVm: number;
  readonly peakRssMb: number;
  readonly cpuMsPerVm: number;
}

/** The figures of one run. */
export async function play({ vms, mix, pace }: Scale, runner: Runner, warmUp: PlainRun): Promise<Played> {
  const { speed } = mix;
  const simulator = await startSimulatorProcess({ fleet: plainFleet(vms, { mix: mix.weights }), speed });
  try {
    const run: PlainRun = {
      action: 'shutdown',
      apiUrl: simulator.url,
      policy: compressPolicy(unguardedConfig, speed),
      pace: compressPace(pace, speed),
    };
    const { report, makespanMs, peakRssMb, cpuMs } = await runner.run({ warmUp, run });
    const claims = { outcomes: report.outcomes, run: { ...report.run, action: run.action } };
    const { contradictions } = await simulator.check(claims);
    const requests = await simulator.requests();
    return {
      vms,
      mix: mix.name,
      speed,
      counts: report.counts,
      contradictions,
      realMs: makespanMs,
      lists: report.calls.lists,
      callsPerVm: requests.length / vms,
      peakRssMb,
      cpuMsPerVm: cpuMs / vms,
    };
  } finally {
    await simulator.close();
  }
}

/** A fleet that is off at once: what a first run loads and compiles is a cold start's cost, measured elsewhere. */
export async function withWarmUp<T>(use: (warmUp: PlainRun) => Promise<T>): Promise<T> {
  const simulator = await startSimulatorProcess({ fleet: plainFleet(300, { timing: { effectMs: [0, 0] } }) });
  try {
    const pace = { inFlight: 50, perSecond: 1e6 };
    return await use({ action: 'shutdown', apiUrl: simulator.url, policy: compressPolicy(unguardedConfig, 100), pace });
  } finally {
    await simulator.close();
  }
}
