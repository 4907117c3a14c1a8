// A source of tags, settled for itself: what it says, what it leaves unclear, and its faults.
// Precedence between sources comes after this: no source can hide that another one contradicts itself.

import { excerpt } from '../excerpt.ts';
import { isKey } from '../lexeme.ts';
import type { TagEntry } from '../vm.ts';
import { readDescription } from './description.ts';
import { misspelledSpecialKey, misspelling } from './special.ts';

export interface Source {
  /** As the end of a sentence: `the description`. */
  readonly where: string;
  readonly values: ReadonlyMap<string, string>;
  /** Keys that it may have meant: neither a lower source nor their absence counts for them. */
  readonly unclear: ReadonlySet<string>;
  readonly faults: readonly string[];
}

const mostFaults = 5;

/** The tags of the configuration's rules or of the API, whose keys have not been checked yet. */
export function sourceOfEntries(where: string, entries: readonly TagEntry[]): Source {
  const good: TagEntry[] = [];
  const unclear: string[] = [];
  const faults: string[] = [];
  for (const entry of entries) {
    const meant = misspelledSpecialKey(entry.key);
    if (meant === undefined && isKey(entry.key)) {
      good.push(entry);
      continue;
    }
    unclear.push(entry.key, ...(meant === undefined ? [] : [meant]));
    faults.push(
      meant === undefined
        ? `${where}: ${excerpt(entry.key)} is no key; write letters, digits and "_.:/-", a letter or digit first`
        : `${where}: ${misspelling(entry.key, meant)}; write "${meant}"`,
    );
  }
  return settled(where, good, unclear, faults);
}

/** The tags that a description says. */
export function sourceOfDescription(description: string): Source {
  const { entries, unclear, faults } = readDescription(description);
  return settled('the description', entries, unclear, faults);
}

function settled(
  where: string,
  entries: readonly TagEntry[],
  unclearKeys: readonly string[],
  keyFaults: readonly string[],
): Source {
  const values = new Map<string, string>();
  const unclear = new Set(unclearKeys);
  const faults = [...keyFaults];
  const conflicts = new Set<string>();
  for (const { key, value } of entries) {
    const before = values.get(key);
    if (before !== undefined && before !== value && !conflicts.has(key)) {
      conflicts.add(key);
      faults.push(
        `${where}: the tag ${excerpt(key)} has two values, ${excerpt(before)} and ${excerpt(value)}; keep one of them`,
      );
    }
    values.set(key, before ?? value);
  }
  for (const key of conflicts) unclear.add(key);
  for (const key of unclear) values.delete(key);
  return { where, values, unclear, faults: fewest(where, faults) };
}

/** A hostile description can hold any number of faults; whoever mends the first ones sees the next. */
function fewest(where: string, faults: readonly string[]): readonly string[] {
  if (faults.length <= mostFaults) return faults;
  return [...faults.slice(0, mostFaults), `${where}: and ${faults.length - mostFaults} more faults`];
}
