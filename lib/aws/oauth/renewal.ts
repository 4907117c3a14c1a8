// One renewal under the lock: rehearse the write, note what is about to happen, ask the token server, store what it gave.
// Ordered for the crash at its worst: between the server's answer and the store nothing stands but the store itself.

import { createHash, randomUUID } from 'node:crypto';
import type { PowerError } from '../../core/errors.ts';
import type { Clock, Log } from '../../ports.ts';
import { type IssuedTokens, withIssued } from '../secret-shape.ts';
import type { Stage } from '../secrets.ts';
import type { Newest, NewestParts } from './newest.ts';
import type { HeldLock } from './renewal-lock.ts';
import { fetchToken, type Refresh, whereOf } from './token-endpoint.ts';
import { signInAgain, unrenewable } from './unrenewable.ts';

export interface RenewalParts extends NewestParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly refresh: Refresh;
}

/** The version that takes what is issued, and its label. */
export interface Target {
  readonly to: string;
  readonly stage: Stage;
}

/** Issued, and not stored: all that is left of a pair when Secrets Manager does not take it. In memory only. */
export interface Unstored extends Target {
  readonly from: string;
  readonly text: string;
}

export type Renewed =
  | { readonly kind: 'stored'; readonly text: string }
  /** Somebody else holds the lock by now, or has stored what comes after this version. */
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'unstored'; readonly unstored: Unstored; readonly error: unknown };

const mostAsks = 3;
const mostStores = 3;
const pauseMs = 500;

/** Renews the newest tokens. Throws `secret` and `aws`; whether the refresh token is spent then, the message says. */
export async function renew(newest: Newest, target: Target, held: HeldLock, parts: RenewalParts): Promise<Renewed> {
  const { base } = newest;
  // The same text under the same id, which Secrets Manager takes and ignores: who may not write learns it before anything is spent.
  await parts.secrets.put(base.arn, base.versionId, base.text, 'AWSCURRENT');
  const issued = await ask(newest, target, held, parts);
  if (issued === null) return { kind: 'overtaken' };
  const text = withIssued(newest.version.text, newest.content.kind, issued, parts.clock.now());
  return store({ ...target, from: newest.version.versionId, text }, base.arn, parts);
}

/**
 * The id of the version that follows this one.
 *
 * The same for whoever renews it, and Secrets Manager takes an id once: of two that renew one version after all, because a lock
 * lapsed, the second can't overwrite what the first has stored.
 */
export function successorOf(versionId: string): string {
  const hex = createHash('sha256').update(`renewed ${versionId}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

async function ask(newest: Newest, target: Target, held: HeldLock, parts: RenewalParts): Promise<IssuedTokens | null> {
  const { content, version, base } = newest;
  const note = { base: base.versionId, from: version.versionId, to: target.to, isRefused: false };
  // A server's grace counts from the first time.
  const at = newest.begun?.at ?? parts.clock.now();
  let isDoubtful = newest.begun !== null;
  for (let nth = 1; ; nth += 1) {
    if (!(await held.note({ ...note, at }))) return null;
    if (content.kind === 'client_credentials') return fetchToken(content.client, base.arn, parts.clock);
    const answer = await parts.refresh(content.client, content.refreshToken, base.arn, parts.clock);
    if (answer.kind === 'issued') return answer.issued;
    if (answer.kind === 'refused') await held.note({ ...note, at: parts.clock.now(), isRefused: true });
    isDoubtful ||= answer.kind === 'unknown';
    if (answer.kind !== 'unknown' || nth === mostAsks) {
      // What was never taken leaves no doubt behind. That a rotation has stored newer tokens than the current ones is to be noted on.
      if (answer.kind === 'unspent' && !isDoubtful)
        await held.note({ ...note, from: base.versionId, to: version.versionId, at: 0 });
      throw refusal(newest, answer, isDoubtful);
    }
    // At once: most servers that rotate still take the old refresh token for some seconds, just for an answer that got lost.
    await parts.clock.sleep(pauseMs * nth);
  }
}

/** Stores what was issued; called again with what it could not store. */
export async function store(unstored: Unstored, arn: string, parts: RenewalParts): Promise<Renewed> {
  const { text, stage } = unstored;
  let { to } = unstored;
  for (let nth = 1; ; nth += 1) {
    try {
      if ((await parts.secrets.put(arn, to, text, stage)) === 'stored') return { kind: 'stored', text };
      const current = await parts.secrets.current(arn);
      if (stage === 'AWSPENDING' || current.versionId !== unstored.from) return { kind: 'overtaken' };
      // Somebody has gone back to an older version, whose successor is there from before.
      to = randomUUID();
    } catch (error) {
      if (nth >= mostStores) return { kind: 'unstored', unstored, error };
      parts.log.warn('a renewed token could not be stored, it is tried again', { error });
      await parts.clock.sleep(pauseMs * nth);
    }
  }
}

function refusal(newest: Newest, { kind, word }: { kind: string; word: string }, isDoubtful: boolean): PowerError {
  const where = whereOf(newest.content.client);
  const { arn } = newest.base;
  if (kind === 'refused') {
    const lost = isDoubtful ? '; a renewal before broke off, so it was probably spent and its successor lost' : '';
    return unrenewable(arn, `${where} has refused the refresh token (${word})${lost}: ${signInAgain}`);
  }
  if (kind === 'unspent') {
    const check = 'check "client_id", "client_secret" and "token_url", or try again later';
    return unrenewable(arn, `${where} gives no new one (${word}): ${check}`);
  }
  const spent = 'and may have spent the refresh token all the same: it is tried again; if that fails';
  return unrenewable(arn, `${where} gives no answer of use (${word}), ${spent}, ${signInAgain}`);
}
