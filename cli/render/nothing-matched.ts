// What a person needs to see when a selector matched nothing: the tag keys and values there are.
// Most of the time it is a typing error, and the right word is in this list.

import type { Vm } from '../../lib/core/vm.ts';
import { plain } from './plain.ts';

const mostValues = 12;

/** Says that nothing matched, and what could have; of projects that could not be listed it claims nothing. */
export function nothingMatched(vms: readonly Vm[], unlisted: number, aside = ''): string[] {
  const where = unlisted > 0 ? ' in the projects that could be listed' : '';
  if (vms.length === 0 && unlisted > 0) return [`nothing matched${where}${aside}`];
  return [`nothing matched${where}${aside}. The tags there are:`, ...knownTags(vms)];
}

// One line per key, its values with the number of VMs, most frequent first.
function knownTags(vms: readonly Vm[]): string[] {
  const keys = new Map<string, Map<string, number>>();
  for (const { tags } of vms) {
    for (const [key, value] of Object.entries(tags)) {
      const values = keys.get(key) ?? new Map<string, number>();
      keys.set(key, values.set(value, (values.get(value) ?? 0) + 1));
    }
  }
  if (keys.size === 0) return [vms.length === 0 ? '(there are no VMs)' : `(none of the ${vms.length} VMs has a tag)`];
  return [...keys]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, values]) => `${plain(key)}: ${sayValues(values)}`);
}

function sayValues(values: ReadonlyMap<string, number>): string {
  const sorted = [...values].toSorted(([, a], [, b]) => b - a);
  const said = sorted
    .slice(0, mostValues)
    .map(([value, count]) => `${value === '' ? '(no value)' : plain(value)} (${count})`);
  const rest = sorted.length - said.length;
  return said.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
