// Plays one run as a durable execution against the durable service on localhost, compressed like the cloud.
// What it is billed for is the time of its invocations; what it remembers is counted by the service.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PacePolicy } from '../../lib/core/policy.ts';
import type { RunReport } from '../../lib/run/report.ts';
import { plainFleet } from '../../simulator/fleets.ts';
import { type ExecutionEnd, startDurableBackend } from '../../test/durable/backend.ts';
import { bundle } from '../bundle.ts';
import { lowerBound } from '../makespan/bound.ts';
import type { Mix } from '../makespan/mixes.ts';
import { postsOf } from '../makespan/posts.ts';
import { judge } from '../naive/judge.ts';
import { unguardedConfig } from '../policy.ts';
import { memoryFlags } from '../run-process.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../simulator-process.ts';
import { type DurableTask, type DurableTold, taskVariable } from './task.ts';

export interface DurableScale {
  readonly vms: number;
  readonly mix: Mix;
  readonly pace: PacePolicy;
  readonly memoryMb: number;
}

export interface DurablePlayed {
  readonly vms: number;
  readonly mix: Mix['name'];
  readonly counts: RunReport['counts'];
  /** VMs of which something false was said. */
  readonly wrong: number;
  readonly operations: number;
  readonly checkpoints: number;
  readonly checkpointBytes: number;
  readonly atticBytes: number;
  readonly invocations: number;
  readonly makespanMs: number;
  /** Makespan ÷ lower bound. */
  readonly ratio: number;
  readonly callsPerVm: number;
  readonly billedMs: number;
  readonly gbSeconds: number;
  readonly peakRssMb: number;
}

/** Of one invocation, as serverless.yml has it. */
const timeoutMs = 900_000;
/** In real time; a run that needs more is a failure. */
const longestMs = 300_000;

/** The figures of one durable run. */
export async function playDurably(scale: DurableScale): Promise<DurablePlayed> {
  const { vms, mix } = scale;
  const fleet = plainFleet(vms, { mix: mix.weights });
  const simulator = await startSimulatorProcess({ fleet, speed: mix.speed });
  const directory = await mkdtemp(join(tmpdir(), 'power-bench-'));
  try {
    const { end, told } = await execute(scale, simulator, directory);
    return await figuresOf(scale, end, told, simulator);
  } finally {
    await simulator.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function execute({ vms, mix, pace, memoryMb }: DurableScale, simulator: SimulatorProcess, directory: string) {
  const { speed } = mix;
  const { file } = await bundle(fileURLToPath(new URL('../durable-child.ts', import.meta.url)), directory);
  const run = `bench-${vms}-${mix.name}`;
  const tellInto = join(directory, 'told.json');
  const task: DurableTask = { run, speed, apiUrl: simulator.url, policy: unguardedConfig, pace, timeoutMs, tellInto };
  const environment = { [taskVariable]: JSON.stringify(task), NODE_OPTIONS: memoryFlags(memoryMb).join(' ') };
  const backend = await startDurableBackend({
    speed,
    functions: { 'power-run': { file, timeoutMs: longestMs, environment } },
    bounds: { invocations: 1_000, ms: longestMs },
  });
  try {
    const end = await backend.run('power-run', { run }, { name: run });
    if (end.status !== 'SUCCEEDED')
      throw new Error(`the durable run ended ${end.status}: ${JSON.stringify(end.error)}\n${backend.printed.join('')}`);
    const told: DurableTold = JSON.parse(await readFile(tellInto, 'utf8'));
    return { end, told };
  } finally {
    await backend.close();
  }
}

async function figuresOf(
  { vms, mix, pace, memoryMb }: DurableScale,
  { figures, invocations, busyMs }: ExecutionEnd,
  { report, tookMs, atticBytes, peakRssMb }: DurableTold,
  simulator: SimulatorProcess,
): Promise<DurablePlayed> {
  const truths = await simulator.truths();
  const requests = await simulator.requests();
  const idsOf = (...results: readonly string[]) =>
    report.outcomes.filter(({ result }) => results.includes(result)).map(({ vm }) => vm);
  const said = {
    stopped: idsOf('succeeded', 'unchanged'),
    failed: idsOf('failed', 'refused'),
    unsure: idsOf('unknown'),
  };
  const { notStopped, notFailed, unreported } = judge(said, truths);
  const billedMs = busyMs * mix.speed;
  return {
    vms,
    mix: mix.name,
    counts: report.counts,
    wrong: notStopped + notFailed + unreported,
    operations: figures.operations,
    checkpoints: figures.checkpoints,
    checkpointBytes: figures.bytes,
    atticBytes,
    invocations,
    makespanMs: tookMs,
    ratio: tookMs / lowerBound(postsOf(requests, truths, mix.speed), pace).ms,
    callsPerVm: requests.length / vms,
    billedMs,
    gbSeconds: (billedMs / 1000) * (memoryMb / 1024),
    peakRssMb,
  };
}
