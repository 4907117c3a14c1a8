// Secrets Manager's rotation of an account's token, step by step: create, set, test, finish.
// Each step asks what is already done and does the rest, so that any of them may be repeated, or broken off at any point.

import { assertNever, PowerError } from '../../core/errors.ts';
import type { Clock, Log } from '../../ports.ts';
import type { RenewalLock } from '../oauth/renewal-lock.ts';
import type { Renewals } from '../oauth/renewals.ts';
import { type OauthDefaults, readSecret } from '../secret-shape.ts';
import type { SecretStore, SecretVersion } from '../secrets.ts';
import type { RotationEvent } from './event.ts';

export interface RotationParts {
  readonly secrets: SecretStore;
  readonly renewals: Renewals;
  readonly lock: RenewalLock;
  readonly oauth?: OauthDefaults | undefined;
  /** Makes a real call with the token. Throws when the API does not take it. */
  readonly tryToken: (secretArn: string, token: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Does one step. Throws `secret` when Secrets Manager has begun no such rotation, and whatever keeps the step from its end: Secrets
 * Manager then asks for it again.
 */
export async function rotate(event: RotationEvent, parts: RotationParts): Promise<void> {
  const { step, secretArn, versionId } = event;
  // A repeat of a rotation that is over: every step of it has been done.
  if ((await stageOf(event, parts)) === 'AWSCURRENT') return;
  switch (step) {
    case 'createSecret':
      return parts.renewals.renewInto(secretArn, versionId);
    case 'setSecret':
      // The token server knows the tokens already: it has made them.
      return void (await pendingToken(event, parts));
    case 'testSecret':
      return test(event, parts);
    case 'finishSecret':
      return finish(event, parts);
    default:
      return assertNever(step);
  }
}

async function stageOf({ secretArn, versionId }: RotationEvent, { secrets }: RotationParts) {
  const { isRotating, stages } = await secrets.describe(secretArn);
  const labels = stages.get(versionId) ?? [];
  if (labels.includes('AWSCURRENT')) return 'AWSCURRENT';
  if (isRotating && labels.includes('AWSPENDING')) return 'AWSPENDING';
  throw new PowerError('secret', `no rotation of ${secretArn} to this version is under way: nothing was done`);
}

async function pendingToken({ secretArn, versionId }: RotationEvent, { secrets, oauth }: RotationParts) {
  const version = await secrets.version(secretArn, versionId);
  const content = version && readSecret(version.text, secretArn, oauth);
  if (content !== null && content.token !== null) return { token: content.token, expiresAt: content.expiresAt };
  throw new PowerError('secret', `the rotation of ${secretArn} has stored no token yet: createSecret comes first`);
}

// A token that comes to its test too late can't pass it any more, and Secrets Manager would ask for that test for ever.
async function test(event: RotationEvent, parts: RotationParts): Promise<void> {
  const { token, expiresAt } = await pendingToken(event, parts);
  const current = await parts.secrets.current(event.secretArn);
  if (!(await isNewest(event.versionId, current, parts))) return;
  if (expiresAt === null || parts.clock.now() < expiresAt) return parts.tryToken(event.secretArn, token);
  parts.log.warn('the token of a rotation has ended before it could be tried; the next use gets another one');
}

/**
 * Makes the new version the current one, unless it is not the newest any more.
 *
 * Between create and finish somebody may have stored another secret, or a run may have had to renew the pending tokens in its turn:
 * then this version is the past, and to make it current would bring back a spent refresh token. The label's move is a compare and
 * swap: it fails where the current version has changed since it was read.
 */
async function finish(event: RotationEvent, parts: RotationParts): Promise<void> {
  const { secretArn, versionId } = event;
  const { secrets, log } = parts;
  await pendingToken(event, parts);
  const current = await secrets.current(secretArn);
  if (await isNewest(versionId, current, parts)) {
    await secrets.move(secretArn, 'AWSCURRENT', current.versionId, versionId);
    log.info('a rotation is over: the new tokens are in use');
    return;
  }
  await secrets.move(secretArn, 'AWSPENDING', versionId, null);
  log.warn('a rotation ends without effect: newer tokens were stored in the meantime');
}

/** Whether nothing newer is stored: as the last renewal left it, or as one that was begun from it and came to nothing. */
async function isNewest(versionId: string, current: SecretVersion, { secrets, lock }: RotationParts): Promise<boolean> {
  const last = await lock.last(current.arn);
  if (last === null) return true;
  if (last.base !== current.versionId) return false;
  return last.to === versionId || (last.from === versionId && (await secrets.version(current.arn, last.to)) === null);
}
