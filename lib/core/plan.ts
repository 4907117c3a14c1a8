// From a request and a fleet to who is pursued and who is left alone, before anything is sent.
// Pure: a dry run is this plan and nothing more.

import { type Action, disrupts } from './action.ts';
import { decide } from './decide.ts';
import { type Refusal, tooMuch, withoutLeave } from './guard.ts';
import { type Outcome, type OutcomeCode, type Unlisted, untouched } from './outcome.ts';
import { chooseByIds } from './plan/choose.ts';
import type { RunPolicy } from './policy.ts';
import { begin, type Pursuit } from './pursuit.ts';
import { matches, parseSelector } from './selector.ts';
import { turnsOf } from './tiers.ts';
import { type Vm, vmKey } from './vm.ts';

/** What every request says of how far it may go. */
export interface Leave {
  readonly dryRun: boolean;
  readonly allowDataLoss: boolean;
  readonly overrideGuard: boolean;
}

/** What of a run request the plan depends on. */
export interface PlanRequest extends Leave {
  readonly action: Action;
  readonly select: string | null;
  readonly ids: readonly string[] | null;
}

/** The VMs that could be listed, and the projects that could not. */
export interface Inventory {
  readonly vms: readonly Vm[];
  readonly unlisted: readonly Unlisted[];
}

export interface Plan {
  readonly pursuits: readonly Pursuit[];
  /** Final already: left alone, refused, or planned in a dry run. */
  readonly outcomes: readonly Outcome[];
  /** Every VM that the plan decides about, by its key. */
  readonly selected: ReadonlyMap<string, Vm>;
  /** The projects that may have more of them. */
  readonly unlisted: readonly Unlisted[];
  /** Whether any VM surely matched. */
  readonly matched: boolean;
}

/** What is wished for one VM: an action, or to leave it alone for a reason. */
export type Wish =
  | {
      readonly vm: Vm;
      readonly action: Action;
      /** As the end of a sentence, for a dry run to say; where nobody asked for the action by its name. */
      readonly why?: string;
    }
  | {
      readonly vm: Vm;
      readonly leave: { readonly result: 'unchanged' | 'skipped'; readonly code: OutcomeCode; readonly reason: string };
    };

/** The plan of one action. Throws `request` for an id that two accounts have, `selector` for an unreadable selector. */
export function makePlan(request: PlanRequest, inventory: Inventory, policy: RunPolicy, now: number): Plan {
  const { chosen, missing } = chooseByIds(request.ids, inventory);
  const selector = request.select === null ? null : parseSelector(request.select);
  const judged = chosen.map((vm) => ({ vm, match: selector === null ? 'yes' : matches(selector, vm) }));
  const selected = judged.filter(({ match }) => match !== 'no');
  const wishes = selected.map(({ vm }) => ({ vm, action: request.action }));
  const plan = planWishes(wishes, request, inventory, policy, now);
  return { ...plan, outcomes: [...plan.outcomes, ...missing], matched: judged.some(({ match }) => match === 'yes') };
}

type Decided = Omit<Plan, 'matched'>;
type Parted = Pick<Plan, 'pursuits' | 'outcomes'>;

/** The plan of one wish per VM: who is pursued, unless the whole is refused or only rehearsed. */
export function planWishes(
  wishes: readonly Wish[],
  leave: Leave,
  { vms, unlisted }: Inventory,
  policy: RunPolicy,
  now: number,
): Decided {
  const selected = new Map(wishes.map(({ vm }) => [vmKey(vm), vm]));
  const decided = { ...part(wishes, policy, now), selected, unlisted };
  const refusal = refusalOf(decided.pursuits, leave, vms.length, policy);
  if (refusal !== null)
    return allEnd(decided, ({ vm, action }) => untouched(vm, action, { result: 'refused', ...refusal }));
  return leave.dryRun ? rehearsed(decided, wishes) : decided;
}

function part(wishes: readonly Wish[], policy: RunPolicy, now: number): Parted {
  const pursuits: Pursuit[] = [];
  const outcomes: Outcome[] = [];
  for (const wish of wishes) {
    if ('leave' in wish) {
      outcomes.push(untouched(wish.vm, null, wish.leave));
      continue;
    }
    const decision = decide(wish.action, wish.vm);
    if (decision.kind === 'leave') outcomes.push(untouched(wish.vm, wish.action, decision));
    else pursuits.push(begin(wish.vm, wish.action, decision, policy, now));
  }
  return { pursuits, outcomes };
}

// Judged over the whole run, and in a dry run too: a preview that hides the refusal would be a surprise.
function refusalOf(pursuits: readonly Pursuit[], leave: Leave, listed: number, policy: RunPolicy): Refusal | null {
  const toSend = pursuits.filter(({ phase }) => phase !== 'settling').map(({ action }) => action);
  const noLeave = toSend.map((action) => withoutLeave(action, leave.allowDataLoss)).find((refusal) => refusal !== null);
  if (noLeave !== undefined) return noLeave;
  const disrupting = toSend.filter(disrupts);
  const [action] = disrupting;
  if (action === undefined || leave.overrideGuard) return null;
  return tooMuch(action, disrupting.length, listed, policy.guard);
}

function allEnd(decided: Decided, end: (pursuit: Pursuit) => Outcome): Decided {
  return { ...decided, pursuits: [], outcomes: [...decided.outcomes, ...decided.pursuits.map(end)] };
}

function rehearsed(decided: Decided, wishes: readonly Wish[]): Decided {
  const turns = turnsOf(decided);
  const whys = new Map(wishes.map((wish) => [vmKey(wish.vm), 'why' in wish ? wish.why : undefined]));
  return allEnd(decided, (pursuit) => {
    const key = vmKey(pursuit.vm);
    const turn = turns.get(key);
    const what = whatWouldBe(pursuit, whys.get(key));
    const reason = turn === undefined ? what : `${what} (${turn})`;
    return untouched(pursuit.vm, pursuit.action, { result: 'planned', code: 'dry-run', reason });
  });
}

function whatWouldBe({ vm, action, phase, awaits }: Pursuit, why = `it is ${vm.power}`): string {
  if (phase === 'due') return `${action} would be sent: ${why}`;
  if (phase === 'awaiting') return `${action} would be sent once it is ${awaits}: ${why}`;
  return `it would only be looked at: it is ${vm.power} already`;
}
