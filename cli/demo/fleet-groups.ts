// The demo's fleet in a few lines: VMs of the same kind together, so that sixty of them can be taken in at a glance.
// What a kind is goes by what a run would see: project, power, tags and faults.

import { plain } from '../render/plain.ts';
import { renderTable } from '../render/table.ts';
import { sayTags } from '../render/vms.ts';
import type { Out } from '../terminal.ts';
import type { ListedFleet } from './power-command.ts';

type ListedVm = ListedFleet['vms'][number];

/** One row per group, in the order of their names. */
export function renderGroups(vms: readonly ListedVm[], out: Pick<Out, 'paint' | 'width'>): string {
  const groups = Map.groupBy(vms, (vm) => JSON.stringify([stemOf(vm), vm.project, vm.power, vm.tags, vm.faults]));
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [rowOf(first, group.length)];
  });
  return renderTable(['VMS', 'NAMED', 'PROJECT', 'POWER', 'TAGS'], rows.toSorted(byName), out, (cell, column) =>
    column === 4 && cell.includes('✗') ? out.paint('yellow', cell) : cell,
  );
}

function rowOf(vm: ListedVm, count: number): string[] {
  const tags = [sayTags(vm.tags), ...vm.faults.map((fault) => `✗ ${plain(fault)}`)].filter(Boolean).join('  ');
  return [String(count), `${plain(stemOf(vm))}-…`, plain(vm.project), vm.power, tags];
}

function stemOf({ name }: ListedVm): string {
  return name.replace(/-\d+$/, '');
}

function byName([, a = '']: readonly string[], [, b = '']: readonly string[]): number {
  return a < b ? -1 : 1;
}
