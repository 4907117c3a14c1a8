// A tier when its turn comes: its VMs as they are by then, their patience from then on, and their sends spread over a time.
// Between the plan and its turn hours may pass, in which somebody protects a VM or turns it on or off.

import { type Action, disrupts } from '../action.ts';
import { type Decision, decide } from '../decide.ts';
import { type Outcome, untouched } from '../outcome.ts';
import type { RunPolicy } from '../policy.ts';
import { begin, type Pursuit } from '../pursuit.ts';
import { type Vm, vmKey } from '../vm.ts';

export interface Begun {
  readonly pursuits: readonly Pursuit[];
  /** Of those with which nothing is to be done any more. */
  readonly outcomes: readonly Outcome[];
}

/** The tier's pursuits from `at` on. `changed` are those that look different by now than when they were planned. */
export function begunAt(at: number, planned: readonly Pursuit[], changed: readonly Vm[], policy: RunPolicy): Begun {
  const now = new Map(changed.map((vm) => [vmKey(vm), vm]));
  const pursuits: Pursuit[] = [];
  const outcomes: Outcome[] = [];
  for (const pursuit of planned) {
    const vm = now.get(vmKey(pursuit.vm)) ?? pursuit.vm;
    const decision = decide(pursuit.asked, vm);
    if (decision.kind === 'leave') outcomes.push(untouched(vm, pursuit.asked, decision));
    else pursuits.push(begin(vm, pursuit.asked, asCounted(pursuit, decision), policy, at));
  }
  return { pursuits, outcomes };
}

// The guard has not counted one that was only to be looked at (rule 10): it is not sent to now either.
function asCounted({ phase, asked }: Pursuit, decision: Exclude<Decision, { kind: 'leave' }>): typeof decision {
  return phase === 'settling' && disrupts(asked) ? { kind: 'settle', reason: decision.reason } : decision;
}

/** A time is spread in so many steps at most: each is a wave of its own, and every wave has to be remembered. */
const steps = 60;

/** The pursuits with their sends spread evenly: of n VMs of one action the i-th (from 0) is not sent to before i/n of its time. */
export function staggered(
  pursuits: readonly Pursuit[],
  staggerMs: Readonly<Record<Action, number>>,
  at: number,
): readonly Pursuit[] {
  const toSend = Map.groupBy(
    pursuits.filter(({ phase, action }) => phase !== 'settling' && staggerMs[action] > 0),
    ({ action }) => action,
  );
  const places = new Map(
    [...toSend.values()].flatMap((own) => own.map((pursuit, place) => [pursuit, place / own.length] as const)),
  );
  return pursuits.map((pursuit) => {
    const share = places.get(pursuit);
    return share === undefined
      ? pursuit
      : { ...pursuit, notBefore: at + Math.floor((Math.ceil(share * steps) / steps) * staggerMs[pursuit.action]) };
  });
}
