// How the readers of this folder give up: thrown inside a parser, returned by its entry, never seen outside.
// A schedule that cannot be read is an expected outcome, since people write it on their VMs by hand.

/** What was read, where, and what would be right; `reading` turns it into a returned fault. */
export class Fault extends Error {}

export interface Faulty {
  readonly fault: string;
}

/** The result of `read`, or the fault it threw; other errors pass. */
export function reading<T extends object>(read: () => T): T | Faulty {
  try {
    return read();
  } catch (error) {
    if (error instanceof Fault) return { fault: error.message };
    throw error;
  }
}

/** Whether it could not be read. */
export function isFaulty(result: object): result is Faulty {
  return 'fault' in result;
}
