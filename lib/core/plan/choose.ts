// Which VMs the ids of a request mean, and what is said of an id that means none.
// An id is unique within its account only, so one that two accounts have must be named with its account.

import { PowerError } from '../errors.ts';
import { type Outcome, type Unlisted, untouched } from '../outcome.ts';
import type { Inventory } from '../plan.ts';
import type { Vm } from '../vm.ts';

/** The VMs of the ids (all, where there are none), and an outcome for each id that is in no list. Throws `request`. */
export function chooseByIds(
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
