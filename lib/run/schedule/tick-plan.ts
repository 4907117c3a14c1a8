// The plan of a tick's run: one wish per VM, decided afresh from the run's own list and what is remembered now.
// Also what the tick itself uses to see, before it launches anything, whether the guard would refuse it.

import { decide } from '../../core/decide.ts';
import { chooseByIds } from '../../core/plan/choose.ts';
import { type Inventory, type Plan, planWishes, type Wish } from '../../core/plan.ts';
import type { RunPolicy } from '../../core/policy.ts';
import type { Schedules } from '../../core/schedule/schedules.ts';
import { type Vm, vmKey } from '../../core/vm.ts';
import type { FleetState } from '../../ports.ts';
import type { TickRequest } from '../request.ts';
import { type Judgement, judge } from './judge.ts';

export interface TickPlan extends Plan {
  /** By VM key, of all that have one. */
  readonly judgements: ReadonlyMap<string, Judgement>;
}

export interface TickFacts {
  readonly inventory: Inventory;
  readonly state: FleetState;
  readonly schedules: Schedules;
  readonly policy: RunPolicy;
}

/** What the VMs of a tick's request want at its instant, and what is therefore to be done. Throws `request`. */
export function planTick(
  request: TickRequest,
  { inventory, state, schedules, policy }: TickFacts,
  now: number,
): TickPlan {
  const { chosen, missing } = chooseByIds(request.ids, inventory);
  const judgements = new Map<string, Judgement>();
  const wishes = chosen.map((vm): Wish => {
    const judgement = judge(vm, state, schedules, request.at);
    if (judgement !== null) judgements.set(vmKey(vm), judgement);
    return wishOf(vm, judgement);
  });
  const plan = planWishes(wishes, { ...request, allowDataLoss: false }, inventory, policy, now);
  // The tick saw it a moment ago; that it is in no list now is not this run's failure.
  const vanished = missing.map((outcome) => ({ ...outcome, result: 'skipped' as const }));
  return { ...plan, outcomes: [...plan.outcomes, ...vanished], matched: true, judgements };
}

function wishOf(vm: Vm, judgement: Judgement | null): Wish {
  // Protected, or at fault: the decision for any action says so.
  if (judgement === null) return { vm, action: decide('start', vm).kind === 'leave' ? 'start' : 'shutdown' };
  const { action, code, reason } = judgement.decision;
  if (action !== null) return { vm, action };
  if (code === 'settled') return { vm, leave: { result: 'unchanged', code: 'already', reason } };
  return { vm, leave: { result: 'skipped', code: 'schedule', reason } };
}
