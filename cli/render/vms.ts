// The fleet for a person: what there is, its power, its tags, and which tags could not be read.
// The one view in which the owner of a bad tag finds it.

import type { Unlisted } from '../../lib/core/outcome.ts';
import type { Power, Tags, Vm } from '../../lib/core/vm.ts';
import type { Paint, Style, Width } from '../terminal.ts';
import { plain } from './plain.ts';
import { renderTable } from './table.ts';

const powerStyle: Readonly<Record<Power, Style>> = {
  on: 'green',
  off: 'dim',
  starting: 'cyan',
  stopping: 'cyan',
  other: 'yellow',
};

/** One row per VM, then one line per project that could not be listed, then the count. */
export function renderVms(
  vms: readonly Vm[],
  unlisted: readonly Unlisted[],
  screen: { readonly paint: Paint; readonly width: Width },
): string {
  const { paint } = screen;
  const lines = unlisted.map(
    ({ account, project, reason }) =>
      `${paint('red', '✗ not listed')} ${plain(`${account}/${project}`)}: ${plain(reason)}`,
  );
  lines.push(paint('dim', sayPowers(vms)));
  return `${vms.length === 0 ? '' : vmTable(vms, screen)}${lines.join('\n')}\n`;
}

function vmTable(vms: readonly Vm[], screen: { readonly paint: Paint; readonly width: Width }): string {
  const hasAccounts = new Set(vms.map(({ account }) => account)).size > 1;
  const head = ['VM', 'NAME', ...(hasAccounts ? ['ACCOUNT'] : []), 'PROJECT', 'POWER', 'STATE', 'TAGS'];
  const rows = vms.map((vm) => [
    plain(vm.id),
    plain(vm.name),
    ...(hasAccounts ? [plain(vm.account)] : []),
    plain(vm.project),
    vm.power,
    plain(vm.state) || '(none)',
    [sayTags(vm.tags), ...vm.faults.map((fault) => `! ${plain(fault)}`)].filter(Boolean).join('  '),
  ]);
  const powerColumn = head.indexOf('POWER');
  return renderTable(head, rows, screen, (cell, column, row) => {
    const vm = vms[row];
    if (vm && column === powerColumn) return screen.paint(powerStyle[vm.power], cell);
    return vm && vm.faults.length > 0 && column === head.length - 1 ? screen.paint('yellow', cell) : cell;
  });
}

/** `env=dev protected`, keys in order. */
export function sayTags(tags: Tags): string {
  return Object.entries(tags)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => plain(value === '' ? key : `${key}=${/[\s,;]/.test(value) ? JSON.stringify(value) : value}`))
    .join(' ');
}

/** Why every action leaves it alone. */
export function sayUnknownState({ state }: Pick<Vm, 'state'>): string {
  return `nobody has said what its state "${plain(state)}" means; name it in the config's "states"`;
}

function sayPowers(vms: readonly Vm[]): string {
  const counts = new Map<Power, number>();
  for (const { power } of vms) counts.set(power, (counts.get(power) ?? 0) + 1);
  const parts = [...counts].map(([power, count]) => `${count} ${power}`);
  return `${vms.length} VMs${parts.length === 0 ? '' : `: ${parts.join(' · ')}`}`;
}
