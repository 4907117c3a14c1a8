// The Idempotency-Key header: what makes a repeated POST the same run.
// The key counts per caller, so that nobody meets, or guesses, somebody else's run.

import { randomRunName, runName } from '../run/name.ts';
import { RequestProblem } from './problem.ts';
import type { HttpRequest } from './request.ts';

const header = 'idempotency-key';
const printableAscii = /^[\x20-\x7e]{1,255}$/;

/** The name of the run that a POST asks for: repeatable when it has a key. Throws problem 400 when the key is malformed. */
export function apiRunName(request: HttpRequest): string {
  const key = request.headers.get(header);
  if (key === undefined) return randomRunName('api');
  if (printableAscii.test(key)) return runName('api', [request.caller, key]);
  const message = 'must be 1 to 255 printable ASCII characters';
  throw new RequestProblem('request', `Idempotency-Key ${message}`, { faults: [{ path: 'Idempotency-Key', message }] });
}
