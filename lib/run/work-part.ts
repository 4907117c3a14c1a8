// The worker of one part of a large run: settles its VMs as the run itself would, and keeps their outcomes in the run's record.
// It claims nothing: the run that handed the part over has claimed itself, and takes over again what a part leaves open.

import type { Clock, Engine, Log } from '../ports.ts';
import type { RunStore } from '../stores.ts';
import { CallCount } from './calls.ts';
import type { Part, PartEnd, Shares } from './parts.ts';
import { runRecorder } from './recorder.ts';
import { settleHere } from './settle.ts';
import type { RunWorld } from './world.ts';

export interface PartWorld {
  readonly engine: Engine;
  readonly store: RunStore;
  readonly clock: Clock;
  readonly log: Log;
  /** The fleet, each account's pace divided by its share. */
  readonly fleet: (shares: Shares) => RunWorld;
}

/** Settles a part of the run of this name. */
export async function workPart(name: string, part: Part, world: PartWorld): Promise<PartEnd> {
  const { engine, store, log, fleet } = world;
  const { label, pursuits, shares, requestedAt, until } = part;
  const recorder = runRecorder(name, { store, log }, label);
  const own = fleet(shares);
  const calls = new CallCount(own.accounts);
  const outcomes = await settleHere(label, pursuits, {
    ...own,
    engine,
    calls,
    recorder,
    onEvent: recorder.onEvent,
    isCancelled: () => store.isCancelled(name),
    holder: { run: name, requestedAt },
    ...(until === null ? {} : { until }),
  });
  const areKept = await engine.step(`keep-${label}`, async () => (await recorder.finish(outcomes)).length === 0);
  return { outcomes, calls: calls.turns, areKept };
}
