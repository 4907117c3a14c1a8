// What the text of an account's secret may hold: the bare token, or JSON with a token or with an OAuth client.
// Nothing here repeats the text in a message: it is the secret.

import * as v from 'valibot';

import { PowerError } from '../core/errors.ts';

/** An OAuth client that can ask for tokens by itself (RFC 6749, section 4.4). */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenUrl: URL;
  readonly scope: string | null;
}

export type SecretContent =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'client'; readonly client: ClientCredentials };

const text = v.pipe(v.string(), v.trim(), v.nonEmpty());
const withToken = v.looseObject({ access_token: text });
const withClient = v.looseObject({ client_id: text, client_secret: text, token_url: text, scope: v.nullish(text) });

const expected =
  'store the bare token, or JSON with "access_token", or JSON with "client_id", "client_secret", "token_url" (and "scope")';

/** What the secret holds. Throws `secret`, saying which shapes are allowed. */
export function readSecret(secret: string, secretId: string): SecretContent {
  const trimmed = secret.trim();
  if (!/^[{["]/.test(trimmed)) return { kind: 'token', token: checkedToken(trimmed, secretId) };
  const json = parseObject(trimmed, secretId);
  if (v.is(withToken, json)) return { kind: 'token', token: checkedToken(json.access_token.trim(), secretId) };
  const client = v.safeParse(withClient, json);
  if (!client.success) throw malformed(secretId, 'is JSON without the fields of a token');
  const { client_id: clientId, client_secret: clientSecret, token_url: tokenUrl, scope } = client.output;
  const url = checkedTokenUrl(tokenUrl, secretId);
  return { kind: 'client', client: { clientId, clientSecret, tokenUrl: url, scope: scope ?? null } };
}

/** Whether the text can go into a header: visible ASCII without blanks (wider than RFC 6750, section 2.1, and as safe). */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

/** The token, if it can go into a header. Throws `secret`. */
export function checkedToken(token: string, secretId: string): string {
  if (isToken(token)) return token;
  throw malformed(
    secretId,
    token === '' ? 'is empty' : 'holds a token with blanks, line breaks or other characters no token has',
  );
}

function parseObject(trimmed: string, secretId: string): unknown {
  try {
    return JSON.parse(trimmed);
  } catch {
    // The parser's message quotes the text, so it is not passed on as a cause.
    throw malformed(secretId, 'begins like JSON but is none');
  }
}

function checkedTokenUrl(tokenUrl: string, secretId: string): URL {
  const url = URL.parse(tokenUrl);
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url?.hostname ?? '');
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback);
  if (url && isSafe && !url.username && !url.password) return url;
  throw malformed(secretId, 'holds a "token_url" that is not an https: address');
}

function malformed(secretId: string, what: string): PowerError {
  return new PowerError('secret', `the secret "${secretId}" ${what}: ${expected}`);
}
