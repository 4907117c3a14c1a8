// Who may send: a run leases the VMs it selected before it sends anything, and finds out when a newer request took one over.
// So a start asked for now is never undone by the second send of a shutdown asked for before.

import { outcomeKey } from '../core/outcome.ts';
import type { Plan } from '../core/plan.ts';
import { type Pursuit, superseded } from '../core/pursuit.ts';
import { vmKey } from '../core/vm.ts';
import type { LeaseHolder } from '../stores.ts';
import type { RunWorld } from './world.ts';

// A lease is never given back: until it lapses it also keeps out an older request that begins late.
// Newer requests need not wait for that; they take it over. It never lapses before the run is over.
const leaseMs = 60 * 60_000;

type LeaseWorld = Pick<RunWorld, 'leases' | 'engine' | 'clock' | 'until'>;

/** The plan without those that a newer request has, and with their outcomes. Throws `aws`. */
export async function withLeases(plan: Plan, holder: LeaseHolder, world: LeaseWorld): Promise<Plan> {
  const keys = leasedKeys(plan);
  if (keys.length === 0) return plan;
  const { refused, at } = await world.engine.step('lease', async () => {
    const now = world.clock.now();
    const until = Math.max(now + leaseMs, world.until ?? 0);
    return { refused: await world.leases.take(holder, keys, until), at: now };
  });
  return withoutKeys(plan, refused, at);
}

/** The plan with the pursuits of these keys ended as superseded. */
export function withoutKeys(plan: Plan, keys: readonly string[], at: number): Plan {
  if (keys.length === 0) return plan;
  const gone = new Set(keys);
  const isGone = ({ vm }: Pursuit) => gone.has(vmKey(vm));
  const ended = plan.pursuits.filter(isGone).flatMap((pursuit) => superseded(pursuit, at).outcome ?? []);
  return {
    ...plan,
    pursuits: plan.pursuits.filter((pursuit) => !isGone(pursuit)),
    outcomes: [...plan.outcomes, ...ended],
  };
}

// A VM that is as wanted already is leased too: an older run may still be about to change it.
function leasedKeys({ pursuits, outcomes }: Plan): string[] {
  const unchanged = outcomes.filter(({ result }) => result === 'unchanged');
  if (pursuits.length === 0 && unchanged.length === 0) return [];
  return [...pursuits.map(({ vm }) => vmKey(vm)), ...unchanged.map(outcomeKey)];
}
