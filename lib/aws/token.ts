// The token of one account: read once, kept five minutes in memory, renewed once when the API refuses it.
// However many calls are refused at once, one fetch serves them all.

import { PowerError } from '../core/errors.ts';
import type { Clock, Log, TokenSource } from '../ports.ts';
import { expiryOf } from './oauth/expiry.ts';
import type { Renewals } from './oauth/renewals.ts';
import { fetchToken } from './oauth/token-endpoint.ts';
import { isToken, type OauthDefaults, type RefreshContent, readSecret, type SecretContent } from './secret-shape.ts';
import type { SecretReader } from './secrets.ts';

export interface TokenSourceOptions {
  /** Whose token it is, for what is said about it. */
  readonly account?: string;
  readonly secretId: string;
  readonly secrets: SecretReader;
  /** What renews refresh tokens: the deployment's table is needed for that. Without it such a token is used to its end. */
  readonly renewals?: Renewals | undefined;
  readonly oauth?: OauthDefaults | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a token is used before the secret is read again. @default 300000 */
  readonly cacheMs?: number;
}

/** What is known of a token without knowing the token. */
export interface TokenFacts {
  /** `fixed`: given once, in the terminal. */
  readonly kind: SecretContent['kind'] | 'fixed';
  /** When it ends, in epoch ms; null when neither its secret nor itself says. */
  readonly expiresAt: number | null;
  /** Whether it is renewed without anybody's doing: if not, somebody has to store a new one before it ends. */
  readonly renewsItself: boolean;
}

/** A token source that knows what it gives. */
export interface KnownTokenSource extends TokenSource {
  /** Where the token comes from, as in `the secret "openscaler/token"`. */
  readonly origin: string;
  /** Of the token that was given last; null before the first. */
  facts(): TokenFacts | null;
}

interface Fetched {
  readonly token: string;
  readonly facts: TokenFacts;
  /** Whether it stands in the secret, where somebody may put another at any time. */
  readonly isStored: boolean;
}

interface Kept {
  readonly token: string;
  readonly until: number;
}

const fiveMinutesMs = 5 * 60_000;
/** A token that was refused, and came back unchanged, is not asked for again for so long. */
const renewAgainMs = 30_000;
const mostRemembered = 8;
/** A token that expires sooner is renewed before it is used. */
const expiryMarginMs = 30_000;
/** Who has to store a new token by hand is told so long before. */
export const warnBeforeMs = 7 * 24 * 60 * 60_000;
const warnEveryMs = 60 * 60_000;

/** The token that the secret holds, or that its OAuth client is given. Makes no call before the first token is asked for. */
export function tokenSource(options: TokenSourceOptions): KnownTokenSource {
  const { clock, log, secretId } = options;
  let cached: Kept | null = null;
  let facts: TokenFacts | null = null;
  let fetching: Promise<string> | null = null;
  let warnAgainAt = 0;
  // The last refused token that the secret was read again for: many calls carry one token, and are refused one by one.
  let renewedFor: Kept | null = null;
  // Also those before: a rotation's token that is revoked may stand in the secret for a while.
  const refused = new Set<string>();

  const keep = (fetched: Fetched): string => {
    const now = clock.now();
    facts = fetched.facts;
    cached = { token: fetched.token, until: keepUntil(fetched, now, options.cacheMs ?? fiveMinutesMs) };
    if (now >= warnAgainAt && warnOfEnd(fetched.facts, options)) warnAgainAt = now + warnEveryMs;
    return fetched.token;
  };

  // A secret that can't be read now is no reason to stop using the token that was read from it, until the API says so.
  const goOn = (error: unknown): string => {
    if (cached === null || (facts?.expiresAt ?? Number.POSITIVE_INFINITY) <= clock.now()) throw error;
    log.warn(`the secret "${secretId}" could not be read again; the token that was read before is used on`, { error });
    cached = { token: cached.token, until: clock.now() + renewAgainMs };
    return cached.token;
  };

  const fetchOnce = (rejected: string | null): Promise<string> => {
    fetching ??= fetchFrom(options, rejected, refused)
      .then(keep, rejected === null ? goOn : undefined)
      .finally(() => {
        fetching = null;
      });
    return fetching;
  };

  // What a client was given just now, and is refused, has no better to come: an API that refuses all would cost a token for each call.
  const isNewlyIssued = (): boolean =>
    facts?.kind === 'client_credentials' && renewedFor !== null && clock.now() < renewedFor.until;

  return {
    origin: `the secret "${secretId}"`,
    facts: () => facts,
    token: async () => (cached && clock.now() < cached.until ? cached.token : fetchOnce(null)),
    renew: async (rejected) => {
      // A fetch that was under way may have begun before this token was refused.
      if (fetching && (await fetching) !== rejected) return cached?.token ?? fetchOnce(rejected);
      const isKnown = renewedFor?.token === rejected && clock.now() < renewedFor.until;
      if (!fetching && cached && (cached.token !== rejected || isKnown)) return cached.token;
      if (isNewlyIssued()) return rejected;
      remember(refused, rejected);
      renewedFor = { token: rejected, until: clock.now() + renewAgainMs };
      log.debug('the API refused the token, it is fetched again', { secretId });
      return fetchOnce(rejected);
    },
  };
}

