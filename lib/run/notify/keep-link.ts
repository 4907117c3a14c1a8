// The link "keep on" of one warning: a token that is the right to put off the stop of its VMs, and to nothing else, until that stop.
// Signed, so that nobody makes one; bound to its purpose and version, so that no other signature of this key is one.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { PowerError } from '../../core/errors.ts';
import type { WarningId } from '../../stores.ts';

/**
 * `k1.<warning>.<mac>`: purpose and version; the instant of the stop in milliseconds (base 36), with `-<nth>` where it is not its first
 * warning; and an HMAC-SHA256 (base64url).
 */
const pattern = /^(k1\.([1-9a-z][0-9a-z]{0,9})(?:-([1-9a-z][0-9a-z]{0,5}))?)\.([A-Za-z0-9_-]{43})$/;
const purpose = 'openscaler-power keep-on link';

const shortestKey = 32;

/** The warning in a few characters that need no escaping. */
export function warningName({ stopMs, nth }: WarningId): string {
  return `${stopMs.toString(36)}${nth === 0 ? '' : `-${nth.toString(36)}`}`;
}

/**
 * The token for the VMs of this warning, valid until their stop. Signed with the first of the keys. Throws `secret` for a key that is
 * too short to be one.
 */
export function keepToken(warning: WarningId, [key = '']: readonly string[]): string {
  const head = `k1.${warningName(warning)}`;
  return `${head}.${macOf(head, key)}`;
}

/** The warning that the token is of, whether its stop is past or not; null for what no key has signed. Throws `secret`. */
export function readKeepToken(token: string, keys: readonly string[]): WarningId | null {
  const found = pattern.exec(token);
  if (found === null) return null;
  const [, head = '', stop = '', nth = '0', mac = ''] = found;
  // As texts: base64 has several for the same bytes, and only one of them is the token. Every key is tried, whichever fits.
  const fits = keys.map((key) => isEqual(mac, macOf(head, key)));
  return fits.includes(true) ? { stopMs: Number.parseInt(stop, 36), nth: Number.parseInt(nth, 36) } : null;
}

function macOf(head: string, key: string): string {
  if (key.length < shortestKey)
    throw new PowerError('secret', `the key of links must have at least ${shortestKey} characters: deploy again`);
  return createHmac('sha256', key).update(`${purpose}\n${head}`).digest('base64url');
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
