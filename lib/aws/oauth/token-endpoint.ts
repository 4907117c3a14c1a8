// The token server as the two grants that are used of it: client_credentials and refresh_token (RFC 6749, sections 4.4 and 6).
// The library is loaded on the first call; its errors carry the response, so they are not passed on.

import type { ClientAuth } from 'oauth4webapi';
import * as v from 'valibot';

import { PowerError } from '../../core/errors.ts';
import type { Clock } from '../../ports.ts';
import { type ClientContent, checkedToken, type IssuedTokens, type OauthClient } from '../secret-shape.ts';
import { epochMs, expiryOf } from './expiry.ts';

/** How a refresh token fared: what decides whether it may be sent again. `word` is fit to print. */
export type Refreshed =
  | { readonly kind: 'issued'; readonly issued: IssuedTokens }
  /** The server does not take this refresh token (any more): `invalid_grant`. */
  | { readonly kind: 'refused'; readonly word: string }
  /** The server took offence at something else, or was never reached: the refresh token is as good as before. */
  | { readonly kind: 'unspent'; readonly word: string }
  /** No answer, or none that can be read: a rotating refresh token may be spent. */
  | { readonly kind: 'unknown'; readonly word: string };

/** Asks for a new pair; never throws for what the server does. Tests give one of their own. */
export type Refresh = (client: OauthClient, refreshToken: string, secretId: string, clock: Clock) => Promise<Refreshed>;

const timeoutMs = 10_000;
/** What the library calls an answer that it can make nothing of. */
const unusable = ['OperationProcessingError', 'UnsupportedOperationError'];
/** Nothing was sent: there is no way there, or who answers there can't show a certificate for it. */
const unreached =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|\w*CERT\w*|UNABLE_TO_VERIFY\w*)$/;

/** A new token for the client. Throws `secret`, saying what the token server answered, never what was sent. */
export async function fetchToken(
  client: ClientContent['client'],
  secretId: string,
  clock: Clock,
): Promise<IssuedTokens> {
  try {
    const proofs = await proofsOf(client);
    const answer = await byEither(proofs, (proof) => grantClient(client, proof));
    return { ...issuedFrom(answer, secretId, clock), refreshToken: null };
  } catch (error) {
    if (error instanceof PowerError) throw error;
    const advice = 'check "client_id", "client_secret", "scope" and "token_url"';
    throw new PowerError(
      'secret',
      `no token for the client in secret "${secretId}" from ${whereOf(client)} (${wordOf(error)}): ${advice}`,
    );
  }
}

/** A new pair for the refresh token. */
export const refreshTokens: Refresh = async (client, refreshToken, secretId, clock) => {
  try {
    const proofs = await proofsOf(client);
    const answer = await byEither(proofs, (proof) => grantRefresh(client, proof, refreshToken));
    const issued = { ...issuedFrom(answer, secretId, clock), refreshToken: answer.refresh_token ?? null };
    return { kind: 'issued', issued };
  } catch (error) {
    const word = error instanceof PowerError ? 'a token that cannot be sent' : wordOf(error);
    return { kind: kindOfFailure(error), word };
  }
};

/** The token server's address without what may stand in its query. */
export function whereOf({ tokenUrl }: OauthClient): string {
  return `${tokenUrl.origin}${tokenUrl.pathname}`;
}

type Answer = Awaited<ReturnType<typeof grantClient>>;

function issuedFrom(answer: Answer, secretId: string, clock: Clock): Omit<IssuedTokens, 'refreshToken'> {
  const { access_token, expires_in: lifeSeconds } = answer;
  const token = checkedToken(access_token, secretId);
  // An end that no calendar has is how some servers say that there is none.
  const stated = lifeSeconds === undefined ? null : epochMs(clock.now() / 1000 + lifeSeconds);
  return { token, expiresAt: expiryOf(token, stated) };
}

// Every server must understand Basic (RFC 6749, section 2.3.1); some register a client for the form only.
async function proofsOf({ clientSecret }: OauthClient): Promise<readonly [ClientAuth, ClientAuth?]> {
  const { ClientSecretBasic, ClientSecretPost, None } = await import('oauth4webapi');
  return clientSecret === null ? [None()] : [ClientSecretBasic(clientSecret), ClientSecretPost(clientSecret)];
}

