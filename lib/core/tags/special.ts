// The tags that mean something to a run, and how to notice one that was meant but not written exactly.
// They fail closed: `[Protected]` must never be read as prose, nor as some tag that protects nothing.

import { excerpt } from '../excerpt.ts';
import { parseShutdownTag } from '../shutdown-tag.ts';

export const specialKeys = ['schedule', 'protected', 'tier', 'shutdown', 'keep-on-until', 'keep-off-until'] as const;

export type SpecialKey = (typeof specialKeys)[number];

const examples: Readonly<Record<SpecialKey, string>> = {
  schedule: '[schedule="Sun-Thu 08:00-18:00"]',
  protected: '[protected]',
  tier: '[tier=1]',
  shutdown: '[shutdown="patience=10m escalate=power_off"]',
  'keep-on-until': '[keep-on-until="2030-01-31T18:00:00Z"]',
  'keep-off-until': '[keep-off-until="2030-01-31T18:00:00Z"]',
};

const noise = '[^\\p{L}\\p{N}]*';

// Built from our own constants only. A dash within a key is often forgotten or written as "_" or a blank.
const spellings = specialKeys.map((key) => {
  const loose = `^${noise}${key.replaceAll('-', noise)}`;
  return {
    key,
    opening: new RegExp(`${loose}(?![\\p{L}\\p{N}])`, 'iu'),
    whole: new RegExp(`${loose}(?:${noise}$|:)`, 'iu'),
  };
});

/** Whether the text is a special key, exactly. */
export function isSpecialKey(text: string): text is SpecialKey {
  return (specialKeys as readonly string[]).includes(text);
}

/** How the special tag is to be written, as an example in brackets. */
export function exampleOf(key: SpecialKey): string {
  return examples[key];
}

/** The special key that the text begins with, in whatever case and however decorated: `Protected, please`, `tier-1`, `*shutdown*`. */
export function openingSpecialKey(text: string): SpecialKey | undefined {
  return spellings.find(({ opening }) => opening.test(text))?.key;
}

/** Whether the word "protected" stands anywhere in the text, in whatever case; `unprotected` is another word. */
export function mentionsProtection(text: string): boolean {
  return /(?<!\p{L})protected(?!\p{L})/iu.test(text);
}

/** The special key that this key of a tag with a value was meant to be, but is not: `Tier`, `keep_on_until`, `schedule:when`. */
export function misspelledSpecialKey(key: string): SpecialKey | undefined {
  return isSpecialKey(key) ? undefined : spellings.find(({ whole }) => whole.test(key))?.key;
}

/** What is wrong with the value of a special tag, as far as it is read by now; undefined when nothing is. */
export function valueFault(key: string, value: string): string | undefined {
  if (key === 'tier') return isDecimal(value) ? undefined : 'it is not a number; write tier=1';
  if (key !== 'shutdown') return undefined;
  const read = parseShutdownTag(value);
  return 'fault' in read ? read.fault : undefined;
}

function isDecimal(text: string): boolean {
  return /^-?\d+(?:\.\d+)?$/.test(text) && Number.isFinite(Number(text));
}

/** The sentence for a special key that was not written exactly. */
export function misspelling(written: string, meant: SpecialKey): string {
  return `${excerpt(written)} is not exactly the special tag "${meant}"`;
}
