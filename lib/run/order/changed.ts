// Which of a tier's VMs look different by now than when they were planned, from one list per project.
// Only those are a step's result: of a large tier they are few.

import type { Pursuit } from '../../core/pursuit.ts';
import { type Vm, vmKey } from '../../core/vm.ts';
import { takeInventory } from '../inventory.ts';
import { accountsOf } from '../look.ts';
import type { RunWorld } from '../world.ts';

type ChangedWorld = Pick<RunWorld, 'accounts' | 'tags' | 'states' | 'schedules' | 'log'>;

/** The VMs as they are now, where they changed. One that is in no list stays as planned: its looks will tell. */
export async function changedSince(planned: readonly Pursuit[], world: ChangedWorld): Promise<readonly Vm[]> {
  const before = new Map(planned.map(({ vm }) => [vmKey(vm), vm]));
  const accounts = accountsOf([...before.values()], world.accounts);
  const { vms } = await takeInventory({ accounts: null, projects: null }, { ...world, accounts });
  return vms.filter((vm) => {
    const then = before.get(vmKey(vm));
    return then !== undefined && factsOf(vm) !== factsOf(then);
  });
}

/** What a decision depends on. */
function factsOf({ power, tags, faults }: Vm): string {
  return JSON.stringify([power, tags, faults]);
}
