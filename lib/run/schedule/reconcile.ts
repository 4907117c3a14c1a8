// A tick with all that belongs to it: the fleet, runs that were forgotten or lost, the figures of both, and people who are told.
// Figures and messages go out as soon as there is something to tell: what comes after them may throw.

import { PowerError } from '../../core/errors.ts';
import type { EmitFigures, Figure } from '../../core/metric.ts';
import { successFigures, sweepFigures, tickFigures } from '../metrics/tick-figures.ts';
import { type SweepWorld, type Swept, startForgotten } from '../sweep.ts';
import { type TickReport, type TickWorld, tick } from './tick.ts';

export type ReconcileWorld = TickWorld &
  SweepWorld & {
    /** The schedules of the configuration, by name. */
    readonly scheduleNames: readonly string[];
    readonly emit: EmitFigures;
    /** How long the tokens that were used still live. */
    readonly tokenFigures: () => readonly Figure[];
    /** Tells people of runs that nobody else tells of. Never rejects. */
    readonly tellSwept: (swept: Swept) => Promise<void>;
    /** Warns people of stops ahead. Never rejects. */
    readonly warn: (report: TickReport) => Promise<void>;
  };

/** Does the tick of an instant. Throws as `tick` and `startForgotten` do, and `list-failed` when no project could be listed. */
export async function reconcile(at: number, world: ReconcileWorld): Promise<TickReport> {
  const { emit, scheduleNames } = world;
  // The sweep does not wait for the tick: one that hangs is killed, and what was swept is swept only once.
  const [ticked, swept] = await Promise.allSettled([tick(at, world), sweep(world)]);
  await emit(world.tokenFigures());
  if (ticked.status === 'rejected') throw ticked.reason;
  await emit(tickFigures(ticked.value, scheduleNames));
  await world.warn(ticked.value);
  if (swept.status === 'rejected') throw swept.reason;
  refuseBlindness(ticked.value, world);
  await emit(successFigures());
  return ticked.value;
}

async function sweep(world: ReconcileWorld): Promise<void> {
  const swept = await startForgotten(world);
  await world.emit(sweepFigures(swept));
  await world.tellSwept(swept);
}

/** A tick that saw nothing at all has failed, though each list's failure is only a project left alone. */
function refuseBlindness({ unlisted }: TickReport, { accounts }: ReconcileWorld): void {
  const projects = accounts.reduce((sum, account) => sum + account.projects.length, 0);
  if (unlisted.length < projects) return;
  throw new PowerError('list-failed', 'no project could be listed: no schedule was looked after', {
    faults: unlisted.map(({ account, project, reason }) => `${account}/${project}: ${reason}`),
  });
}
