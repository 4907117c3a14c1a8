// What a tick found and did, for a person and as the JSON contract: the report of its run, and who was left alone.
// The contract has the keys of `power run --json`, and one more for the tick itself.

import { printInstant } from '../../lib/core/schedule/civil.ts';
import type { VmCloud } from '../../lib/ports.ts';
import type { Judgement } from '../../lib/run/schedule/judge.ts';
import type { LocalTick } from '../local-tick.ts';
import type { Paint, Width } from '../terminal.ts';
import { documentOf, runDocument, unlistedOf, vmOf } from './json.ts';
import { renderReport } from './outcomes.ts';
import { plain } from './plain.ts';
import { sayUnknownState } from './vms.ts';

type Calls = VmCloud['calls'];

/** What `power tick --json` prints; `calls` are those of all accounts, the tick's own list included. */
export function tickJson({ tick, run }: LocalTick, calls: readonly Calls[]): string {
  const told = run === null ? { run: null, counts: {}, outcomes: [] } : runDocument(run);
  return documentOf({
    tick: {
      at: printInstant(tick.at),
      listed: tick.listed,
      scheduled: tick.scheduled,
      acting: tick.acting.length,
      inVain: tick.inVain.map(({ vm, decision }) => ({ ...vmOf(vm), reason: decision.reason })),
      atFault: tick.atFault.map(vmOf),
      inUnknownState: tick.inUnknownState.map(vmOf),
    },
    ...told,
    unlisted: (run ?? tick).unlisted.map(unlistedOf),
    calls: sumOf(calls),
  });
}

function sumOf(calls: readonly Calls[]): Calls {
  const sum = (key: keyof Calls) => calls.reduce((total, each) => total + each[key], 0);
  return { lists: sum('lists'), reads: sum('reads'), actions: sum('actions') };
}

/** What `power tick` prints for a person. */
export function renderTick({ tick, run }: LocalTick, screen: { readonly paint: Paint; readonly width: Width }): string {
  const { paint } = screen;
  // With a run, its report says so of the VMs that it has.
  const told = new Set(run?.outcomes.map(({ account, vm }) => `${account}/${vm}`));
  const untold = tick.atFault.filter(({ account, id }) => !told.has(`${account}/${id}`));
  const lines = [
    ...tick.inVain.map((judgement) =>
      paint('red', `✗ in vain: ${sayVm(judgement)}: ${plain(judgement.decision.reason)}`),
    ),
    ...untold.map((vm) => paint('yellow', `! left alone: ${sayVm({ vm })}: ${plain(vm.faults.join('; '))}`)),
    ...tick.inUnknownState.map((vm) => paint('yellow', `! left alone: ${sayVm({ vm })}: ${sayUnknownState(vm)}`)),
    ...(run === null ? tick.unlisted : []).map(({ account, project, reason }) =>
      paint('red', `✗ not listed ${plain(`${account}/${project}`)}: ${plain(reason)}`),
    ),
    `${paint('bold', `tick of ${printInstant(tick.at)}`)}: ${tick.listed} VMs listed, ${tick.scheduled} with a schedule or an override, ${sayActing(tick.acting.length)}`,
  ];
  return `${run === null ? '' : renderReport(run, screen)}${lines.join('\n')}\n`;
}

function sayActing(count: number): string {
  return count === 0 ? 'nothing to do' : `${count} to act on`;
}

function sayVm({ vm }: Pick<Judgement, 'vm'>): string {
  return `VM ${plain(vm.id)} ${plain(vm.name)} (${plain(`${vm.account}/${vm.project}`)})`;
}
