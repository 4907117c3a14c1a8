// The model of tiers: random fleets, random faults of the cloud, random actions, in virtual time.
// What was sent is held against what was settled by then, and against what then was true.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actions, wantedPower } from '../../lib/core/action.ts';
import type { Answer } from '../../lib/core/failure.ts';
import type { Outcome } from '../../lib/core/outcome.ts';
import { makePlan, type Plan, planWishes } from '../../lib/core/plan.ts';
import { directionOf } from '../../lib/core/tiers.ts';
import { powerOf } from '../../lib/core/vm.ts';
import { takeInventory } from '../../lib/run/inventory.ts';
import { status } from '../fakes/vm-cloud.ts';
import { ordering } from './order/ordering.ts';

/** A busy machine takes its time over three hundred fleets. */
const mostMs = 120_000;

const tiersOf = ['-1', '0', '', '1', '2.5', '10'] as const;

const answer = fc.oneof(
  fc.constantFrom(200, 200, 200, 408, 500, 409, 429, 401).map((code) => status(code)),
  fc.constant<Answer>({ kind: 'silence', detail: 'cut' }),
);

const script = fc.record({
  tier: fc.constantFrom(...tiersOf),
  state: fc.constantFrom('running', 'running', 'running', 'shutoff', 'shutoff', 'booting', 'in shutdown', 'paused'),
  // Mostly plain, or hardly any run would get past its first gate.
  mark: fc.constantFrom('', '', '', '', '', '', '', '', ' [protected]', ' [Protected]'),
  post: fc.record({
    answer,
    effect: fc.constantFrom('at once', 'at once', 'later', 'later', 'none'),
    laterMs: fc.constantFrom(100, 5_000, 60_000, 400_000),
    heldMs: fc.constantFrom(100, 100, 30_000),
  }),
});
type Script = typeof script extends fc.Arbitrary<infer Value> ? Value : never;

const wish = fc.constantFrom(...actions, 'mixed' as const);
const order = fc.record({
  gate: fc.constantFrom('verified', 'verified', 'best-effort'),
  delayMs: fc.constantFrom(0, 0, 45_000),
  patienceMs: fc.constantFrom(null, null, 120_000),
});

interface Post {
  readonly id: string;
  /** The VMs that were settled by then. */
  readonly settled: ReadonlySet<string>;
  /** The power that every VM truly had by then. */
  readonly truth: ReadonlyMap<string, string>;
}

async function carriedOut(scripts: readonly Script[], action: Wish, tiers: Order) {
  const posts: Post[] = [];
  const settled = new Set<string>();
  const stage = ordering(
    scripts.map(({ tier, state, mark }, id) => ({
      id: String(id),
      state,
      description: `${tier === '' ? '' : `[tier=${tier}]`}${mark}`,
    })),
    { tiers },
  );
  stage.events.push = (event) => {
    if (event.kind === 'settled') settled.add(event.outcome.vm);
    return 0;
  };
  stage.cloud.onAct = async (vm, sent) => {
    const truth = scripts.map((_, id) => [String(id), powerOf(stage.cloud.vm(String(id)).state)] as const);
    posts.push({ id: vm.id, settled: new Set(settled), truth: new Map(truth) });
    const { post } = scripts[Number(vm.id)] as Script;
    const wanted = wantedPower[sent];
    const become = () => wanted !== null && stage.cloud.setState(vm.id, wanted === 'on' ? 'running' : 'shutoff');
    if (post.effect === 'at once') become();
    if (post.effect === 'later') stage.cloud.after(post.laterMs, become);
    await stage.clock.sleep(post.heldMs);
    return post.answer;
  };
  const plans: Plan[] = [];
  const outcomes = await stage.carryOut(async (world) => {
    const inventory = await takeInventory({ accounts: null, projects: null }, world);
    const leave = { dryRun: false, allowDataLoss: true, overrideGuard: true };
    const now = world.clock.now();
    const wishes = inventory.vms.map((vm) => ({ vm, action: vm.power === 'on' ? 'shutdown' : 'start' }) as const);
    const plan =
      action === 'mixed'
        ? { ...planWishes(wishes, leave, inventory, world.policy, now), matched: true }
        : makePlan({ action, select: '*', ids: null, ...leave }, inventory, world.policy, now);
    plans.push(plan);
    return plan;
  });
  return { posts, outcomes, plan: plans[0] as Plan };
}

