// Plays the fortnight: the real tick every five minutes, its runs, people's deeds, and an outage, all in virtual time.
// Nothing is faked but the cloud and the clock; what is remembered is the terminal's own store.

import { parseEnvironment } from '../../lib/config/environment.ts';
import { loadWithSchedules } from '../../lib/config/schedules.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { isFaulty } from '../../lib/core/schedule/fault.ts';
import { localInstant } from '../../lib/core/schedule/local-instant.ts';
import type { Log } from '../../lib/ports.ts';
import { inProcessEngine } from '../../lib/run/engine.ts';
import { type Explanation, explainVm } from '../../lib/run/schedule/explain.ts';
import { makeOverride } from '../../lib/run/schedule/overrides.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';
import { VirtualCloud } from '../../simulator/virtual-cloud.ts';
import { type LocalTickWorld, tickHere } from '../local-tick.ts';
import { memoryLeases } from '../state/leases.ts';
import { memoryStateStore } from '../state/memory.ts';
import { config, deeds, events, fleet, outage, type ScriptedEvent, span, zone } from './fortnight-script.ts';

export const tickMs = 300_000;

export interface Played {
  readonly cloud: VirtualCloud;
  readonly world: LocalTickWorld;
  readonly fromMs: number;
  readonly toMs: number;
  readonly ticks: number;
  readonly missed: number;
  readonly runs: number;
  /** What was said when each event was asked about. */
  readonly explanations: ReadonlyMap<ScriptedEvent, Explanation>;
}

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The instant of a text of the script. */
export function instant(text: string): number {
  const read = localInstant(text, zone);
  if (isFaulty(read)) throw new PowerError('request', read.fault);
  return read.ms;
}

/** Plays it to its end, or until `stop` is aborted. */
export async function playFortnight(stop: AbortSignal): Promise<Played> {
  const [fromMs, toMs] = [instant(span.from), instant(span.to)];
  const clock = new VirtualClock(fromMs);
  const cloud = new VirtualCloud(clock, fleet);
  const world = worldOf(clock, cloud);
  const explanations = new Map<ScriptedEvent, Explanation>();
  let [ticks, missed, runs] = [0, 0, 0];
  for (let at = fromMs; at < toMs && !stop.aborted; at += tickMs) {
    await clock.run(clock.sleep(at - clock.now()));
    for (const deed of deeds) if (instant(deed.at) === at) await clock.run(doDeed(deed, cloud, world));
    for (const event of events)
      if (instant(event.askedAt) === at) explanations.set(event, await clock.run(explainVm(event.vm, at, world)));
    if (instant(outage.from) <= at && at < instant(outage.to)) {
      missed += 1;
      continue;
    }
    ticks += 1;
    const { run } = await clock.run(tickHere(at, false, world));
    if (run !== null) runs += 1;
  }
  return { cloud, world, fromMs, toMs, ticks, missed, runs, explanations };
}

async function doDeed(deed: (typeof deeds)[number], cloud: VirtualCloud, world: LocalTickWorld): Promise<void> {
  if (deed.kind === 'by-hand') return cloud.byHand(deed.vm, deed.isOn);
  const { vm, by, reason } = deed;
  await makeOverride(
    { keep: 'on', select: null, ids: [vm], until: { kind: 'next-start' }, reason, by },
    { ...world, maxDurationMs: 0, newId: () => 'demo' },
  );
}

function worldOf(clock: VirtualClock, cloud: VirtualCloud): LocalTickWorld {
  const readText = () => {
    throw new PowerError('config', 'the demo has no files');
  };
  const loaded = loadWithSchedules(config, parseEnvironment({}), {
    where: 'terminal',
    credentials: 'optional',
    readText,
  });
  return {
    accounts: [{ cloud, projects: ['default'] }],
    engine: inProcessEngine(clock),
    clock,
    log: silent,
    policy: loaded.config,
    inFlight: loaded.config.pace.inFlight,
    tags: [],
    states: {},
    schedules: loaded.schedules,
    state: memoryStateStore(),
    leases: memoryLeases(clock),
    maxAgeMs: 2 * tickMs,
  };
}
