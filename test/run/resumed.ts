// A scene's run on an engine that can be killed and taken up again: the world of each turn dies with it.
// For tests of single crashes; test/run/resuming.test.ts kills everywhere.

import { conduct, type Run } from '../../lib/run/conduct.ts';
import type { RunReport } from '../../lib/run/report.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import type { RunWorld } from '../../lib/run/world.ts';
import type { MortalTurn } from '../fakes/mortal-turn.ts';
import { Journal, type Resumption, resume } from '../fakes/resuming-engine.ts';
import type { Scene } from '../fixtures/world.ts';

export interface Resumed {
  readonly report: RunReport;
  readonly journal: Journal;
}

/** The parts of a world through which a process touches anything, for as long as its turn is alive. */
export function mortalParts({ accounts, clock, leases, state }: RunWorld, turn: MortalTurn) {
  return {
    accounts: accounts.map(({ cloud, projects }) => ({ cloud: turn.mortal(cloud), projects })),
    clock: turn.mortal(clock),
    leases: turn.mortal(leases),
    state: turn.mortal(state),
  };
}

/** The report of the request's run, and what its engine remembered. Fails when it could not be resumed. */
export async function conductResumed(
  stage: Scene,
  request: unknown,
  how: Partial<Resumption> = {},
  changes: Partial<RunWorld> = {},
): Promise<Resumed> {
  const { clock, world } = stage;
  const journal = new Journal();
  const run: Run = { name: 'test-run', request: parseRunRequest(request), requestedAt: clock.now() };
  const report = await clock.run(
    resume((engine, turn) => conduct(run, { ...world, ...changes, ...mortalParts(world, turn), engine }), {
      journal,
      clock,
      ...how,
    }),
  );
  if (journal.faults.length > 0) throw new Error(journal.faults.join('; '));
  return { report, journal };
}
