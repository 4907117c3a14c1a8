// A token server, a vault and a lock that outlive processes, and processes that can be killed at any call they make.
// What dies hangs for ever: nothing of it goes on, as in a Lambda whose sandbox is gone.

import type { RenewalLock } from '../../lib/aws/oauth/renewal-lock.ts';
import { type Renewals, renewals } from '../../lib/aws/oauth/renewals.ts';
import type { Refresh } from '../../lib/aws/oauth/token-endpoint.ts';
import type { SecretStore } from '../../lib/aws/secrets.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { type RefreshRotation, RefreshTokens } from '../../simulator/refresh-tokens.ts';
import { SecretVault } from '../../simulator/secret-vault.ts';
import { FakeClock } from './clock.ts';
import { MemoryLog } from './log.ts';
import { memoryRenewalLock } from './renewal-lock.ts';
import { vaultStore } from './secret-store.ts';

export const secretName = 'power/main';
export const secretArn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:power/main-AbCdEf';
export const hourMs = 3_600_000;

export interface TokenWorld {
  readonly clock: FakeClock;
  readonly log: MemoryLog;
  readonly vault: SecretVault;
  readonly store: SecretStore;
  readonly lock: RenewalLock;
  readonly refresh: Refresh;
  /** How often the token server was asked. */
  asked(): number;
  /** Whether the API takes this token; to take it is to have used it. */
  accepts(token: string): boolean;
  pass(ms: number): Promise<void>;
}

export interface WorldSetup {
  readonly rotation: RefreshRotation;
  /** How long access tokens live. */
  readonly lifeMs: number;
  /** Whether a renewal ends the access token before it. */
  readonly revokesOldAccess?: boolean;
}

/** A world in which a pair was just issued and stored. */
export function tokenWorld({ rotation, lifeMs, revokesOldAccess = false }: WorldSetup): TokenWorld {
  const clock = new FakeClock();
  const ends = new Map([['access-0', clock.now() + lifeMs]]);
  let nth = 0;
  let asked = 0;
  const tokens = new RefreshTokens(
    'refresh-0',
    { rotation, graceMs: 60_000 },
    () => clock.now(),
    () => `refresh-${nth}`,
  );
  const vault = new SecretVault({
    [secretName]: JSON.stringify({
      grant: 'refresh_token',
      client_id: 'power',
      token_url: 'https://login.example.org/token',
      refresh_token: 'refresh-0',
      access_token: 'access-0',
      issued_at: clock.now() / 1000,
      expires_at: (clock.now() + lifeMs) / 1000,
      note: 'kept',
    }),
  });
  const refresh: Refresh = async (_client, refreshToken) => {
    asked += 1;
    nth += 1;
    const answer = tokens.take(refreshToken);
    if (answer.kind === 'revoke' || (answer.kind === 'issue' && revokesOldAccess)) ends.clear();
    if (answer.kind !== 'issue') return { kind: 'refused', word: 'invalid_grant' };
    const token = `access-${nth}`;
    ends.set(token, clock.now() + lifeMs);
    tokens.cameOf(token, refreshToken);
    return {
      kind: 'issued',
      issued: { token, refreshToken: answer.refreshToken, expiresAt: clock.now() + lifeMs },
    };
  };
  return {
    clock,
    vault,
    refresh,
    log: new MemoryLog(),
    store: vaultStore(vault),
    lock: memoryRenewalLock(clock),
    asked: () => asked,
    accepts: (token) => {
      const isAccepted = clock.now() < (ends.get(token) ?? 0);
      if (isAccepted) tokens.used(token);
      return isAccepted;
    },
    pass: (ms) => clock.run(clock.sleep(ms)),
  };
}

export interface Death {
  /** The call, counted from 0, at which the process dies. */
  readonly at: number;
  /** Whether the call has taken effect by then. */
  readonly when: 'before' | 'after';
}

export interface Mortal {
  readonly store: SecretStore;
  readonly lock: RenewalLock;
  readonly refresh: Refresh;
  readonly renewals: Renewals;
  /** The calls it has made. */
  calls(): readonly string[];
  /** Does this to its end or to the process's. */
  live<T>(work: () => Promise<T>): Promise<{ readonly died: boolean; readonly value?: T }>;
}

/** A process of the world; without a death it lives on. */
export function startProcess(world: TokenWorld, death: Death | null = null): Mortal {
  const died = Promise.withResolvers<void>();
  const calls: string[] = [];
  let isDead = false;
  const mortal =
    <A extends readonly unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const isLast = calls.length === death?.at;
      calls.push(name);
      if (!isDead && !(isLast && death?.when === 'before')) {
        const result = await call(...args);
        if (!isDead && !isLast) return result;
      }
      isDead = true;
      died.resolve();
      return new Promise<R>(() => {});
    };
  const { store: real, lock: realLock } = world;
  const store: SecretStore = {
    read: mortal('read', real.read),
    current: mortal('current', real.current),
    version: mortal('version', real.version),
    put: mortal('put', real.put),
    describe: mortal('describe', real.describe),
    move: mortal('move', real.move),
  };
  const take = mortal('take', realLock.take);
  const lock: RenewalLock = {
    last: mortal('last', realLock.last),
    take: async (arn) => {
      const held = await take(arn);
      if (held === null) return null;
      const { note, extend, release } = held;
      return { note: mortal('note', note), extend: mortal('extend', extend), release: mortal('release', release) };
    },
  };
  const refresh = mortal('refresh', world.refresh);
  const { clock, log } = world;
  return {
    store,
    lock,
    refresh,
    renewals: renewals({ secrets: store, lock, clock, log, refresh }),
    calls: () => calls,
    live: (work) =>
      clock.run(
        Promise.race([work().then((value) => ({ died: false, value })), died.promise.then(() => ({ died: true }))]),
      ),
  };
}

/** What a call to the API does: with the token there is, and once more with another if that one was refused. */
export async function callApi(world: TokenWorld, { renewals: source }: Mortal): Promise<'works' | string> {
  const attempt = async (): Promise<string> => {
    const first = await source.token(secretName, null);
    if (world.accepts(first.token)) return 'works';
    const second = await source.token(secretName, first.token);
    return world.accepts(second.token) ? 'works' : 'refused twice';
  };
  return attempt().catch((error: unknown) => {
    if (error instanceof PowerError) return error.message;
    throw error;
  });
}
