// The value of the special tag `shutdown`: how patient a run is with this VM, and whether it may be forced off.
// Whether `escalate` is heeded is not decided here: the configuration has to allow it too (rule 2).

import { durationHint, parseDuration } from './duration.ts';
import { excerpt } from './excerpt.ts';

export interface ShutdownWish {
  readonly patienceMs?: number;
  readonly escalate?: 'power_off';
}

const hint = 'write shutdown="patience=10m escalate=power_off", or one of the two';

/**
 * What the tag asks for, or a fault that says what is wrong with it and how to write it.
 * @example parseShutdownTag('patience=10m escalate=power_off') // { patienceMs: 600_000, escalate: 'power_off' }
 */
export function parseShutdownTag(value: string): ShutdownWish | { readonly fault: string } {
  const entries = value.split(/[\s,;]/).filter((entry) => entry !== '');
  if (entries.length === 0) return { fault: `it says nothing; ${hint}` };
  let wish: ShutdownWish = {};
  for (const entry of entries) {
    const read = readEntry(entry);
    if ('fault' in read) return read;
    const isTwice = Object.keys(read).some((key) => Object.hasOwn(wish, key));
    if (isTwice) return { fault: `${excerpt(entry)} says the same thing a second time; ${hint}` };
    wish = { ...wish, ...read };
  }
  return wish;
}

function readEntry(entry: string): ShutdownWish | { readonly fault: string } {
  if (entry === 'escalate=power_off') return { escalate: 'power_off' };
  if (!entry.startsWith('patience=')) return { fault: `${excerpt(entry)} is not known; ${hint}` };
  const patienceMs = parseDuration(entry.slice('patience='.length));
  if (patienceMs === null) return { fault: `${excerpt(entry)} has no duration: ${durationHint}` };
  // No patience at all would turn every graceful shutdown of the VM into cutting its power.
  if (patienceMs === 0) return { fault: `${excerpt(entry)} leaves the VM no time; ${hint}` };
  return { patienceMs };
}