function remember(refused: Set<string>, token: string): void {
  refused.delete(token);
  refused.add(token);
  for (const oldest of refused) if (refused.size > mostRemembered) refused.delete(oldest);
}

async function fetchFrom(
  options: TokenSourceOptions,
  rejected: string | null,
  refused: ReadonlySet<string>,
): Promise<Fetched> {
  const { secrets, secretId, oauth, clock } = options;
  const content = readSecret(await secrets.read(secretId), secretId, oauth);
  const { kind } = content;
  switch (kind) {
    case 'token':
      return given(kind, content, { isStored: true, renewsItself: false });
    case 'client_credentials': {
      const { token, expiresAt } = content;
      const isLiving = token !== null && !refused.has(token) && (expiresAt ?? 0) - expiryMarginMs > clock.now();
      if (isLiving) return given(kind, { token, expiresAt }, { isStored: true, renewsItself: true });
      return given(kind, await fetchToken(content.client, secretId, clock), { isStored: false, renewsItself: true });
    }
    case 'refresh_token': {
      const { renewals } = options;
      if (renewals === undefined) return unrenewed(content, options);
      const renewed = await renewals.token(secretId, rejected);
      return given(kind, renewed, { isStored: true, renewsItself: !renewed.isEnding });
    }
  }
}

function given(
  kind: TokenFacts['kind'],
  { token, expiresAt }: { readonly token: string; readonly expiresAt: number | null },
  { isStored, renewsItself }: { readonly isStored: boolean; readonly renewsItself: boolean },
): Fetched {
  return { token, isStored, facts: { kind, expiresAt, renewsItself } };
}

/** Two that renew one refresh token without a lock can lose it for both. */
function unrenewed({ kind, token, expiresAt }: RefreshContent, { secretId, clock }: TokenSourceOptions): Fetched {
  if (token !== null && (expiresAt === null || clock.now() < expiresAt))
    return given(kind, { token, expiresAt }, { isStored: true, renewsItself: false });
  const advice = "set POWER_TABLE to the deployment's table, whose lock that takes, or let the deployment do it";
  throw new PowerError('secret', `the token in the secret "${secretId}" has ended and is not renewed here: ${advice}`);
}

// A token that lives for less than twice the margin is used for half its life, or each call would fetch one.
function keepUntil({ facts: { expiresAt }, isStored }: Fetched, now: number, cacheMs: number): number {
  if (expiresAt === null) return now + cacheMs;
  const lifeMs = expiresAt - now;
  // It has ended, by its own word; whether it still works is for the API to say.
  if (lifeMs <= 0) return now + Math.min(cacheMs, renewAgainMs);
  const usableMs = Math.max(lifeMs - expiryMarginMs, lifeMs / 2);
  return now + (isStored ? Math.min(cacheMs, usableMs) : usableMs);
}

function warnOfEnd({ expiresAt, renewsItself }: TokenFacts, options: TokenSourceOptions): boolean {
  const { account, secretId, clock, log } = options;
  if (renewsItself || expiresAt === null || expiresAt - clock.now() > warnBeforeMs) return false;
  const leftMs = expiresAt - clock.now();
  const ends = leftMs > 0 ? 'ends soon, and nobody renews it' : 'has ended';
  const whose = account === undefined ? 'the token' : `the token of account "${account}"`;
  log.warn(`${whose} ${ends}: put a new one into the secret "${secretId}"`, {
    ...(account === undefined ? {} : { account }),
    alarm: 'expiring',
    expiresAt: new Date(expiresAt).toISOString(),
    hoursLeft: Math.floor(leftMs / 3_600_000),
  });
  return true;
}

/** A token that is given once and can't be renewed: the terminal's OPENSCALER_TOKEN. Throws `secret` for one that can't be sent. */
export function fixedToken(token: string, origin = 'OPENSCALER_TOKEN'): KnownTokenSource {
  const checked = token.trim();
  if (!isToken(checked)) {
    const advice = 'set it to the bare access token, or unset it and set OPENSCALER_SECRET_ID';
    throw new PowerError('secret', `OPENSCALER_TOKEN is empty or has blanks or characters no token has: ${advice}`);
  }
  const facts: TokenFacts = { kind: 'fixed', expiresAt: expiryOf(checked, null), renewsItself: false };
  return { origin, facts: () => facts, token: async () => checked, renew: async () => checked };
}
