// One bracket group of a description: tags, a fault of the VM, or prose.
// In doubt it is a fault when somebody seems to have meant tags: what is taken for prose protects nothing.

import { excerpt } from '../excerpt.ts';
import type { TagEntry } from '../vm.ts';
import { attemptedKeys, type Entry, readEntries } from './entries.ts';
import {
  exampleOf,
  isSpecialKey,
  mentionsProtection,
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

type Reading =
  | { readonly kind: 'prose' }
  | { readonly kind: 'tags'; readonly entries: readonly TagEntry[] }
  /** `keys`: those the group may have meant, so that nobody takes them for absent. */
  | { readonly kind: 'fault'; readonly fault: string; readonly keys: readonly string[] };

/** What the group is. A fault is a whole sentence, saying what was read and what to write instead. */
export function readGroup(group: Group): Reading {
  const named = namedSpecialKeys(group.text);
  const meant = [...named, ...attemptedKeys(group.text)];
  const fault = (why: string, how = howToWrite(named), keys: readonly string[] = []): Reading => {
    const shown = excerpt(`[${group.text}${group.isClosed ? ']' : ''}`);
    return {
      kind: 'fault',
      fault: `the description says ${shown}, but ${why}; write ${how}`,
      keys: [...meant, ...keys],
    };
  };
  if (!group.isClosed) return meant.length > 0 ? fault('the closing "]" is missing') : { kind: 'prose' };
  const entries = readEntries(group.text);
  if ('malformed' in entries) return meant.length > 0 ? fault(entries.malformed) : { kind: 'prose' };
  if (!isCounting(entries)) {
    const [first] = named;
    return first === undefined ? { kind: 'prose' } : fault(misspelling(group.text, first));
  }
  const slip = firstMisspelled(entries) ?? firstTorn(entries);
  if (slip) return fault(slip.why, slip.how, [slip.meant, ...entries.map(({ key }) => key)]);
  return { kind: 'tags', entries: entries.map(({ key, value }) => ({ key, value: value ?? '' })) };
}

/**
 * The special keys that the group, or an item of it if it is a list, begins with. A mention within a sentence names
 * nothing, save that of protection: to misread `[always protected]` as prose may cost a VM.
 */
function namedSpecialKeys(text: string): readonly SpecialKey[] {
  const named = text.split(/[,;|&+\n\r]/).flatMap((item) => openingSpecialKey(item) ?? []);
  return named.length === 0 && mentionsProtection(text) ? ['protected'] : named;
}

function howToWrite([named]: readonly SpecialKey[]): string {
  const general = '[key=value], with quotes around a value that has blanks or signs in it, [key="a b"]';
  return named === undefined ? general : exampleOf(named);
}

function isCounting(entries: readonly Entry[]): boolean {
  if (entries.some(({ value }) => value !== null)) return true;
  return entries.every(({ key }) => isSpecialKey(key));
}

interface Slip {
  readonly meant: string;
  readonly why: string;
  readonly how: string;
}

function firstMisspelled(entries: readonly Entry[]): Slip | undefined {
  for (const { key, value } of entries) {
    // A key with a value may well begin like a special one (`protected-by=ops`); one without is more likely a slip.
    const meant = value === null && !isSpecialKey(key) ? openingSpecialKey(key) : misspelledSpecialKey(key);
    if (meant !== undefined) return { meant, why: misspelling(key, meant), how: exampleOf(meant) };
  }
  return undefined;
}

// A tier is a number and ends where it ends; a bare `shutdown` can never be right.
const textKeys: ReadonlySet<string> = new Set(['schedule', 'keep-on-until', 'keep-off-until'] satisfies SpecialKey[]);

/** A text without quotes that is followed by a key alone: `schedule=office-hours Europe/Paris` would be half a tag. */
function firstTorn(entries: readonly Entry[]): Slip | undefined {
  for (const [index, { key, value, isQuoted }] of entries.entries()) {
    if (isQuoted || !textKeys.has(key)) continue;
    const words = loneKeys(entries, index + 1);
    if (words.length === 0) continue;
    const whole = [value ?? '', ...words].join(' ').trimStart();
    return { meant: key, why: `the value of "${key}" seems to go on after a blank`, how: `[${key}="${whole}"]` };
  }
  return undefined;
}

/** The keys alone that stand in a row from the index on. */
function loneKeys(entries: readonly Entry[], from: number): readonly string[] {
  const keys: string[] = [];
  for (let at = from; at < entries.length; at += 1) {
    const entry = entries[at];
    if (entry === undefined || !isLone(entry)) break;
    keys.push(entry.key);
  }
  return keys;
}

function isLone({ key, value }: Entry): boolean {
  return value === null && !isSpecialKey(key);
}
