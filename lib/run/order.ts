// Carries a plan out tier by tier: one begins only when the one before is settled, and its gate is open.
// Everything is decided from outcomes, configuration and step results, so that a resumed run goes the same way again.

import type { Outcome } from '../core/outcome.ts';
import type { Plan } from '../core/plan.ts';
import type { Pursuit } from '../core/pursuit.ts';
import { tiersOf } from '../core/tiers.ts';
import type { Engine } from '../ports.ts';
import { Course } from './order/course.ts';
import { networkProbe, type Probe } from './probe.ts';
import { settle } from './settle.ts';
import type { LeasedWorld } from './world.ts';

/** What carries a tier out, and what sees whether it answers. */
export interface OrderParts {
  readonly settle: (label: string, pursuits: readonly Pursuit[], world: LeasedWorld) => Promise<readonly Outcome[]>;
  readonly probe: Probe;
}

const realParts: OrderParts = { settle, probe: networkProbe };

/** Every pursuit's outcome. Tiers go one after the other, up for starts and down for stops, the two beside each other. */
export async function pursueInOrder(
  plan: Plan,
  world: LeasedWorld,
  parts: OrderParts = realParts,
): Promise<readonly Outcome[]> {
  const courses = (['up', 'down'] as const)
    .map((direction) => ({ direction, tiers: tiersOf(direction, plan) }))
    .filter(({ tiers }) => tiers.length > 0);
  const follow = ({ direction, tiers }: (typeof courses)[number], engine = world.engine) =>
    new Course(direction, tiers, plan.unlisted, { ...world, engine }, parts).follow();
  const [first, second] = courses;
  if (first === undefined) return [];
  if (second !== undefined) {
    // Settled here whatever their size: the parts of two courses side by side would not know of each other's share of the pace.
    const here = (engine: Engine): Engine => ({
      step: (name, fn) => engine.step(name, fn),
      once: (name, fn) => engine.once(name, fn),
      wait: (name, ms, early) => engine.wait(name, ms, early),
      map: (name, items, fn, limit) => engine.map(name, items, fn, limit),
      turn: engine.turn,
      sends: engine.sends,
    });
    const both = await world.engine.map('order', courses, (course, _index, engine) => follow(course, here(engine)), 2);
    return both.flat();
  }
  // Most fleets have no tiers: their runs have no step more than they need.
  const isPlain = first.tiers.length === 1 && world.policy.tiers.patienceMs === null && !isStaggered(plan, world);
  return isPlain ? parts.settle('all', plan.pursuits, world) : follow(first);
}

function isStaggered({ pursuits }: Plan, { policy }: LeasedWorld): boolean {
  return pursuits.some(({ action }) => policy.staggerMs[action] > 0);
}
