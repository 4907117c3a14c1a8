// A notice as a Standard Webhook: JSON for machines, signed, with an id that repeats have too.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

import { Webhook } from 'standardwebhooks';
import { PowerError } from '../core/errors.ts';
import type { Notice } from '../core/notice.ts';

export interface Signed {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The body and its headers, signed at this instant. Throws `secret` when the signing secret is none. */
export function standardMessage(notice: Notice, signingSecret: string, now: number): Signed {
  const { id, type, at, title, text, vms, more, unlisted, link, facts } = notice;
  const data = { ...facts, title, text, vms, more, unlisted, link: link?.url ?? null };
  const body = JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
  const signature = signerOf(signingSecret).sign(id, new Date(now), body);
  const seconds = String(Math.floor(now / 1000));
  return { body, headers: { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature } };
}

function signerOf(secret: string): Webhook {
  try {
    return new Webhook(secret);
  } catch {
    // Without cause: the library's error may quote the secret.
    throw new PowerError('secret', 'the "secret" of notifications must be base64, with or without "whsec_" before it');
  }
}
