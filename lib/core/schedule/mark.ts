// What is remembered of a VM between two ticks: the last boundary that was dealt with, and how acting since then went.
// It is what tells a VM that somebody started by hand from one whose stop was missed.

import type { Want } from './rule.ts';

export interface Mark {
  /** `settled`: the wanted power was seen. `adopted`: the VM was first seen then, and left as it was. */
  readonly kind: 'settled' | 'adopted';
  /** The boundary in epoch milliseconds; never moves back. */
  readonly boundary: number;
  readonly wanted: Want;
  /** How often was acted since, in vain so far. */
  readonly attempts: number;
  /** When was last acted, in epoch milliseconds. */
  readonly lastAttempt: number | null;
  /** The fingerprints of what it was made by, the schedule and the keep tag, in one (`joinFingerprints`). */
  readonly schedule: string;
}

/** Whether writing the one over the other would change anything. */
export function isSameMark(a: Mark | null, b: Mark | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.kind === b.kind &&
    a.boundary === b.boundary &&
    a.wanted === b.wanted &&
    a.attempts === b.attempts &&
    a.lastAttempt === b.lastAttempt &&
    a.schedule === b.schedule
  );
}
