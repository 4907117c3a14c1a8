// The link "keep on" of one scheduled stop: a token that is the right to it, and to nothing else, until that stop.
// Signed, so that nobody makes one; bound to its purpose and version, so that no other signature of this key is one.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { PowerError } from '../../core/errors.ts';

/** `k1.<stop>.<mac>`: purpose and version, the instant of the stop in milliseconds (base 36), and an HMAC-SHA256 (base64url). */
const pattern = /^(k1\.([1-9a-z][0-9a-z]{0,9}))\.([A-Za-z0-9_-]{43})$/;
const purpose = 'openscaler-power keep-on link';

const shortestKey = 32;

/**
 * The token for the stop at this instant, to which it is valid. Signed with the first of the keys. Throws `secret` for a key that is
 * too short to be one.
 */
export function keepToken(stopMs: number, [key = '']: readonly string[]): string {
  const head = `k1.${stopMs.toString(36)}`;
  return `${head}.${macOf(head, key)}`;
}

/** The instant of the stop that the token is for, whether past or not; null for what no key has signed. Throws `secret`. */
export function readKeepToken(token: string, keys: readonly string[]): number | null {
  const found = pattern.exec(token);
  if (found === null) return null;
  const [, head = '', stop = '', mac = ''] = found;
  // As texts: base64 has several for the same bytes, and only one of them is the token. Every key is tried, whichever fits.
  const fits = keys.map((key) => isEqual(mac, macOf(head, key)));
  return fits.includes(true) ? Number.parseInt(stop, 36) : null;
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
