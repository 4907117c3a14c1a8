// From a request and a fleet to who is pursued and who is left alone, before anything is sent.
// Pure: a dry run is this plan and nothing more.

import type { Action } from './action.ts';
import { decide } from './decide.ts';
import { PowerError } from './errors.ts';
import { type Refusal, tooMuch, withoutLeave } from './guard.ts';
import { type Outcome, type Unlisted, untouched } from './outcome.ts';
import type { RunPolicy } from './policy.ts';
import { begin, type Pursuit } from './pursuit.ts';
import { matches, parseSelector } from './selector.ts';
import type { Vm } from './vm.ts';

/** What of a run request the plan depends on. */
export interface PlanRequest {
  readonly action: Action;
  readonly select: string | null;
  readonly ids: readonly string[] | null;
  readonly dryRun: boolean;
  readonly allowDataLoss: boolean;
  readonly overrideGuard: boolean;
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
  /** Whether any VM surely matched. */
  readonly matched: boolean;
}

/** The plan. Throws `request` for an id that two accounts have, `selector` for an unreadable selector. */
export function makePlan(request: PlanRequest, inventory: Inventory, policy: RunPolicy, now: number): Plan {
  const { chosen, missing } = chooseByIds(request.ids, inventory);
  const selector = request.select === null ? null : parseSelector(request.select);
  const judged = chosen.map((vm) => ({ vm, match: selector === null ? 'yes' : matches(selector, vm) }));
  const selected = judged.filter(({ match }) => match !== 'no').map(({ vm }) => vm);
  const parted = part(selected, request, policy, now);
  const plan = settleEarly(request, parted, refusalOf(request, parted.pursuits, inventory.vms.length, policy));
  return { ...plan, outcomes: [...plan.outcomes, ...missing], matched: judged.some(({ match }) => match === 'yes') };
}

type Parted = Pick<Plan, 'pursuits' | 'outcomes'>;

function part(vms: readonly Vm[], request: PlanRequest, policy: RunPolicy, now: number): Parted {
  const pursuits: Pursuit[] = [];
  const outcomes: Outcome[] = [];
  for (const vm of vms) {
    const decision = decide(request.action, vm);
    if (decision.kind === 'leave') outcomes.push(untouched(vm, request.action, decision));
    else pursuits.push(begin(vm, request.action, decision, policy, now));
  }
  return { pursuits, outcomes };
}

// Judged over the whole run, and in a dry run too: a preview that hides the refusal would be a surprise.
function refusalOf(
  request: PlanRequest,
  pursuits: readonly Pursuit[],
  listed: number,
  policy: RunPolicy,
): Refusal | null {
  const toSend = pursuits.filter(({ phase }) => phase !== 'settling').length;
  const noLeave = withoutLeave(request.action, request.allowDataLoss);
  return noLeave ?? (request.overrideGuard ? null : tooMuch(request.action, toSend, listed, policy.guard));
}

function settleEarly(request: PlanRequest, { pursuits, outcomes }: Parted, refusal: Refusal | null): Parted {
  if (refusal !== null)
    return allEnd(pursuits, outcomes, ({ vm }) => untouched(vm, request.action, { result: 'refused', ...refusal }));
  if (request.dryRun)
    return allEnd(pursuits, outcomes, (pursuit) => untouched(pursuit.vm, request.action, planned(pursuit)));
  return { pursuits, outcomes };
}

function allEnd(
  pursuits: readonly Pursuit[],
  outcomes: readonly Outcome[],
  end: (pursuit: Pursuit) => Outcome,
): Parted {
  return { pursuits: [], outcomes: [...outcomes, ...pursuits.map(end)] };
}

function planned({ vm, action, phase, awaits }: Pursuit): { result: 'planned'; code: 'dry-run'; reason: string } {
  const what =
    phase === 'due'
      ? `${action} would be sent: it is ${vm.power}`
      : phase === 'awaiting'
        ? `${action} would be sent once it is ${awaits}: it is ${vm.power}`
        : `it would only be looked at: it is ${vm.power} already`;
  return { result: 'planned', code: 'dry-run', reason: what };
}

function chooseByIds(
  ids: readonly string[] | null,
  { vms, unlisted }: Inventory,
): { chosen: readonly Vm[]; missing: readonly Outcome[] } {
  if (ids === null) return { chosen: vms, missing: [] };
  const byText = Map.groupBy(vms, (vm): string => vm.id);
  const chosen = new Set<Vm>();
  const missing: Outcome[] = [];
  for (const text of new Set(ids)) {
    const found = findById(text, byText);
    if (found === null) missing.push(notListed(text, unlisted));
    else chosen.add(found);
  }
  return { chosen: [...chosen], missing };
}

function findById(text: string, byText: ReadonlyMap<string, readonly Vm[]>): Vm | null {
  const { account, id } = splitId(text);
  const found = (byText.get(id) ?? []).filter((vm) => account === null || vm.account === account);
  if (found.length < 2) return found[0] ?? null;
  const names = found.map((vm) => `${vm.account}/${id}`).join(' or ');
  throw new PowerError('request', `id ${id} stands in several accounts: say ${names}`);
}

function splitId(text: string): { account: string | null; id: string } {
  const slash = text.indexOf('/');
  return slash < 0 ? { account: null, id: text } : { account: text.slice(0, slash), id: text.slice(slash + 1) };
}

function notListed(text: string, unlisted: readonly Unlisted[]): Outcome {
  const { account, id } = splitId(text);
  const vm = { id, name: '', account: account ?? '', project: '', power: 'other' } as const;
  if (unlisted.length > 0) {
    const reason = `not found, and ${unlisted.length} project(s) could not be listed: try again when they can`;
    return untouched(vm, null, { result: 'unknown', code: 'not-listed', reason });
  }
  return untouched(vm, null, {
    result: 'refused',
    code: 'not-listed',
    reason: 'no project of this run has a VM with this id: check the id',
  });
}