type Wish = typeof wish extends fc.Arbitrary<infer Value> ? Value : never;
type Order = typeof order extends fc.Arbitrary<infer Value> ? Value : never;

const fleet = fc.array(script, { minLength: 2, maxLength: 9 });

/** The tier as the description says it. */
function tierIn({ tier }: Script): number {
  return tier === '' ? 0 : Number(tier);
}

/** Whether the first is in a tier before the second, on the way of this action. */
function isBefore(one: Script, other: Script, isUp: boolean): boolean {
  const [a, b] = [tierIn(one), tierIn(other)];
  return isUp ? a < b : a > b;
}

describe('whatever the cloud does, tier by tier', () => {
  it(
    'nobody is acted on before everyone in the tiers before is settled, and everyone has one outcome',
    async () => {
      await fc.assert(
        fc.asyncProperty(fleet, wish, order, async (scripts, action, tiers) => {
          const { posts, outcomes, plan } = await carriedOut(scripts, action, tiers);
          const pursued = new Map(plan.pursuits.map(({ vm, asked }) => [String(vm.id), directionOf(asked)]));
          expect(outcomes.map(({ vm }) => vm).sort()).toEqual([...pursued.keys()].sort());
          for (const { id, settled } of posts) {
            const direction = pursued.get(id);
            for (const [other, otherDirection] of pursued) {
              if (other === id || otherDirection !== direction) continue;
              const [mine, theirs] = [scripts[Number(id)] as Script, scripts[Number(other)] as Script];
              if (isBefore(theirs, mine, direction === 'up'))
                expect([id, other, settled.has(other)]).toEqual([id, other, true]);
            }
          }
        }),
      );
    },
    mostMs,
  );

  it(
    'once a tier ended badly nothing is sent to a later one, and nothing goes down under what truly runs',
    async () => {
      await fc.assert(
        fc.asyncProperty(fleet, wish, order, async (scripts, action, tiers) => {
          const { posts, outcomes } = await carriedOut(scripts, action, { ...tiers, gate: 'verified' });
          const sentTo = new Set(posts.map(({ id }) => id));
          const bad = outcomes.filter(isBad);
          for (const outcome of outcomes.filter(({ vm }) => sentTo.has(vm))) {
            const isUp = directionOf(outcome.action ?? 'start') === 'up';
            const own = scripts[Number(outcome.vm)] as Script;
            const before = bad.filter(({ vm, action: other }) => {
              const isSameWay = (directionOf(other ?? 'start') === 'up') === isUp;
              return isSameWay && isBefore(scripts[Number(vm)] as Script, own, isUp);
            });
            expect(before.map(({ vm }) => [outcome.vm, vm])).toEqual([]);
          }
          if (action !== 'shutdown' && action !== 'power_off') return;
          for (const { id, truth } of posts) {
            const own = scripts[Number(id)] as Script;
            scripts.forEach((other, index) => {
              if (isBefore(other, own, false))
                expect([id, String(index), truth.get(String(index))]).toEqual([id, String(index), 'off']);
            });
          }
        }),
      );
    },
    mostMs,
  );
});

/** Not where it was to be, as far as anybody knows; a reboot's power proves nothing. */
function isBad({ action, result, power }: Outcome): boolean {
  if (['succeeded', 'accepted', 'unchanged', 'gone'].includes(result)) return false;
  const wanted = action === null ? null : wantedPower[action];
  return wanted === null || power !== wanted;
}
