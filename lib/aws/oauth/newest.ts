// Which version of a secret holds its newest tokens: the current one, or one that a rotation or a crash has left beside it.
// And whether a renewal of it broke off, so that nobody knows whether its refresh token is spent.

import { PowerError } from '../../core/errors.ts';
import { type ClientContent, type OauthDefaults, type RefreshContent, readSecret } from '../secret-shape.ts';
import type { SecretStore, SecretVersion } from '../secrets.ts';
import type { Renewal, RenewalLock } from './renewal-lock.ts';

export interface Newest {
  /** The version that is current. */
  readonly base: SecretVersion;
  /** The version with the newest tokens. */
  readonly version: SecretVersion;
  readonly content: RefreshContent | ClientContent;
  /** The renewal of this version that was begun and did not come to its end; null when there is none. */
  readonly begun: Renewal | null;
}

export interface NewestParts {
  readonly secrets: SecretStore;
  readonly lock: RenewalLock;
  readonly oauth?: OauthDefaults | undefined;
}

/** Throws `secret`, also for a secret whose tokens nobody can renew, and `aws`. */
export async function newestOf(secretId: string, parts: NewestParts): Promise<Newest> {
  const base = await parts.secrets.current(secretId);
  const { version, begun } = await followed(base, parts);
  return { base, version, begun, content: renewable(version, secretId, parts.oauth) };
}

/** As far as the current version tells: one read, and right whenever its token is. */
export function newestByItself(base: SecretVersion, secretId: string, oauth: OauthDefaults | undefined): Newest {
  return { base, version: base, begun: null, content: renewable(base, secretId, oauth) };
}

// A note about another version than the current one is over: somebody has stored what came after it.
async function followed(
  base: SecretVersion,
  { secrets, lock }: NewestParts,
): Promise<Pick<Newest, 'version' | 'begun'>> {
  const last = await lock.last(base.arn);
  if (last === null || (last.base !== base.versionId && last.from !== base.versionId))
    return { version: base, begun: null };
  const stored = await secrets.version(base.arn, last.to);
  if (stored !== null) return { version: stored, begun: null };
  const from = last.from === base.versionId ? base : await secrets.version(base.arn, last.from);
  return { version: from ?? base, begun: last };
}

function renewable({ text }: SecretVersion, secretId: string, oauth: OauthDefaults | undefined): Newest['content'] {
  const content = readSecret(text, secretId, oauth);
  if (content.kind !== 'token') return content;
  const advice = 'store an OAuth client or a refresh token in it, or take it out of the rotation';
  throw new PowerError('secret', `the secret "${secretId}" holds a token alone, which nobody can renew: ${advice}`);
}

const shortestMarginMs = 30_000;
const longestMarginMs = 10 * 60_000;
const unknownLifeMarginMs = 2 * 60_000;

/** Whether the token can be used without renewing it first: it is not the one that was refused, and does not end soon. */
export function isFresh(newest: Newest, rejected: string | null, now: number): boolean {
  return isUsable(newest, rejected, now + marginMs(newest.content));
}

/** Whether the token may still work. */
export function isUsable({ content }: Newest, rejected: string | null, now: number): boolean {
  const { token, expiresAt } = content;
  return token !== null && token !== rejected && (expiresAt === null || now < expiresAt);
}

/** Early enough that what goes wrong can go wrong again before the token ends: a quarter of its life. */
function marginMs(content: Newest['content']): number {
  const issuedAt = content.kind === 'refresh_token' ? content.issuedAt : null;
  if (content.expiresAt === null || issuedAt === null) return unknownLifeMarginMs;
  return Math.min(longestMarginMs, Math.max(shortestMarginMs, (content.expiresAt - issuedAt) / 4));
}
