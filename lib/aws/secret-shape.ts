// What the text of an account's secret may hold: the bare token, or JSON with a token, an OAuth client, or a pair of tokens.
// Nothing here repeats the text in a message: it is the secret.

import * as v from 'valibot';

import { PowerError } from '../core/errors.ts';
import { epochMs, expiryOf, statedMs } from './oauth/expiry.ts';

/** An OAuth client and the address of its token server (RFC 6749, sections 2.3 and 3.2). */
export interface OauthClient {
  readonly clientId: string;
  /** Null for a public client. */
  readonly clientSecret: string | null;
  readonly tokenUrl: URL;
  readonly scope: string | null;
}

/** What the configuration says for secrets that do not say it themselves. */
export interface OauthDefaults {
  readonly grant?: 'client_credentials' | 'refresh_token' | undefined;
  readonly tokenUrl?: string | undefined;
  readonly clientId?: string | undefined;
  readonly scope?: string | undefined;
}

interface Stored {
  /** Null when none is stored. */
  readonly token: string | null;
  /** Epoch ms; null when nobody says. */
  readonly expiresAt: number | null;
}

/** A client that can ask for tokens by itself (RFC 6749, section 4.4), and the last one, if a rotation has stored it. */
export interface ClientContent extends Stored {
  readonly kind: 'client_credentials';
  readonly client: OauthClient & { readonly clientSecret: string };
}

/** A refresh token, perhaps a rotating one, and the access token it came with (RFC 6749, section 6). */
export interface RefreshContent extends Stored {
  readonly kind: 'refresh_token';
  readonly client: OauthClient;
  readonly refreshToken: string;
  /** When the pair was issued (epoch ms), where this project has stored it. */
  readonly issuedAt: number | null;
  /** False once a renewal has shown that the token server lets a refresh token be used again. */
  readonly isRotating: boolean;
}

export type SecretContent =
  | { readonly kind: 'token'; readonly token: string; readonly expiresAt: number | null }
  | ClientContent
  | RefreshContent;

/** What a token server has given. */
export interface IssuedTokens {
  readonly token: string;
  /** Null when the one that was sent goes on. */
  readonly refreshToken: string | null;
  /** Epoch ms; null when the server does not say. */
  readonly expiresAt: number | null;
}

const text = v.pipe(v.string(), v.trim(), v.nonEmpty());
const stored = {
  access_token: v.nullish(text),
  expires_at: v.nullish(v.pipe(v.unknown(), v.transform(statedMs), v.number())),
};
const withToken = v.looseObject({ ...stored, access_token: text });
const withAnyToken = v.looseObject({ access_token: text });
const client = { client_id: text, client_secret: v.nullish(text), token_url: text, scope: v.nullish(text), ...stored };
const withClient = v.looseObject({ ...client, client_secret: text });
const withRefreshToken = v.looseObject({
  ...client,
  refresh_token: text,
  issued_at: v.nullish(v.unknown()),
  refresh_token_rotates: v.nullish(v.boolean()),
});
const grants = ['client_credentials', 'refresh_token'] as const;

const expected =
  'store the bare token, or JSON with "access_token" (and "expires_at", in epoch seconds), or JSON with "client_id", ' +
  '"client_secret", "token_url" (and "scope"), or the same with "grant": "refresh_token" and "refresh_token"';

