// Pursues every VM of a plan until each has an outcome, for each account by a settlement of its own.
// A tier that is too large for one process is settled in parts, where the engine has other processes to give.

import type { Outcome } from '../core/outcome.ts';
import type { Pursuit } from '../core/pursuit.ts';
import { partsOf, settleInParts } from './parts.ts';
import { type Settled, Settlement } from './settlement.ts';
import type { LeasedWorld } from './world.ts';

/**
 * Every pursuit's outcome; `label` tells its steps from those of other settlements of the run. Never throws for what a VM, a list
 * or an answer does; no account waits for another (rule 5).
 */
export async function settle(
  label: string,
  pursuits: readonly Pursuit[],
  world: LeasedWorld,
): Promise<readonly Outcome[]> {
  const { elsewhere } = world.engine;
  if (elsewhere === undefined) return settleHere(label, pursuits, world);
  const parts = partsOf(pursuits, elsewhere.mostVmsHere, world.inFlight);
  if (parts.length <= 1) return settleHere(label, pursuits, world);
  return settleInParts(label, parts, elsewhere, world, settleHere);
}

/** As `settle`, in this process whatever the size. */
export async function settleHere(
  label: string,
  pursuits: readonly Pursuit[],
  world: LeasedWorld,
): Promise<readonly Outcome[]> {
  const byAccount = [...Map.groupBy(pursuits, ({ vm }) => vm.account)];
  const follow = async ([account, own]: (typeof byAccount)[number], engine = world.engine) => {
    const settlement = new Settlement(`${label}-${account}`, own, { ...world, engine });
    while (settlement.isOpen) await settlement.round();
    return settlement.settled;
  };
  const [first, ...others] = byAccount;
  // Most fleets have one account: their runs have no step more than they need.
  if (first === undefined || others.length === 0) return first === undefined ? [] : (await follow(first)).outcomes;
  let isTold = false;
  const settled = await world.engine.map(
    `settle-${label}`,
    byAccount,
    (each, _index, engine) => {
      isTold = true;
      return follow(each, engine);
    },
    byAccount.length,
  );
  if (!isTold) for (const account of settled) tellAgain(account, world);
  return settled.flatMap(({ outcomes }) => outcomes);
}

// A turn before this one settled them all, and this one has only the results.
function tellAgain({ outcomes, calls, kept }: Settled, world: LeasedWorld): void {
  for (const turn of calls) world.calls.note(turn);
  world.recorder?.assume(kept);
  for (const outcome of outcomes) world.onEvent?.({ kind: 'settled', outcome });
}
