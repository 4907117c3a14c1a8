// One look at the fleet: the present power of every VM asked about, from one list call per project.
// Only a VM missing from its list is asked for by id: absence from a list proves nothing (rule 5).

import { describeError } from '../core/describe-error.ts';
import type { Sight } from '../core/pursuit.ts';
import { powerOf, type Vm, vmKey } from '../core/vm.ts';
import { listProjects } from './inventory.ts';
import type { FleetAccount, RunWorld } from './world.ts';

type LookWorld = Pick<RunWorld, 'accounts' | 'states' | 'log'>;

/** What each VM looks like now, by VM key; requested anew, nothing remembered. */
export async function look(vms: readonly Vm[], world: LookWorld): Promise<Record<string, Sight>> {
  const lists = await listProjects(accountsOf(vms, world.accounts), world.log);
  const listed = new Map(
    lists.flatMap((list) => ('vms' in list ? list.vms.map((vm) => [vmKey(vm), vm.state] as const) : [])),
  );
  const unread = new Map(
    lists.flatMap((list) => ('reason' in list ? [[`${list.account}/${list.project}`, list.reason] as const] : [])),
  );
  const sights = await Promise.all(
    vms.map(async (vm): Promise<[string, Sight]> => {
      const state = listed.get(vmKey(vm));
      if (state !== undefined) return [vmKey(vm), powerOf(state, world.states)];
      const unseen = unread.get(`${vm.account}/${vm.project}`);
      return [vmKey(vm), unseen === undefined ? await readOne(vm, world) : { unseen }];
    }),
  );
  return Object.fromEntries(sights);
}

/** The accounts of these VMs, each with those of its projects that they are in. */
export function accountsOf(vms: readonly Vm[], accounts: readonly FleetAccount[]): FleetAccount[] {
  const wanted = new Set(vms.map((vm) => `${vm.account}/${vm.project}`));
  return accounts.map(({ cloud, projects }) => ({
    cloud,
    projects: projects.filter((project) => wanted.has(`${cloud.account}/${project}`)),
  }));
}

async function readOne(vm: Vm, { accounts, states, log }: LookWorld): Promise<Sight> {
  const cloud = accounts.find((account) => account.cloud.account === vm.account)?.cloud;
  try {
    const read = await cloud?.read(vm.id);
    if (read === undefined) return { unseen: `account "${vm.account}" has no cloud` };
    return read === 'gone' ? 'gone' : powerOf(read.state, states);
  } catch (error) {
    log.warn('a VM that is missing from its list could not be read either', { vm: vm.id, account: vm.account, error });
    return { unseen: describeError(error).message };
  }
}
