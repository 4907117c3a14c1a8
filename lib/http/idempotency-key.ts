// The Idempotency-Key header: what makes a repeated POST the same run, or the same override.
// The key counts per caller, so that nobody meets, or guesses, somebody else's.

import { randomRunName, requestHash, runName } from '../run/name.ts';
import { RequestProblem } from './problem.ts';
import type { HttpRequest } from './request.ts';

const header = 'idempotency-key';
const printableAscii = /^[\x20-\x7e]{1,255}$/;

/** The name of the run that a POST asks for: repeatable when it has a key. Throws problem 400 when the key is malformed. */
export function apiRunName(request: HttpRequest): string {
  const key = readKey(request);
  return key === null ? randomRunName('api') : runName('api', [request.caller, key]);
}

export interface OverrideId {
  readonly id: string;
  /** How the id of every override under the same key begins, whatever its body; null without a key. */
  readonly sameKey: string | null;
}

/**
 * The id of the override that a POST with this body asks for: repeatable when it has a key. An override is kept without the
 * request that made it, so its id tells both the key and the body. Throws problem 400 when the key is malformed.
 */
export function overrideId(request: HttpRequest, body: unknown): OverrideId {
  const key = readKey(request);
  if (key === null) return { id: randomRunName('keep').slice(0, 'keep-'.length + 12), sameKey: null };
  const sameKey = `${runName('keep', [request.caller, key])}-`;
  return { id: sameKey + requestHash(body).slice(0, 12), sameKey };
}

/** Whether the POST has a key. */
export function hasKey({ headers }: HttpRequest): boolean {
  return headers.has(header);
}

function readKey({ headers }: HttpRequest): string | null {
  const key = headers.get(header);
  if (key === undefined) return null;
  if (printableAscii.test(key)) return key;
  const message = 'must be 1 to 255 printable ASCII characters';
  throw new RequestProblem('request', `Idempotency-Key ${message}`, { faults: [{ path: 'Idempotency-Key', message }] });
}
