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
  return new LockedRenewals({ refresh: refreshTokens, ...options });
}

class LockedRenewals implements Renewals {
  readonly #parts: RenewalParts;
  /** By secret, what was issued and could not be stored. */
  readonly #left = new Map<string, Unstored>();

  constructor(parts: RenewalParts) {
    this.#parts = parts;
  }

  async token(secretId: string, rejected: string | null): Promise<RenewedToken> {
    const { clock } = this.#parts;
    const until = clock.now() + waitMs;
    for (;;) {
      const found = await this.#once(secretId, rejected).catch(asSecretFault);
      if (found !== null && (found.isInVain || isUsable(found, rejected, clock.now()))) {
        const { token, expiresAt } = found.content;
        return { token: token ?? '', expiresAt, isEnding: found.isEnding };
      }
      if (clock.now() >= until) throw busy(secretId);
      await clock.sleep(pauseMs);
    }
  }

  async renewInto(secretId: string, versionId: string): Promise<void> {
    const { lock, secrets } = this.#parts;
    const { arn } = await secrets.current(secretId);
    const held = await lock.take(arn);
    if (held === null) throw busy(secretId);
    await holding(held, this.#parts, async () => {
      if ((await secrets.version(arn, versionId)) !== null) return;
      const target: Target = { to: versionId, stage: 'AWSPENDING' };
      const { kind } = await this.#renewNewest(await newestOf(secretId, this.#parts), null, held, target);
      if (kind === 'overtaken' && (await secrets.version(arn, versionId)) === null) throw busy(secretId);
    });
  }

  /** Null while somebody else renews, and there is none to go on with. */
  async #once(secretId: string, rejected: string | null): Promise<Found | null> {
    const { clock, lock, oauth, secrets } = this.#parts;
    const byItself = newestByItself(await secrets.current(secretId), secretId, oauth);
    if (isFresh(byItself, rejected, clock.now())) return { ...byItself, isEnding: false };
    const renewed = await this.#orGoOn(secretId, byItself, rejected, async () => {
      const held = await lock.take(byItself.base.arn);
      return held && holding(held, this.#parts, () => this.#renewHeld(secretId, rejected, held));
    });
    if (renewed !== null) return renewed;
    return isUsable(byItself, rejected, clock.now()) ? { ...byItself, isEnding: false } : null;
  }

  async #renewHeld(secretId: string, rejected: string | null, held: HeldLock): Promise<Found> {
    const { clock, log } = this.#parts;
    const newest = await newestOf(secretId, this.#parts);
    if (isFresh(newest, rejected, clock.now())) return { ...newest, isEnding: false };
    if (newest.content.token === rejected && isNew(newest, clock.now()))
      return { ...newest, isEnding: true, isInVain: true };
    return this.#orGoOn(secretId, newest, rejected, async () => {
      const { kind } = await this.#renewNewest(newest, rejected, held, inUse(newest.version));
      if (kind === 'stored') log.info(`the token in the secret "${secretId}" was renewed and stored`);
      return { ...(await newestOf(secretId, this.#parts)), isEnding: false };
    });
  }

  async #renewNewest(newest: Newest, rejected: string | null, held: HeldLock, target: Target) {
    const { arn } = newest.base;
    const unstored = this.#left.get(arn);
    const isLeft = unstored?.from === newest.version.versionId;
    if (!isLeft) refuseDoubt(newest, rejected, this.#parts);
    const renewed: Renewed = isLeft
      ? await store(unstored, arn, this.#parts)
      : await renew(newest, target, held, this.#parts);
    this.#left.delete(arn);
    if (renewed.kind !== 'unstored') return renewed;
    this.#left.set(arn, renewed.unstored);
    throw renewed.error;
  }

  /** Whatever is in the way of a renewal is no reason to stop using a token that works. */
  async #orGoOn<T>(secretId: string, newest: Newest, rejected: string | null, work: () => Promise<T>) {
    const { clock, log } = this.#parts;
    try {
      return await work();
    } catch (error) {
      if (!isUsable(newest, rejected, clock.now())) throw error;
      const works = `it works until ${endOf(newest)}`;
      log.warn(`the token in the secret "${secretId}" could not be renewed; ${works}`, { alarm: 'renewal', error });
      return { ...newest, isEnding: true };
    }
  }
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
