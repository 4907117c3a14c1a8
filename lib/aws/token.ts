// The token of one account: read once, kept five minutes in memory, renewed once when the API refuses it.
// However many calls are refused at once, one fetch serves them all.

import { PowerError } from '../core/errors.ts';
import type { Clock, Log, TokenSource } from '../ports.ts';
import { type FetchedToken, fetchToken } from './client-credentials.ts';
import { isToken, readSecret } from './secret-shape.ts';
import type { SecretReader } from './secrets.ts';

export interface TokenSourceOptions {
  readonly secretId: string;
  readonly secrets: SecretReader;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a token is used before the secret is read again. @default 300000 */
  readonly cacheMs?: number;
}

interface Kept {
  readonly token: string;
  readonly until: number;
}

const fiveMinutesMs = 5 * 60_000;
/** A token that was refused, and came back unchanged, is not asked for again for so long. */
const renewAgainMs = 30_000;
/** A token that expires sooner is renewed before it is used. */
const expiryMarginMs = 30_000;

/** The token that the secret holds, or that its OAuth client is given. Makes no call before the first token is asked for. */
export function tokenSource(options: TokenSourceOptions): TokenSource {
  const { clock, log, secretId } = options;
  let cached: Kept | null = null;
  let fetching: Promise<string> | null = null;
  // The last refused token that the secret was read again for: many calls carry one token, and are refused one by one.
  let renewedFor: Kept | null = null;

  const fetchOnce = (): Promise<string> => {
    fetching ??= fetchFrom(options)
      .then((fresh) => {
        cached = { token: fresh.token, until: keepUntil(fresh, clock.now(), options.cacheMs ?? fiveMinutesMs) };
        return fresh.token;
      })
      .finally(() => {
        fetching = null;
      });
    return fetching;
  };

  return {
    token: async () => (cached && clock.now() < cached.until ? cached.token : fetchOnce()),
    renew: async (rejected) => {
      const isKnown = renewedFor?.token === rejected && clock.now() < renewedFor.until;
      if (!fetching && cached && (cached.token !== rejected || isKnown)) return cached.token;
      renewedFor = { token: rejected, until: clock.now() + renewAgainMs };
      log.debug('the API refused the token, it is fetched again', { secretId });
      return fetchOnce();
    },
  };
}

async function fetchFrom({ secrets, secretId, clock }: TokenSourceOptions): Promise<FetchedToken> {
  const content = readSecret(await secrets.read(secretId), secretId);
  return content.kind === 'token'
    ? { token: content.token, expiresAt: null }
    : fetchToken(content.client, secretId, clock);
}

// A token that lives for less than twice the margin is used for half its life, or each call would fetch one.
function keepUntil({ expiresAt }: FetchedToken, now: number, cacheMs: number): number {
  if (expiresAt === null) return now + cacheMs;
  const lifeMs = expiresAt - now;
  return now + Math.max(lifeMs - expiryMarginMs, lifeMs / 2);
}

/** A token that is given once and can't be renewed: the terminal's OPENSCALER_TOKEN. Throws `secret` for one that can't be sent. */
export function fixedToken(token: string): TokenSource {
  const checked = token.trim();
  if (!isToken(checked)) {
    const advice = 'set it to the bare access token, or unset it and set OPENSCALER_SECRET_ID';
    throw new PowerError('secret', `OPENSCALER_TOKEN is empty or has blanks or characters no token has: ${advice}`);
  }
  return { token: async () => checked, renew: async () => checked };
}
