// What may be said of an error to a person, a log or a caller: four allow-listed fields of our own errors, and nothing of others.
// One function, because a foreign error (an HTTP client's, say) can carry a token in its message, its cause or any property.

import { PowerError } from './errors.ts';

export interface ErrorDescription {
  /** A PowerError's code, or `internal`. */
  readonly code: string;
  readonly message: string;
  /** Left out when there are none. */
  readonly faults?: readonly string[];
}

/** Code, message and faults of a PowerError; of anything else no more than what kind of thing was thrown. Never throws. */
export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof PowerError)) {
    return { code: 'internal', message: `something unexpected went wrong (${kindOf(error)})` };
  }
  const { code, message, faults } = error;
  return faults.length === 0 ? { code, message } : { code, message, faults: [...faults] };
}

/** An error's name where it looks like one (names are set by whoever throws), otherwise its type. */
export function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return `${error === null ? 'null' : typeof error} thrown`;
  const name: unknown = error.name;
  return typeof name === 'string' && /^[A-Za-z]\w{0,63}$/.test(name) ? name : 'Error';
}
