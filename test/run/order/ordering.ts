// A plan carried out in its order, on fake clouds in virtual time: what the tests of order share.
// The real settlement, the real gates; only the readiness of the world outside is played.

import type { Action } from '../../../lib/core/action.ts';
import type { Outcome } from '../../../lib/core/outcome.ts';
import { makePlan, type Plan } from '../../../lib/core/plan.ts';
import type { RunPolicy } from '../../../lib/core/policy.ts';
import type { Log, RunEvent } from '../../../lib/ports.ts';
import { CallCount } from '../../../lib/run/calls.ts';
import { takeInventory } from '../../../lib/run/inventory.ts';
import { withLeases } from '../../../lib/run/leasing.ts';
import { type OrderParts, pursueInOrder } from '../../../lib/run/order.ts';
import { settle } from '../../../lib/run/settle.ts';
import type { LeasedWorld, RunWorld } from '../../../lib/run/world.ts';
import type { FakeVm } from '../../fakes/vm-cloud.ts';
import { policy, type Scene, scene, silent } from '../../fixtures/world.ts';

export interface Ordering extends Scene {
  readonly warnings: string[];
  /** Pursues one action of every VM; a plan may be put in the place of the one that is made. */
  readonly pursue: (
    action: Action,
    changes?: Partial<RunWorld>,
    parts?: Partial<OrderParts>,
  ) => Promise<readonly Outcome[]>;
  readonly carryOut: (
    makeIt: (world: LeasedWorld) => Promise<Plan>,
    changes?: Partial<RunWorld>,
    parts?: Partial<OrderParts>,
  ) => Promise<readonly Outcome[]>;
  /** What was sent, as `second action id`, seconds from the begin. */
  readonly sent: () => string[];
  /** The events about tiers, as `direction tier state`, with the reason where there is one. */
  readonly tiers: () => string[];
}

export const begun = Date.UTC(2026, 0, 1);

export function ordering(
  vms: Parameters<typeof scene>[0],
  base: Omit<Partial<RunPolicy>, 'tiers'> & { readonly tiers?: Partial<RunPolicy['tiers']> } = {},
): Ordering {
  const stage = scene(vms, { ...base, tiers: { ...policy.tiers, ...base.tiers } });
  const warnings: string[] = [];
  const log: Log = { ...silent, warn: (message) => warnings.push(message) };
  const carryOut: Ordering['carryOut'] = (makeIt, changes = {}, parts = {}) => {
    const calls = new CallCount(stage.world.accounts);
    const holder = { run: 'test-run', requestedAt: stage.clock.now() };
    const world: LeasedWorld = { ...stage.world, log, ...changes, calls, holder };
    const probe = async () => null;
    return stage.clock.run(
      makeIt(world)
        .then((plan) => withLeases(plan, holder, world))
        .then((plan) => pursueInOrder(plan, world, { settle, probe, ...parts })),
    );
  };
  return {
    ...stage,
    warnings,
    carryOut,
    pursue: (action, changes, parts) => carryOut((world) => planOf(action, world), changes, parts),
    sent: () => stage.cloud.sent.map(({ id, action, at }) => `${(at - begun) / 1000} ${action} ${id}`),
    tiers: () => stage.events.flatMap((event) => (event.kind === 'tier' ? [lineOf(event)] : [])),
  };
}

function lineOf({ direction, tier, state, vms, why }: Extract<RunEvent, { kind: 'tier' }>): string {
  return `${direction} ${tier} ${state} (${vms})${why === undefined ? '' : `: ${why}`}`;
}

async function planOf(action: Action, world: LeasedWorld): Promise<Plan> {
  const inventory = await takeInventory({ accounts: null, projects: null }, world);
  const request = { action, select: '*', ids: null, dryRun: false, allowDataLoss: true, overrideGuard: true };
  return makePlan(request, inventory, world.policy, world.clock.now());
}

/** A VM of this tier, on unless said otherwise. */
export function inTier(tier: number, id: string, more: Partial<FakeVm> = {}): FakeVm {
  return { id, description: `[tier=${tier}]`, state: 'running', ...more };
}
