// Who sent a webhook: the two signature schemes, each over the raw body, before anybody parses it.
// Each says why it refuses, for the log only; the caller is told nothing that would help a forger.

import { createHash, timingSafeEqual } from 'node:crypto';
import { verify as verifyGitHub } from '@octokit/webhooks-methods';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { PowerError } from '../core/errors.ts';

/** What a signature is checked against. */
export interface Delivery {
  readonly headers: ReadonlyMap<string, string>;
  /** The body's text, byte for byte. */
  readonly text: string;
  readonly secrets: readonly string[];
  /** Epoch milliseconds. */
  readonly now: number;
}

export type Verified =
  /** What the sender's signature vouches for, and tells this delivery from all others. */
  { readonly vouched: string } | { readonly refused: string };

/** How far a signed timestamp may be from now, either way (Standard Webhooks, "Verifying webhook authenticity"). */
const toleranceMs = 5 * 60_000;

// Lest the same bytes be signed for two ids: a full stop parts the signed content, and beyond ASCII there are texts without bytes.
const idPattern = /^[!-\-/-~]{1,256}$/;

/**
 * Standard Webhooks, symmetric (`v1`): HMAC-SHA256 over id, timestamp and body, with any of the secrets. Vouches for the id.
 * Throws `secret` when a secret is not base64, with or without `whsec_`.
 */
export function verifyStandard({ headers, text, secrets, now }: Delivery): Verified {
  const id = headers.get('webhook-id') ?? '';
  const timestamp = headers.get('webhook-timestamp') ?? '';
  const signatures = headers.get('webhook-signature') ?? '';
  if (id === '' || timestamp === '' || signatures === '') return { refused: 'a signature header is missing' };
  if (!idPattern.test(id)) return { refused: 'webhook-id is malformed' };
  if (!/^\d{1,11}$/.test(timestamp)) return { refused: 'webhook-timestamp is malformed' };
  const signedAt = Number(timestamp) * 1000;
  // The library's own verify reads the system's clock; its sign leaves the clock to us.
  const expected = secrets.map((secret) => standardWebhook(secret).sign(id, new Date(signedAt), text));
  const matches = signatures.split(' ').flatMap((signature) => expected.map((other) => isEqual(signature, other)));
  if (!matches.includes(true)) return { refused: 'no signature matches' };
  if (Math.abs(now - signedAt) > toleranceMs) return { refused: 'webhook-timestamp is too far from now' };
  return { vouched: id };
}

/** GitHub's `X-Hub-Signature-256`: HMAC-SHA256 over the body. Vouches for the body's SHA-256: the delivery id is not signed. */
export async function verifyGithub({ headers, text, secrets }: Delivery): Promise<Verified> {
  const signature = headers.get('x-hub-signature-256') ?? '';
  if (signature === '') return { refused: 'the signature header is missing' };
  if (text === '') return { refused: 'the body is empty' };
  const matches = await Promise.all(secrets.map((secret) => verifyGitHub(secret, text, signature)));
  return matches.includes(true)
    ? { vouched: createHash('sha256').update(text).digest('hex') }
    : { refused: 'no signature matches' };
}

function standardWebhook(secret: string): StandardWebhook {
  try {
    return new StandardWebhook(secret);
  } catch {
    // Without cause: the library's error may quote the secret.
    throw new PowerError('secret', 'a Standard Webhooks secret must be base64, with or without "whsec_" before it');
  }
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
