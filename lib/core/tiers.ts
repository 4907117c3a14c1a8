// In which order a plan is carried out: starts go up the tiers, stops come down, and equal tiers go together.
// A tick's plan has both: two courses side by side, each in its own order.

import type { Action } from './action.ts';
import { type Outcome, outcomeKey } from './outcome.ts';
import type { Plan } from './plan.ts';
import type { Pursuit } from './pursuit.ts';
import { valueFault } from './tags/special.ts';
import { type Vm, vmKey } from './vm.ts';

export type Direction = 'up' | 'down';

const directions: Readonly<Record<Action, Direction>> = {
  start: 'up',
  shutdown: 'down',
  power_off: 'down',
  reboot: 'up',
  reset: 'up',
};

/** Those of a plan that have their turn together. */
export interface Tier {
  readonly tier: number;
  readonly pursuits: readonly Pursuit[];
  /** VMs of this tier that the plan decided about without anything to be done. */
  readonly bystanders: readonly Outcome[];
}

type Ordered = Pick<Plan, 'pursuits' | 'outcomes' | 'selected'>;

/** The way an action goes through the tiers. */
export function directionOf(action: Action): Direction {
  return directions[action];
}

/** The tier that the VM's tags say, 0 where they say none; null where they speak of one that cannot be read. */
export function tierOf({ tags, faults }: Pick<Vm, 'tags' | 'faults'>): number | null {
  const text = Object.hasOwn(tags, 'tier') ? tags.tier : undefined;
  // A typo in another tag makes no tier: one such VM would hold back a whole fleet (rule 5).
  if (text === undefined) return faults.some((fault) => /\btier\b/i.test(fault)) ? null : 0;
  // `-0` and `0` are one tier.
  return valueFault('tier', text) === undefined ? Number(text) + 0 : null;
}

/** The plan's tiers in one direction, in their order; from the last that has something to do on, there are none. */
export function tiersOf(direction: Direction, { pursuits, outcomes, selected }: Ordered): readonly Tier[] {
  const own = Map.groupBy(
    pursuits.filter(({ action }) => directionOf(action) === direction),
    // Whoever is pursued has no fault, and therefore a tier.
    ({ vm }) => tierOf(vm) ?? 0,
  );
  if (own.size === 0) return [];
  const beside = outcomes.flatMap((outcome) => {
    const vm = selected.get(outcomeKey(outcome));
    return vm !== undefined && concerns(outcome, direction) ? [{ outcome, tier: tierOf(vm) }] : [];
  });
  const known = new Set([...own.keys(), ...beside.flatMap(({ tier }) => tier ?? [])]);
  const inOrder = [...known].sort((a, b) => (direction === 'up' ? a - b : b - a));
  const last = inOrder.findLastIndex((tier) => own.has(tier));
  return inOrder.slice(0, last + 1).map((tier, index) => ({
    tier,
    pursuits: own.get(tier) ?? [],
    // One whose tier cannot be read may belong before all others.
    bystanders: beside
      .filter((one) => one.tier === tier || (one.tier === null && index === 0))
      .map((one) => one.outcome),
  }));
}

// Of one that is left alone whatever was to be done with it nobody knows which way it would have gone.
function concerns({ code, action }: Outcome, direction: Direction): boolean {
  if (code === 'protected' || code === 'fault' || code === 'schedule') return true;
  return action !== null && directionOf(action) === direction;
}

/** When each pursued VM has its turn, in words, by VM key; nothing for those of a direction that has one tier. */
export function turnsOf(plan: Ordered): ReadonlyMap<string, string> {
  const turns = new Map<string, string>();
  for (const direction of ['up', 'down'] as const) {
    const tiers = tiersOf(direction, plan).filter(({ pursuits }) => pursuits.length > 0);
    if (tiers.length < 2) continue;
    tiers.forEach(({ tier, pursuits }, index) => {
      const turn = `tier ${tier}, turn ${index + 1} of ${tiers.length} on the way ${direction}`;
      for (const { vm } of pursuits) turns.set(vmKey(vm), turn);
    });
  }
  return turns;
}
