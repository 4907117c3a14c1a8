// Plays one shutdown of a whole fleet, compressed, and reads from the cloud's own log where the time went.
// Everything given back is in milliseconds of the run as it would be uncompressed.

import type { Counts } from '../../lib/core/outcome.ts';
import type { PacePolicy } from '../../lib/core/policy.ts';
import { plainFleet } from '../../simulator/fleets.ts';
import type { LoggedRequest } from '../../simulator/request-log.ts';
import type { VmTruth } from '../../simulator/simulator.ts';
import { compressPace, compressPolicy } from '../compressed.ts';
import type { PlainRun } from '../plain-run.ts';
import { unguardedConfig } from '../policy.ts';
import type { Ran, Runner } from '../run-process.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../simulator-process.ts';
import { type Bound, lowerBound, type Post, withoutForesight } from './bound.ts';
import type { Mix } from './mixes.ts';

export interface Scale {
  readonly vms: number;
  readonly mix: Mix;
  readonly pace: PacePolicy;
  /** How many times as fast as real time passes. */
  readonly speed: number;
}

export interface Played {
  readonly vms: number;
  readonly mix: Mix['name'];
  readonly speed: number;
  readonly counts: Counts;
  readonly contradictions: readonly string[];
  readonly makespanMs: number;
  readonly bound: Bound;
  /** Makespan ÷ lower bound. */
  readonly ratio: number;
  /** Makespan ÷ the time of a sender without any cost that does not know which VM is slow. */
  readonly ratioWithoutForesight: number;
  readonly calls: { readonly lists: number; readonly reads: number; readonly actions: number };
  readonly callsPerVm: number;
  readonly peakRssMb: number;
  readonly cpuMsPerVm: number;
  /** Where the makespan went: before the first POST, from it to the last answer, and after that. */
  readonly phasesMs: { readonly before: number; readonly sending: number; readonly after: number };
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

/** The figures of one run. */
export async function play(scale: Scale, runner: Runner, warmUp: PlainRun): Promise<Played> {
  const { vms, mix, pace, speed } = scale;
  const simulator = await startSimulatorProcess({ fleet: plainFleet(vms, { mix: mix.weights }), speed });
  try {
    const run: PlainRun = {
      action: 'shutdown',
      apiUrl: simulator.url,
      policy: compressPolicy(unguardedConfig, speed),
      pace: compressPace(pace, speed),
    };
    return await figuresOf(scale, await runner.run({ warmUp, run }), simulator);
  } finally {
    await simulator.close();
  }
}

async function figuresOf(scale: Scale, ran: Ran, simulator: SimulatorProcess): Promise<Played> {
  const { vms, mix, pace, speed } = scale;
  const requests = await simulator.requests();
  const posts = postsOf(requests, await simulator.truths(), speed);
  const bound = lowerBound(posts, pace);
  const makespanMs = ran.makespanMs * speed;
  const { contradictions } = await simulator.check({
    outcomes: ran.report.outcomes,
    run: { ...ran.report.run, action: 'shutdown' },
  });
  return {
    vms,
    mix: mix.name,
    speed,
    counts: ran.report.counts,
    contradictions,
    makespanMs,
    bound,
    ratio: makespanMs / bound.ms,
    ratioWithoutForesight: makespanMs / withoutForesight(posts, pace),
    calls: ran.report.calls,
    callsPerVm: requests.length / vms,
    peakRssMb: ran.peakRssMb,
    cpuMsPerVm: ran.cpuMs / vms,
    phasesMs: phasesOf(requests, ran, speed),
  };
}

/** What the log says of every POST; a VM is done when it was last off, or answered, whichever is later. */
export function postsOf(
  requests: readonly LoggedRequest[],
  truths: readonly Pick<VmTruth, 'id' | 'since'>[],
  speed: number,
): readonly Post[] {
  const offAt = new Map(truths.map(({ id, since }) => [id, since]));
  const posts = requests.filter(({ method }) => method === 'POST');
  const lastAnswers = new Map(posts.map(({ vm, at, endedAt }) => [vm, endedAt ?? at]));
  const sent = new Set<string | null>();
  return posts.map(({ vm, at, endedAt }) => {
    const heldMs = ((endedAt ?? at) - at) * speed;
    const isFirst = !sent.has(vm);
    sent.add(vm);
    const doneAt = Math.max(lastAnswers.get(vm) ?? at, offAt.get(vm ?? '') ?? at);
    // A repeated one is on its VM's account already.
    return { heldMs, doneMs: isFirst ? (doneAt - at) * speed : heldMs };
  });
}

function phasesOf(requests: readonly LoggedRequest[], { begunAt, makespanMs }: Ran, speed: number): Played['phasesMs'] {
  const posts = requests.filter(({ method }) => method === 'POST');
  const firstAt = posts[0]?.at ?? begunAt;
  const lastAt = posts.reduce((last, { endedAt }) => Math.max(last, endedAt ?? 0), firstAt);
  return {
    before: (firstAt - begunAt) * speed,
    sending: (lastAt - firstAt) * speed,
    after: (begunAt + makespanMs - lastAt) * speed,
  };
}
