// The end of a handler that fails: one log line, and an error that may be shown to anybody.
// The Lambda runtime prints every property of what a handler throws, causes included, and those can hold a token (rule 8).

import { describeError } from '../lib/core/describe-error.ts';
import { PowerError } from '../lib/core/errors.ts';
import { wiring } from './wiring.ts';

/** Logs the error, and gives one to throw instead: with its code and message if it is ours, without its cause in any case. */
export function failure(message: string, error: unknown): Error {
  wiring.log().error(message, { error });
  if (error instanceof PowerError) return new PowerError(error.code, error.message, { faults: error.faults });
  return new Error(describeError(error).message);
}
