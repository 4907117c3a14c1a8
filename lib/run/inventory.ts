// Lists the fleet: every project of every account that the request covers, with tags and power read.
// A project whose list failed, or is not surely whole, is left out whole and reported (rule 5).

import { kindOf } from '../core/describe-error.ts';
import { PowerError } from '../core/errors.ts';
import type { Unlisted } from '../core/outcome.ts';
import type { Inventory } from '../core/plan.ts';
import { scheduleOf } from '../core/schedule/of-vm.ts';
import { isProtected, tagVm } from '../core/tags.ts';
import { isKnownState, type ListedVm, type Vm, vmKey } from '../core/vm.ts';
import type { FleetAccount, RunWorld } from './world.ts';

/** What of a run request says which lists are read; null means all. */
export interface Scope {
  readonly accounts: readonly string[] | null;
  readonly projects: readonly string[] | null;
}

export type InventoryWorld = Pick<RunWorld, 'accounts' | 'tags' | 'states' | 'schedules' | 'log'>;

/** One project's list: its VMs, or why there are none. */
export type ProjectList = { readonly account: string; readonly project: string } & (
  | { readonly vms: readonly ListedVm[] }
  | { readonly reason: string }
);

/** The fleet within the scope. Throws `request` when the scope names an account or project that is not configured. */
export async function takeInventory(scope: Scope, world: InventoryWorld): Promise<Inventory> {
  const { listed, unlisted } = await listFleet(scope, world);
  return { vms: listed.map((vm) => readVm(vm, world)), unlisted };
}

/** The fleet within the scope as the API listed it, tags not read yet. Throws as `takeInventory`. */
export async function listFleet(
  scope: Scope,
  { accounts, log }: Pick<RunWorld, 'accounts' | 'log'>,
): Promise<{ readonly listed: readonly ListedVm[]; readonly unlisted: readonly Unlisted[] }> {
  const lists = withoutDoubles(await listProjects(accountsInScope(scope, accounts), log));
  const unlisted: Unlisted[] = [];
  const listed = lists.flatMap((list) => {
    if ('vms' in list) return list.vms;
    unlisted.push({ account: list.account, project: list.project, reason: list.reason });
    return [];
  });
  return { listed, unlisted };
}

/** The VM with its tags read: a schedule that cannot be understood is its fault in every run, not only in a tick (rule 6). */
export function readVm(listed: ListedVm, { tags, states, schedules }: InventoryWorld): Vm {
  const vm = tagVm(listed, tags, states);
  const read = scheduleOf(vm, schedules);
  return 'faults' in read ? { ...vm, faults: [...vm.faults, ...read.faults] } : vm;
}

/** VMs that somebody has tagged, and that every action leaves alone because nobody has said what their state means. */
export function inUnknownState(vms: readonly Vm[], { states }: Pick<InventoryWorld, 'states'>): readonly Vm[] {
  const isMeant = (vm: Vm) => Object.keys(vm.tags).length > 0 && vm.faults.length === 0 && !isProtected(vm);
  return vms.filter((vm) => isMeant(vm) && !isKnownState(vm.state, states));
}

/** Lists all projects of the accounts at once; each one's trouble stays its own. */
export function listProjects(accounts: readonly FleetAccount[], log: RunWorld['log']): Promise<ProjectList[]> {
  return Promise.all(
    accounts.flatMap(({ cloud, projects }) => projects.map((project) => listProject(cloud, project, log))),
  );
}

async function listProject(cloud: FleetAccount['cloud'], project: string, log: RunWorld['log']): Promise<ProjectList> {
  const where = { account: cloud.account, project };
  try {
    return { ...where, vms: await cloud.list(project) };
  } catch (error) {
    const reason =
      error instanceof PowerError
        ? error.message
        : `a mistake of ours while listing (${kindOf(error)}); please report it`;
    log.warn('a project could not be listed; its VMs are left alone', { ...where, error });
    return { ...where, reason };
  }
}

// An id twice within one account means that at least one of the lists is not what was asked for.
function withoutDoubles(lists: readonly ProjectList[]): ProjectList[] {
  const seenIn = new Map<string, Set<ProjectList>>();
  for (const list of lists) {
    for (const vm of 'vms' in list ? list.vms : []) {
      const places = seenIn.get(vmKey(vm));
      if (places) places.add(list);
      else seenIn.set(vmKey(vm), new Set([list]));
    }
  }
  const doubtful = new Map<ProjectList, string>();
  for (const [key, places] of seenIn) {
    if (places.size > 1) for (const list of places) doubtful.set(list, key);
  }
  return lists.map((list) => {
    const key = doubtful.get(list);
    if (key === undefined) return list;
    const reason = `VM ${key} stands in the lists of several projects, so none of them can be trusted: check the configured projects`;
    return { account: list.account, project: list.project, reason };
  });
}

function accountsInScope(scope: Scope, all: readonly FleetAccount[]): FleetAccount[] {
  const accounts = pick('account', scope.accounts, all, ({ cloud }) => cloud.account);
  const known = [...new Set(accounts.flatMap(({ projects }) => projects))];
  const wanted = pick('project', scope.projects, known, (project) => project);
  return accounts.map(({ cloud, projects }) => ({
    cloud,
    projects: projects.filter((project) => wanted.includes(project)),
  }));
}

function pick<T>(what: string, names: readonly string[] | null, all: readonly T[], nameOf: (item: T) => string): T[] {
  const strange = names?.filter((name) => !all.some((item) => nameOf(item) === name)) ?? [];
  if (strange.length > 0) {
    const known = all.map(nameOf).join(', ');
    throw new PowerError(
      'request',
      `there is no ${what} ${strange.map((name) => `"${name}"`).join(', ')} in the configuration; there is: ${known}`,
    );
  }
  return all.filter((item) => names === null || names.includes(nameOf(item)));
}
