// One bracket group of a description: tags, a fault of the VM, or prose.
// In doubt it is a fault when somebody seems to have meant tags: what is taken for prose protects nothing.

import { excerpt } from '../excerpt.ts';
import type { TagEntry } from '../vm.ts';
import { attemptedKeys, type Entry, readEntries } from './entries.ts';
import {
  exampleOf,
  isSpecialKey,
  misspelledSpecialKey,
  misspelling,
  openingSpecialKey,
  type SpecialKey,
} from './special.ts';

export interface Group {
  /** What stands between the brackets. */
  readonly text: string;
  readonly isClosed: boolean;
}

export type Reading =
  | { readonly kind: 'prose' }
  | { readonly kind: 'tags'; readonly entries: readonly TagEntry[] }
  /** `keys`: those the group may have meant, so that nobody takes them for absent. */
  | { readonly kind: 'fault'; readonly fault: string; readonly keys: readonly string[] };

/** What the group is. A fault is a whole sentence, saying what was read and what to write instead. */
export function readGroup(group: Group): Reading {
  const named = namedSpecialKeys(group.text);
  const attempted = attemptedKeys(group.text);
  const keys = [...named, ...attempted];
  const fault = (why: string, how = howToWrite(named)): Reading => {
    const shown = excerpt(`[${group.text}${group.isClosed ? ']' : ''}`);
    return { kind: 'fault', fault: `the description says ${shown}, but ${why}; write ${how}`, keys };
  };
  if (!group.isClosed) return keys.length > 0 ? fault('the closing "]" is missing') : { kind: 'prose' };
  const entries = readEntries(group.text);
  if ('malformed' in entries) return keys.length > 0 ? fault(entries.malformed) : { kind: 'prose' };
  if (!isCounting(entries)) {
    const [first] = named;
    return first === undefined ? { kind: 'prose' } : fault(misspelling(group.text, first));
  }
  const misspelled = firstMisspelled(entries);
  if (misspelled) return fault(misspelling(misspelled.key, misspelled.meant), exampleOf(misspelled.meant));
  const torn = firstTorn(entries);
  if (torn) return fault(`the value of "${torn.key}" seems to go on after a blank`, `[${torn.key}="${torn.value}"]`);
  return { kind: 'tags', entries: entries.map(({ key, value }) => ({ key, value: value ?? '' })) };
}

/** The special keys that the group, or an item of it if it is a list, begins with. A mention within a sentence names nothing. */
function namedSpecialKeys(text: string): readonly SpecialKey[] {
  return text.split(/[,;|&+\n\r]/).flatMap((item) => openingSpecialKey(item) ?? []);
}

function howToWrite([named]: readonly SpecialKey[]): string {
  const general = '[key=value], with quotes around a value that has blanks or signs in it, [key="a b"]';
  return named === undefined ? general : exampleOf(named);
}

function isCounting(entries: readonly Entry[]): boolean {
  if (entries.some(({ value }) => value !== null)) return true;
  return entries.length > 0 && entries.every(({ key }) => isSpecialKey(key));
}

function firstMisspelled(entries: readonly Entry[]): { readonly key: string; readonly meant: SpecialKey } | undefined {
  for (const { key, value } of entries) {
    // A key with a value may well begin like a special one (`protected-by=ops`); one without is more likely a slip.
    const meant = value === null && !isSpecialKey(key) ? openingSpecialKey(key) : misspelledSpecialKey(key);
    if (meant !== undefined) return { key, meant };
  }
  return undefined;
}

// A tier is a number and ends where it ends; a bare `shutdown` can never be right.
const textKeys: ReadonlySet<string> = new Set(['schedule', 'keep-on-until', 'keep-off-until'] satisfies SpecialKey[]);

/** A text without quotes that is followed by a key alone: `schedule=office-hours Europe/Paris` would be half a tag. */
function firstTorn(entries: readonly Entry[]): { readonly key: string; readonly value: string } | undefined {
  for (const [index, { key, value, isQuoted }] of entries.entries()) {
    if (isQuoted || !textKeys.has(key)) continue;
    const rest = entries.slice(index + 1);
    const end = rest.findIndex((entry) => !isLone(entry));
    const words = rest.slice(0, end === -1 ? rest.length : end).map((entry) => entry.key);
    if (words.length > 0) return { key, value: [...(value === null ? [] : [value]), ...words].join(' ') };
  }
  return undefined;
}

function isLone({ key, value }: Entry): boolean {
  return value === null && !isSpecialKey(key);
}