/** What the secret holds. Throws `secret`, saying which shapes are allowed. */
export function readSecret(secret: string, secretId: string, defaults: OauthDefaults = {}): SecretContent {
  const trimmed = secret.trim();
  if (!/^[{["]/.test(trimmed)) return bareToken(trimmed, secretId);
  const json = withDefaults(parseObject(trimmed, secretId), defaults);
  switch (grantOf(json, defaults, secretId)) {
    case 'refresh_token':
      return refreshContent(json, secretId);
    case 'client_credentials':
      return clientContent(json, secretId);
    case null:
      return v.is(withAnyToken, json) ? tokenContent(json, secretId) : clientContent(json, secretId);
  }
}

/**
 * The secret's text, which `readSecret` has read as of this grant, with what was issued in the place of what was there. Whatever else
 * it holds stays; the grant is said, for a client that has a token beside it would be read as that token alone.
 */
export function withIssued(
  secret: string,
  grant: (typeof grants)[number],
  issued: IssuedTokens,
  issuedAt: number,
): string {
  const { expires_at: _, ...rest } = v.parse(v.record(v.string(), v.unknown()), JSON.parse(secret.trim()));
  const isRotating = issued.refreshToken !== null && issued.refreshToken !== rest.refresh_token;
  return JSON.stringify({
    ...rest,
    grant,
    access_token: issued.token,
    ...(issued.expiresAt === null ? {} : { expires_at: Math.floor(issued.expiresAt / 1000) }),
    issued_at: Math.floor(issuedAt / 1000),
    ...(grant === 'refresh_token' && {
      refresh_token: issued.refreshToken ?? rest.refresh_token,
      refresh_token_rotates: isRotating,
    }),
  });
}

function bareToken(token: string, secretId: string): SecretContent {
  return { kind: 'token', token: checkedToken(token, secretId), expiresAt: expiryOf(token, null) };
}

function tokenContent(json: unknown, secretId: string): SecretContent {
  const { access_token: token, expires_at: expiresAt = null } = shaped(withToken, json, secretId);
  return { kind: 'token', token: checkedToken(token, secretId), expiresAt: expiryOf(token, expiresAt) };
}

function clientContent(json: unknown, secretId: string): ClientContent {
  const fields = shaped(withClient, json, secretId);
  const { client_secret: clientSecret } = fields;
  return {
    kind: 'client_credentials',
    client: { ...clientOf(fields, secretId), clientSecret },
    ...storedOf(fields, secretId),
  };
}

function refreshContent(json: unknown, secretId: string): RefreshContent {
  const fields = shaped(withRefreshToken, json, secretId);
  const { token, expiresAt } = storedOf(fields, secretId);
  const issuedAt = epochMs(fields.issued_at);
  // With one of two clocks wrong, another token would end before its beginning, too.
  const isEndKnown = expiresAt !== null && (issuedAt === null || issuedAt < expiresAt);
  return {
    kind: 'refresh_token',
    client: clientOf(fields, secretId),
    refreshToken: fields.refresh_token,
    token,
    expiresAt: isEndKnown ? expiresAt : null,
    issuedAt,
    isRotating: fields.refresh_token_rotates ?? true,
  };
}

function clientOf(fields: v.InferOutput<v.LooseObjectSchema<typeof client, undefined>>, secretId: string): OauthClient {
  return {
    clientId: fields.client_id,
    clientSecret: fields.client_secret ?? null,
    tokenUrl: checkedTokenUrl(fields.token_url, secretId),
    scope: fields.scope ?? null,
  };
}

function storedOf(
  { access_token: token = null, expires_at: endMs = null }: v.InferOutput<v.ObjectSchema<typeof stored, undefined>>,
  secretId: string,
): Stored {
  if (token === null) return { token: null, expiresAt: null };
  return { token: checkedToken(token, secretId), expiresAt: expiryOf(token, endMs) };
}

function shaped<const Schema extends v.GenericSchema>(
  schema: Schema,
  json: unknown,
  secretId: string,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, json);
  if (parsed.success) return parsed.output;
  const at = v.getDotPath(parsed.issues[0]);
  throw malformed(
    secretId,
    at === 'expires_at' ? 'has an "expires_at" that is no instant' : 'is JSON without the fields of a token',
  );
}

function grantOf(json: unknown, defaults: OauthDefaults, secretId: string): (typeof grants)[number] | null {
  if (typeof json !== 'object' || json === null) return null;
  const named: unknown = 'grant' in json ? json.grant : undefined;
  if (named === undefined || named === null) {
    return 'refresh_token' in json && defaults.grant === 'refresh_token' ? 'refresh_token' : null;
  }
  const grant = grants.find((one) => one === named);
  if (grant === undefined) throw malformed(secretId, `has a "grant" that is none of ${grants.join(', ')}`);
  return grant;
}

function withDefaults(json: unknown, { tokenUrl, clientId, scope }: OauthDefaults): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  const given = Object.entries({ token_url: tokenUrl, client_id: clientId, scope });
  return { ...Object.fromEntries(given.filter(([, value]) => value !== undefined)), ...json };
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
  if (url && isTokenUrl(tokenUrl)) return url;
  throw malformed(secretId, 'holds a "token_url" that is not an https: address');
}

/** Whether a client's secret may be sent there: https, or http on loopback, without user and password. */
function isTokenUrl(tokenUrl: string): boolean {
  const url = URL.parse(tokenUrl);
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url?.hostname ?? '');
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback);
  return url !== null && isSafe && !url.username && !url.password;
}

function malformed(secretId: string, what: string): PowerError {
  return new PowerError('secret', `the secret "${secretId}" ${what}: ${expected}`);
}
