// The inside of a bracket group as entries: `env=dev, tier=1 schedule="Sun-Thu 08:00-18:00" legacy`.
// Strict and in one pass: what is not an entry from its first to its last character makes the group malformed.

import { excerpt } from '../excerpt.ts';
import { attemptCharacter, endOf, hasInvisible, keyCharacter } from '../lexeme.ts';

export interface Entry {
  readonly key: string;
  /** Null for a key alone; `key=""` has a value, the empty one. */
  readonly value: string | null;
  readonly isQuoted: boolean;
}

interface Malformed {
  /** What is wrong, as the middle of a sentence. */
  readonly malformed: string;
}

const separator = /[\s,;]/;
// No "=" in a bare value: `shutdown=patience=10m escalate=power_off` must not become half a tag.
// No quotes of any kind: whoever typed them wanted to quote.
const bareCharacter = /[^\s,;=[\]"'`´‘’‚‛“”„‟«»]/;

/** The entries of a group's text, in order, or what keeps it from being entries. */
export function readEntries(text: string): readonly Entry[] | Malformed {
  const entries: Entry[] = [];
  let at = endOf(text, 0, separator);
  while (at < text.length) {
    const read = readEntry(text, at);
    if ('malformed' in read) return read;
    entries.push(read.entry);
    at = endOf(text, read.end, separator);
    if (at === read.end && at < text.length) return { malformed: `${excerpt(text.slice(at))} does not belong there` };
  }
  return entries;
}

function readEntry(text: string, from: number): { readonly entry: Entry; readonly end: number } | Malformed {
  const keyEnd = /[A-Za-z0-9]/.test(text.charAt(from)) ? endOf(text, from, keyCharacter) : from;
  if (keyEnd === from) return { malformed: `${excerpt(text.slice(from))} does not begin with a key` };
  const key = text.slice(from, keyEnd);
  if (text.charAt(keyEnd) !== '=') return { entry: { key, value: null, isQuoted: false }, end: keyEnd };
  const isQuoted = text.charAt(keyEnd + 1) === '"';
  const start = isQuoted ? keyEnd + 2 : keyEnd + 1;
  const end = isQuoted ? text.indexOf('"', start) : endOf(text, start, bareCharacter);
  if (end === -1) return { malformed: `the quote after ${excerpt(`${key}=`)} is not closed` };
  const value = text.slice(start, end);
  if (value === '' && !isQuoted) return { malformed: `no value follows ${excerpt(`${key}=`)} (an empty one is "")` };
  if (hasInvisible(value)) return { malformed: `the value ${excerpt(value)} has characters that nobody can see` };
  if (hasSwallowed(value)) return { malformed: `the quote after ${excerpt(`${key}=`)} runs over the group's end` };
  return { entry: { key, value, isQuoted }, end: isQuoted ? end + 1 : end };
}

/** A value with a bracket that closes before another opens has most likely swallowed a group, `[protected]` perhaps. */
function hasSwallowed(value: string): boolean {
  const close = value.indexOf(']');
  return close !== -1 && value.lastIndexOf('[') > close;
}

/**
 * What somebody tried to give a value: whatever stands before each `=`, well formed or not. Each character is looked at
 * at most twice, however many `=` there are.
 */
export function attemptedKeys(text: string): readonly string[] {
  const keys: string[] = [];
  for (let equals = text.indexOf('='); equals !== -1; equals = text.indexOf('=', equals + 1)) {
    const end = startOf(text, equals, /\s/);
    const start = startOf(text, end, attemptCharacter);
    if (start < end) keys.push(text.slice(start, end));
  }
  return keys;
}

// Stops at the `=` before at the latest: it is of neither class.
function startOf(text: string, end: number, characterClass: RegExp): number {
  let at = end;
  while (characterClass.test(text.charAt(at - 1))) at -= 1;
  return at;
}
