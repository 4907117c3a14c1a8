// Fetches a token by OAuth's client_credentials grant, for accounts whose tokens live shortly (RFC 6749, section 4.4).
// The library is loaded on the first fetch; its errors carry the response, so they are not passed on.

import type { ClientAuth } from 'oauth4webapi';

import { PowerError } from '../core/errors.ts';
import type { Clock } from '../ports.ts';
import { type ClientCredentials, checkedToken } from './secret-shape.ts';

export interface FetchedToken {
  readonly token: string;
  /** Epoch milliseconds; null when the server doesn't say. */
  readonly expiresAt: number | null;
}

const timeoutMs = 10_000;

/** A new token for the client. Throws `secret`, saying what the token server answered, never what was sent. */
export async function fetchToken(client: ClientCredentials, secretId: string, clock: Clock): Promise<FetchedToken> {
  try {
    const { access_token: token, expires_in: seconds } = await grant(client);
    return {
      token: checkedToken(token, secretId),
      expiresAt: seconds === undefined ? null : clock.now() + seconds * 1000,
    };
  } catch (error) {
    if (error instanceof PowerError) throw error;
    const where = `${client.tokenUrl.origin}${client.tokenUrl.pathname}`;
    const advice = 'check "client_id", "client_secret", "scope" and "token_url"';
    throw new PowerError(
      'secret',
      `no token for the client in secret "${secretId}" from ${where} (${wordOf(error)}): ${advice}`,
    );
  }
}

// Every server must understand Basic (RFC 6749, section 2.3.1); some register a client for the form only.
async function grant(client: ClientCredentials) {
  const { ClientSecretBasic, ClientSecretPost } = await import('oauth4webapi');
  try {
    return await grantBy(client, ClientSecretBasic(client.clientSecret));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return grantBy(client, ClientSecretPost(client.clientSecret));
  }
}

async function grantBy({ clientId, tokenUrl, scope }: ClientCredentials, proof: ClientAuth) {
  const oauth = await import('oauth4webapi');
  const server = { issuer: tokenUrl.origin, token_endpoint: tokenUrl.href };
  const client = { client_id: clientId };
  const answer = await oauth.clientCredentialsGrantRequest(server, client, proof, scope === null ? {} : { scope }, {
    signal: AbortSignal.timeout(timeoutMs),
    // Only as far as checkedTokenUrl allows: loopback.
    [oauth.allowInsecureRequests]: tokenUrl.protocol === 'http:',
  });
  return oauth.processClientCredentialsResponse(server, client, answer);
}

// A 400 or 401, whatever its body: the library keeps the status in the error, or in the response that caused it.
function isRefusal(error: unknown): boolean {
  const status = statusIn(error) ?? (error instanceof Error ? statusIn(error.cause) : null);
  return status === 400 || status === 401;
}

function statusIn(value: unknown): number | null {
  const status: unknown = typeof value === 'object' && value !== null && 'status' in value ? value.status : null;
  return typeof status === 'number' ? status : null;
}

// An OAuth error code (RFC 6749, section 5.2), or else the kind of trouble: nothing that a server could have echoed.
function wordOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null && 'error' in error ? error.error : undefined;
  if (typeof code === 'string' && /^[a-z_]{1,40}$/.test(code)) return code;
  return error instanceof Error && /^[A-Za-z]{1,40}$/.test(error.name) ? error.name : 'no answer';
}
