// From a listed VM to one with tags: rules of the configuration, tags of the API, bracket groups of the description.
// On one key the first beats the second beats the third; whatever cannot be understood is a fault of that VM (rule 6).

import { excerpt } from './excerpt.ts';
import { lentTags, type TagRule } from './tags/rule.ts';
import { type Source, sourceOfDescription, sourceOfEntries } from './tags/source.ts';
import { valueFault } from './tags/special.ts';
import { type ListedVm, type Power, powerOf, type Tags, type Vm } from './vm.ts';

export type { TagMatch, TagRule } from './tags/rule.ts';
export { specialKeys } from './tags/special.ts';

/**
 * The VM with its power, its tags and all its faults, those of the list first. Never throws, whatever the description holds.
 * `tags` has own properties only for keys that could be read; ask with `Object.hasOwn`.
 */
export function tagVm(listed: ListedVm, rules: readonly TagRule[], states: Readonly<Record<string, Power>>): Vm {
  const { tags, faults } = merged(sourcesOf(listed, rules));
  const { id, name, account, project, region, size, state } = listed;
  const power = powerOf(state, states);
  return { id, name, account, project, region, size, state, power, tags, faults: [...listed.faults, ...faults] };
}

/** Where the tag of this key comes from, as the end of a sentence: `the description`; null where it stands nowhere. */
export function tagSource(key: string, listed: ListedVm, rules: readonly TagRule[]): string | null {
  const source = sourcesOf(listed, rules).find(({ values, unclear }) => values.has(key) || unclear.has(key));
  return source?.where ?? null;
}

/** Whether the VM has the tag `protected`, with any value: then nothing ever acts on it (rule 1). */
export function isProtected(vm: Pick<Vm, 'tags'>): boolean {
  return Object.hasOwn(vm.tags, 'protected');
}

/** The first beats the second beats the third. */
function sourcesOf(listed: ListedVm, rules: readonly TagRule[]): readonly Source[] {
  return [
    sourceOfEntries('the tag rules of the configuration', lentTags(listed, rules)),
    sourceOfEntries('the tags of the API', listed.tags),
    sourceOfDescription(listed.description),
  ];
}

function merged(sources: readonly Source[]): { readonly tags: Tags; readonly faults: readonly string[] } {
  const tags = new Map<string, string>();
  const decided = new Set<string>();
  const faults = sources.flatMap((source) => source.faults);
  for (const { where, values, unclear } of sources) {
    for (const [key, value] of values) {
      if (decided.has(key)) continue;
      tags.set(key, value);
      const fault = valueFault(key, value);
      if (fault !== undefined) faults.push(`${where}: the tag ${key}=${excerpt(value)} cannot be used: ${fault}`);
    }
    for (const key of [...values.keys(), ...unclear]) decided.add(key);
  }
  // Unlike an assignment, this makes `__proto__` an ordinary key.
  return { tags: Object.fromEntries(tags), faults };
}
