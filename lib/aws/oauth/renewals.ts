// Tokens that are renewed when they are used: by one process at a time, stored before anybody uses them.
// While one renews, the others go on with the token there is, wait for the new one, or take over from one that crashed.

import { PowerError } from '../../core/errors.ts';
import type { SecretVersion } from '../secrets.ts';
import { holding } from './holding.ts';
import type { Newest } from './newest.ts';
import { isFresh, isUsable, newestByItself, newestOf } from './newest.ts';
import { type RenewalParts, type Renewed, renew, store, successorOf, type Target, type Unstored } from './renewal.ts';
import type { HeldLock } from './renewal-lock.ts';
import { refreshTokens } from './token-endpoint.ts';
import { signInAgain, unrenewable } from './unrenewable.ts';

export interface RenewedToken {
  readonly token: string;
  readonly expiresAt: number | null;
  /** It could not be renewed, though it was time: somebody has to look after it before it ends. */
  readonly isEnding: boolean;
}

interface Found extends Newest {
  readonly isEnding: boolean;
  /** It is refused as new as it is: another one would be, too. */
  readonly isInVain?: boolean;
}

export interface Renewals {
  /** A token that is not `rejected`, renewed if need be; `rejected` itself if that was only just issued. Throws `secret`. */
  token(secretId: string, rejected: string | null): Promise<RenewedToken>;
  /** Renews the tokens into this version, for a rotation: labelled AWSPENDING. Throws `secret` and `aws`. */
  renewInto(secretId: string, versionId: string): Promise<void>;
}

/** So long after it was sent, a token server that rotates may still take a refresh token once more. */
const graceMs = 60_000;
/** A refused refresh token is not sent again for so long: token servers take repeats for theft. */
const refusedMs = 10 * 60_000;
/** What the API refuses so soon after it was issued is not refused for its age. */
const newMs = 60_000;
/** For how long somebody who has no token that works waits for the one who renews it. */
const waitMs = 25_000;
const pauseMs = 400;

/** Renewals through the deployment's lock. `refresh` is the token server; tests give their own. */
export function renewals(options: Omit<RenewalParts, 'refresh'> & Partial<Pick<RenewalParts, 'refresh'>>): Renewals {
  const parts: RenewalParts = { refresh: refreshTokens, ...options };
  const left = new Map<string, Unstored>();

  const renewNewest = async (newest: Newest, rejected: string | null, held: HeldLock, target: Target) => {
    const unstored = left.get(newest.base.arn);
    const isLeft = unstored?.from === newest.version.versionId;
    if (!isLeft) refuseDoubt(newest, rejected, parts);
    const renewed: Renewed = isLeft
      ? await store(unstored, newest.base.arn, parts)
      : await renew(newest, target, held, parts);
    left.delete(newest.base.arn);
    if (renewed.kind !== 'unstored') return renewed;
    left.set(newest.base.arn, renewed.unstored);
    throw renewed.error;
  };

  const renewHeld = async (secretId: string, rejected: string | null, held: HeldLock): Promise<Found> => {
    const newest = await newestOf(secretId, parts);
    if (isFresh(newest, rejected, parts.clock.now())) return { ...newest, isEnding: false };
    if (newest.content.token === rejected && isNew(newest, parts.clock.now()))
      return { ...newest, isEnding: true, isInVain: true };
    return orGoOn(secretId, newest, rejected, async () => {
      const { kind } = await renewNewest(newest, rejected, held, inUse(newest.version));
      if (kind === 'stored') parts.log.info(`the token in the secret "${secretId}" was renewed and stored`);
      return { ...(await newestOf(secretId, parts)), isEnding: false };
    });
  };

  // Whatever is in the way of a renewal is no reason to stop using a token that works.
  const orGoOn = async <T>(secretId: string, newest: Newest, rejected: string | null, work: () => Promise<T>) => {
    try {
      return await work();
    } catch (error) {
      if (!isUsable(newest, rejected, parts.clock.now())) throw error;
      const fields = { alarm: 'renewal', error };
      parts.log.warn(
        `the token in the secret "${secretId}" could not be renewed; it works until ${endOf(newest)}`,
        fields,
      );
      return { ...newest, isEnding: true };
    }
  };

  const once = async (secretId: string, rejected: string | null): Promise<Found | null> => {
    const byItself = newestByItself(await parts.secrets.current(secretId), secretId, parts.oauth);
    if (isFresh(byItself, rejected, parts.clock.now())) return { ...byItself, isEnding: false };
    const renewed = await orGoOn(secretId, byItself, rejected, async () => {
      const held = await parts.lock.take(byItself.base.arn);
      return held && holding(held, parts, () => renewHeld(secretId, rejected, held));
    });
    if (renewed !== null) return renewed;
    return isUsable(byItself, rejected, parts.clock.now()) ? { ...byItself, isEnding: false } : null;
  };

  return {
    token: async (secretId, rejected) => {
      const until = parts.clock.now() + waitMs;
      for (;;) {
        const found = await once(secretId, rejected).catch(asSecretFault);
        if (found !== null && (found.isInVain || isUsable(found, rejected, parts.clock.now()))) {
          const { token, expiresAt } = found.content;
          return { token: token ?? '', expiresAt, isEnding: found.isEnding };
        }
        if (parts.clock.now() >= until) throw busy(secretId);
        await parts.clock.sleep(pauseMs);
      }
    },
    renewInto: async (secretId, versionId) => {
      const { arn } = await parts.secrets.current(secretId);
      const held = await parts.lock.take(arn);
      if (held === null) throw busy(secretId);
      await holding(held, parts, async () => {
        if ((await parts.secrets.version(arn, versionId)) !== null) return;
        const target: Target = { to: versionId, stage: 'AWSPENDING' };
        const { kind } = await renewNewest(await newestOf(secretId, parts), null, held, target);
        if (kind === 'overtaken' && (await parts.secrets.version(arn, versionId)) === null) throw busy(secretId);
      });
    },
  };
}

