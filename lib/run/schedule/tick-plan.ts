// The plan of a tick's run: one wish per VM, decided afresh from the run's own list and what is remembered now.
// Also what the tick itself uses to see, before it launches anything, whether the guard would refuse it.

import { decide } from '../../core/decide.ts';
import { untouched } from '../../core/outcome.ts';
import { chooseByIds } from '../../core/plan/choose.ts';
import { type Inventory, type Plan, planWishes, type Wish } from '../../core/plan.ts';
import type { RunPolicy } from '../../core/policy.ts';
import { printInstant } from '../../core/schedule/civil.ts';
import type { Schedules } from '../../core/schedule/schedules.ts';
import { isProtected } from '../../core/tags.ts';
import { type Vm, vmKey } from '../../core/vm.ts';
import type { FleetState } from '../../stores.ts';
import type { TickRequest } from '../request.ts';
import { type Judgement, judge } from './judge.ts';

export interface TickPlan extends Plan {
  /** By VM key, of all that are acted on: as judged at the tick's instant, by which marks are dated. */
  readonly judgements: ReadonlyMap<string, Judgement>;
}

export interface TickFacts {
  readonly inventory: Inventory;
  readonly state: FleetState;
  readonly schedules: Schedules;
  readonly policy: RunPolicy;
}

/**
 * What is to be done with the VMs of a tick's request: what they want at its instant and still want now (docs/decisions/0025),
 * or, in a dry run, what they want at its instant. VMs at fault are in it too, asked for or not. Throws `request`.
 */
export function planTick(
  request: TickRequest,
  { inventory, state, schedules, policy }: TickFacts,
  now: number,
): TickPlan {
  const { chosen, missing } = chooseByIds(request.ids, inventory);
  const decideAt = request.dryRun ? request.at : Math.max(request.at, now);
  const judgements = new Map<string, Judgement>();
  const wishes = chosen.map((vm): Wish => {
    const atTick = judge(vm, state, schedules, request.at);
    const afresh = decideAt === request.at ? atTick : judge(vm, state, schedules, decideAt);
    if (atTick === null || afresh === null) return leftAlone(vm);
    const wish = wishOf(vm, atTick, afresh);
    if ('action' in wish) judgements.set(vmKey(vm), atTick);
    return wish;
  });
  const all = [...wishes, ...atFaultBeside(chosen, inventory).map(leftAlone)];
  const plan = planWishes(all, { ...request, allowDataLoss: false }, inventory, policy, now);
  // The tick saw it a moment ago; that it is in no list now is not this run's failure.
  const vanished = missing.map((outcome) => ({ ...outcome, result: 'skipped' as const }));
  return { ...plan, outcomes: [...plan.outcomes, ...vanished], matched: true, judgements };
}

// Power is the same in both judgements, so where both act they agree on the action.
function wishOf(vm: Vm, atTick: Judgement, afresh: Judgement): Wish {
  const { action, code, reason } = afresh.decision;
  if (action === null)
    return code === 'settled' ? leave(vm, 'unchanged', 'already', reason) : leave(vm, 'skipped', 'schedule', reason);
  if (atTick.decision.action !== null) return { vm, action, why: reason };
  return leave(
    vm,
    'skipped',
    'stale',
    `${reason}; that is so only since the tick of this run, so the next tick does it`,
  );
}

function leave(vm: Vm, result: 'unchanged' | 'skipped', code: 'already' | 'schedule' | 'stale', reason: string): Wish {
  return { vm, leave: { result, code, reason } };
}

/** Protected, or at fault: the decision for any action says why. */
function leftAlone(vm: Vm): Wish {
  const code = isProtected(vm) ? 'protected' : 'fault';
  return { vm, leave: { result: 'skipped', code, reason: decide('start', vm).reason } };
}

/** No tick ever chooses them; who reads only the run's report must learn of them all the same. */
function atFaultBeside(chosen: readonly Vm[], { vms }: Inventory): readonly Vm[] {
  const isChosen = new Set(chosen);
  return vms.filter((vm) => vm.faults.length > 0 && !isProtected(vm) && !isChosen.has(vm));
}

/**
 * The plan of a run that comes more than `maxAgeMs` after its tick, which sends nothing; null for one in time. A refusal stays
 * one: it alarms once per boundary (docs/decisions/0016), and that once must not be lost.
 */
export function tooLate(plan: TickPlan, { at }: TickRequest, now: number, maxAgeMs: number): TickPlan | null {
  const ageMs = now - at;
  if (ageMs <= maxAgeMs) return null;
  const age = `${Math.ceil(ageMs / 1000)} s after it, and at most ${Math.round(maxAgeMs / 1000)} s are allowed`;
  const reason = `the run of the tick of ${printInstant(at)} came too late: ${age}; the next tick catches up`;
  const stale = { result: 'skipped', code: 'stale', reason } as const;
  const left = plan.pursuits.map(({ vm, action }) => untouched(vm, action, stale));
  return { ...plan, pursuits: [], outcomes: [...plan.outcomes, ...left] };
}
