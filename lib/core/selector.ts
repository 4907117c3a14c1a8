// Which VMs a run is about: the selector's entry, with what can be done with one once it is parsed.
// A VM with a fault may match without our knowing: `maybe`, so that it is reported and never acted on.

import { parseSelector, type Requirement, type Selector } from './selector/parse.ts';
import { isWord } from './selector/tokens.ts';
import type { Vm } from './vm.ts';

export { parseSelector, type Requirement, type Selector } from './selector/parse.ts';

/** The longest selector that a request or a configuration may have, in characters. */
export const longestSelector = 4096;

/** The canonical text: `parseSelector(printSelector(selector))` equals the selector. */
export function printSelector(selector: Selector): string {
  if (selector.requirements.length === 0) return '*';
  return selector.requirements.map(printRequirement).join(',');
}

function printRequirement(requirement: Requirement): string {
  if (requirement.operator === 'exists') return requirement.key;
  if (requirement.operator === 'absent') return `!${requirement.key}`;
  const { key, operator } = requirement;
  const values = requirement.values.map(printValue);
  if (values.length === 1) return `${key}${operator === 'in' ? '=' : '!='}${values.join()}`;
  return `${key} ${operator} (${values.join(',')})`;
}

function printValue(value: string): string {
  return isWord(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * Whether the VM is selected. `!=` and `notin` match VMs without the key, as in Kubernetes. `maybe`: the VM has a fault, and a
 * requirement is on a key that could not be read; no readable tag says no.
 */
export function matches(selector: Selector, vm: Pick<Vm, 'tags' | 'faults'>): 'yes' | 'maybe' | 'no' {
  const verdicts = selector.requirements.map((requirement) => judge(requirement, vm));
  if (verdicts.includes('no')) return 'no';
  return verdicts.includes('maybe') ? 'maybe' : 'yes';
}

function judge(requirement: Requirement, { tags, faults }: Pick<Vm, 'tags' | 'faults'>): 'yes' | 'maybe' | 'no' {
  const value = Object.hasOwn(tags, requirement.key) ? tags[requirement.key] : undefined;
  if (value === undefined && faults.length > 0) return 'maybe';
  return holds(requirement, value) ? 'yes' : 'no';
}

function holds(requirement: Requirement, value: string | undefined): boolean {
  if (requirement.operator === 'exists') return value !== undefined;
  if (requirement.operator === 'absent') return value === undefined;
  const isAmong = value !== undefined && requirement.values.includes(value);
  return requirement.operator === 'in' ? isAmong : !isAmong;
}

/** A selector that matches what both match; either may be `*`. Throws `selector` for either. */
export function andSelectors(a: string, b: string): string {
  // Each is parsed for itself, so that no text can change what the other one means.
  return printSelector({ requirements: [...parseSelector(a).requirements, ...parseSelector(b).requirements] });
}
