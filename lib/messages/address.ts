// Where notices go, from the secret that holds it: for Slack and Teams the address is itself what lets one in.
// No message here shows any of it.

import * as v from 'valibot';
import { PowerError } from '../core/errors.ts';

export interface Address {
  readonly url: URL;
  /** With which Standard Webhooks are signed. */
  readonly signingSecret: string | null;
}

const content = v.object({ url: v.string(), secret: v.optional(v.string()) });
const loopbackHosts = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The address alone, or JSON `{"url": …, "secret": …}`. Throws `secret`, which says how it should be. */
export function readAddress(secretId: string, text: string): Address {
  const trimmed = text.trim();
  const parsed = trimmed.startsWith('{')
    ? v.safeParse(v.pipe(v.string(), v.parseJson(), content), trimmed)
    : v.safeParse(content, { url: trimmed });
  if (!parsed.success) throw fault(secretId, 'hold an address, or JSON {"url": "https://…", "secret": "whsec_…"}');
  const url = URL.canParse(parsed.output.url) ? new URL(parsed.output.url) : null;
  if (url === null || !isSafe(url)) throw fault(secretId, 'name an https address (or http on loopback) without user');
  return { url, signingSecret: parsed.output.secret ?? null };
}

function isSafe({ protocol, hostname, username, password }: URL): boolean {
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && loopbackHosts.test(hostname));
}

function fault(secretId: string, what: string): PowerError {
  return new PowerError(
    'secret',
    `the secret "${secretId}" of notifications must ${what} (what it holds is not shown)`,
  );
}
