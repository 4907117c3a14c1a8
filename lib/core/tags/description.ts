// The bracket groups of a VM's description: `Staging DB [env=staging tier=1]`.
// Untrusted text of any size: it is walked through once, from the first bracket to the last.

import { keyCharacter } from '../lexeme.ts';
import type { TagEntry } from '../vm.ts';
import { type Group, readGroup } from './group.ts';

interface DescribedTags {
  /** In the order of the text; keys may repeat. */
  readonly entries: readonly TagEntry[];
  /** Keys that groups with faults may have meant. */
  readonly unclear: readonly string[];
  readonly faults: readonly string[];
}

/** What the description says in tags, and what it only tries to say. Never throws. */
export function readDescription(description: string): DescribedTags {
  const entries: TagEntry[] = [];
  const unclear: string[] = [];
  const faults: string[] = [];
  for (const group of groupsOf(description)) {
    const reading = readGroup(group);
    if (reading.kind === 'tags') for (const entry of reading.entries) entries.push(entry);
    if (reading.kind !== 'fault') continue;
    faults.push(reading.fault);
    for (const key of reading.keys) unclear.push(key);
  }
  return { entries, unclear, faults };
}

function* groupsOf(text: string): Generator<Group> {
  let open = text.indexOf('[');
  while (open !== -1) {
    const end = endOfGroup(text, open + 1);
    yield { text: text.slice(open + 1, end), isClosed: text.charAt(end) === ']' };
    open = text.indexOf('[', end);
  }
}

/** Where the group that begins at `from` ends: at its `]`, or unclosed at the next `[` or the end of the text. */
function endOfGroup(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === ']' || character === '[') return at;
    if (!isOpeningQuote(text, at)) continue;
    // The last quote of the text, unclosed: an ordinary character, and the entry a fault.
    const closing = text.indexOf('"', at + 1);
    if (closing !== -1) at = closing;
  }
  return text.length;
}

/** Brackets within a quoted value belong to it; but only a `key="` opens one, so that no group can hide in stray quotes. */
function isOpeningQuote(text: string, at: number): boolean {
  return text.charAt(at) === '"' && text.charAt(at - 1) === '=' && keyCharacter.test(text.charAt(at - 2));
}