async function byEither<T>(
  [first, second]: readonly [ClientAuth, ClientAuth?],
  grant: (proof: ClientAuth) => Promise<T>,
): Promise<T> {
  try {
    return await grant(first);
  } catch (error) {
    // What is wrong with a refresh token is not mended by another way to prove who asks.
    const isOfClient = [400, 401].includes(statusOf(error) ?? 0) && oauthCode(error) !== 'invalid_grant';
    if (second === undefined || !isOfClient) throw error;
    return grant(second);
  }
}

async function grantClient(client: OauthClient, proof: ClientAuth) {
  const oauth = await import('oauth4webapi');
  const { server, party, options } = await requestOf(client);
  const scope = client.scope === null ? {} : { scope: client.scope };
  const answer = await oauth.clientCredentialsGrantRequest(server, party, proof, scope, options);
  return oauth.processClientCredentialsResponse(server, party, await essentials(answer));
}

async function grantRefresh(client: OauthClient, proof: ClientAuth, refreshToken: string) {
  const oauth = await import('oauth4webapi');
  const { server, party, options } = await requestOf(client);
  // No scope: without one the grant stays what it was (RFC 6749, section 6).
  const answer = await oauth.refreshTokenGrantRequest(server, party, proof, refreshToken, options);
  return oauth.processRefreshTokenResponse(server, party, await essentials(answer));
}

async function requestOf({ clientId, tokenUrl }: OauthClient) {
  const { allowInsecureRequests } = await import('oauth4webapi');
  return {
    server: { issuer: tokenUrl.origin, token_endpoint: tokenUrl.href },
    party: { client_id: clientId },
    options: {
      signal: AbortSignal.timeout(timeoutMs),
      // Only as far as the secret's reader allows: loopback.
      [allowInsecureRequests]: tokenUrl.protocol === 'http:',
    },
  };
}

const seconds = v.union([v.pipe(v.number(), v.minValue(0)), v.pipe(v.string(), v.regex(/^\d{1,20}$/))]);

const essence = v.object({
  access_token: v.unknown(),
  token_type: v.fallback(v.string(), 'bearer'),
  expires_in: v.fallback(v.optional(seconds), undefined),
  refresh_token: v.fallback(v.optional(v.pipe(v.string(), v.regex(/\S/))), undefined),
});

// What else stands there, or stands there badly, must not cost a pair that was issued: an ID token (the issuer's real name is not
// known here), a null for what was left out, an end in words. An answer thrown away is a refresh token spent for nothing.
async function essentials(answer: Response): Promise<Response> {
  if (answer.status !== 200) return answer;
  const read = v.safeParse(essence, parsed(await answer.clone().text()));
  if (!read.success) return answer;
  return new Response(JSON.stringify(read.output), { status: 200, headers: answer.headers });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function kindOfFailure(error: unknown): 'refused' | 'unspent' | 'unknown' {
  if (oauthCode(error) === 'invalid_grant') return 'refused';
  const status = statusOf(error);
  if (status !== null) return status >= 300 && status < 500 && status !== 408 ? 'unspent' : 'unknown';
  return unreached.test(systemCode(error) ?? '') ? 'unspent' : 'unknown';
}

// The library keeps the status in the error, or in the response that caused it.
function statusOf(error: unknown): number | null {
  return statusIn(error) ?? (error instanceof Error ? statusIn(error.cause) : null);
}

function statusIn(value: unknown): number | null {
  const status: unknown = typeof value === 'object' && value !== null && 'status' in value ? value.status : null;
  return typeof status === 'number' ? status : null;
}

/** An OAuth error code (RFC 6749, section 5.2), or null. */
function oauthCode(error: unknown): string | null {
  const code: unknown = typeof error === 'object' && error !== null && 'error' in error ? error.error : undefined;
  return typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? code : null;
}

/** The code of what was in the way of an answer, as the system or TLS names it, or null. */
function systemCode(error: unknown): string | null {
  const cause: unknown = error instanceof Error ? error.cause : null;
  const code: unknown = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : null;
}

// An OAuth error code, or else the kind of trouble: nothing that a server could have echoed.
function wordOf(error: unknown): string {
  const code = oauthCode(error) ?? systemCode(error);
  if (code !== null) return code;
  const status = statusOf(error) ?? 200;
  if (status >= 300) return `HTTP ${status}`;
  const name = error instanceof Error && /^[A-Za-z]{1,40}$/.test(error.name) ? error.name : 'no answer';
  return unusable.includes(name) ? 'no bearer token in its answer' : name;
}
