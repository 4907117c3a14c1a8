// The VMs that a request about schedules names by id, or the error that says why there is none.
// That a VM is in no list means nothing while some lists could not be read.

import { PowerError } from '../../core/errors.ts';
import { excerpt } from '../../core/excerpt.ts';
import type { Unlisted } from '../../core/outcome.ts';
import { chooseByIds } from '../../core/plan/choose.ts';
import type { Inventory } from '../../core/plan.ts';
import type { Vm } from '../../core/vm.ts';

/**
 * The VMs of the ids, or all of them without. Throws `not-found` for ids that are in no list, `list-failed` where a project
 * that could not be listed may have them, and `request` for one that two accounts have.
 */
export function chosenVms(ids: readonly string[] | null, inventory: Inventory): readonly Vm[] {
  const { chosen, missing } = chooseByIds(ids, inventory);
  if (missing.length === 0) return chosen;
  const names = missing.map(({ account, vm }) => (account === '' ? vm : `${account}/${vm}`));
  const shown = names.slice(0, 10).join(', ') + (names.length > 10 ? ` and ${names.length - 10} more` : '');
  throw noVm(shown, inventory);
}

/** The VM of the id. Throws as `chosenVms`. */
export function chosenVm(id: string, inventory: Inventory): Vm {
  const [vm] = chooseByIds([id], inventory).chosen;
  if (vm === undefined) throw noVm(excerpt(id), inventory);
  return vm;
}

function noVm(shown: string, { unlisted }: Inventory): PowerError {
  return notFound(`there is no VM ${shown}: check the id, and that the configuration lists its project`, unlisted);
}

/** `not-found`, or `list-failed` where it may only seem so. */
export function notFound(message: string, unlisted: readonly Unlisted[]): PowerError {
  if (unlisted.length === 0) return new PowerError('not-found', message);
  const faults = unlisted.map(({ account, project, reason }) => `${account}/${project}: ${reason}`);
  const hint = `${unlisted.length} project(s) could not be listed, try again when they can: ${faults.join('; ')}`;
  return new PowerError('list-failed', `${message}; but ${hint}`, { faults });
}