/** Its token was issued just now, and has not ended. Else one API that refuses everything would cost a renewal for each call. */
function isNew({ content }: Newest, now: number): boolean {
  const issuedAt = content.kind === 'refresh_token' ? content.issuedAt : null;
  const isLiving = content.expiresAt === null || now < content.expiresAt;
  // By a clock that is fast it was issued hours from now: nobody may have to wait for those.
  return issuedAt !== null && Math.abs(now - issuedAt) < newMs && content.token !== null && isLiving;
}

function inUse({ versionId }: SecretVersion): Target {
  return { to: successorOf(versionId), stage: 'AWSCURRENT' };
}

/**
 * Leaves a refresh token alone that may be spent, as long as there is something to lose.
 *
 * Servers that detect reuse revoke the access token along with it (RFC 9700, section 4.14.2). Within a minute most take it once more,
 * for the very case of a lost answer: that is tried where the access token is about to end anyway. Otherwise what is left of the
 * access token is worth more than an attempt; once it has ended, the attempt costs nothing.
 */
function refuseDoubt(newest: Newest, rejected: string | null, { clock }: RenewalParts): void {
  const { begun, content, base } = newest;
  if (begun === null || content.kind !== 'refresh_token') return;
  const now = clock.now();
  if (begun.isRefused) {
    if (now - begun.at >= refusedMs) return;
    throw unrenewable(base.arn, `the token server has refused the refresh token: ${signInAgain}`);
  }
  const isInGrace = now - begun.at <= graceMs && !isFresh(newest, rejected, now);
  if (!content.isRotating || isInGrace || !isUsable(newest, rejected, now)) return;
  const since = new Date(begun.at).toISOString();
  const doubt = `a renewal broke off at ${since}, and nobody knows whether the refresh token is spent`;
  throw unrenewable(base.arn, `${doubt}: it is tried once more when the token ends; to be sure, ${signInAgain}`);
}

function busy(secretId: string): PowerError {
  return unrenewable(
    secretId,
    'somebody else has been at it for longer than it should take; the next call tries again',
  );
}

// To a run, a token that can't be had is one kind of trouble, whatever was in the way.
function asSecretFault(error: unknown): never {
  if (error instanceof PowerError && error.code === 'aws') throw new PowerError('secret', error.message);
  throw error;
}

function endOf({ content: { expiresAt } }: Newest): string {
  return expiresAt === null ? 'nobody knows when' : new Date(expiresAt).toISOString();
}
