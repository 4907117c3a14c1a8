// A rotation killed at every call of every step, and repeated as Secrets Manager repeats it: a token that works at every moment.

import { describe, expect, it } from 'vitest';
import type { RotationEvent } from '../../../lib/aws/rotation/event.ts';
import { rotate } from '../../../lib/aws/rotation/rotate.ts';
import { PowerError } from '../../../lib/core/errors.ts';
import {
  callApi,
  type Death,
  hourMs,
  type Mortal,
  secretArn,
  secretName,
  startProcess,
  type TokenWorld,
  tokenWorld,
  type WorldSetup,
} from '../../fakes/token-world.ts';

const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
const versionId = '11111111-2222-4333-8444-555555555555';
const lifeMs = 24 * hourMs;
const servers: readonly Pick<WorldSetup, 'rotation' | 'revokesOldAccess'>[] = [
  { rotation: 'none' },
  { rotation: 'none', revokesOldAccess: true },
  { rotation: 'reuse-revokes' },
  { rotation: 'reuse-revokes', revokesOldAccess: true },
  { rotation: 'grace' },
  { rotation: 'until-used' },
];

/** Twelve hours into a day's token, with a rotation begun. */
async function rotatingWorld(server: Pick<WorldSetup, 'rotation' | 'revokesOldAccess'>): Promise<TokenWorld> {
  const world = tokenWorld({ ...server, lifeMs });
  await world.pass(12 * hourMs);
  world.vault.beginRotation(secretName, versionId);
  return world;
}

function tryIn(world: TokenWorld) {
  return async (_arn: string, token: string) => {
    if (!world.accepts(token)) throw new PowerError('token-rejected', 'the API refused the new token');
  };
}

function doStep(step: RotationEvent['step'], world: TokenWorld, { store, lock, renewals }: Mortal) {
  const { clock, log } = world;
  const parts = { secrets: store, renewals, lock, tryToken: tryIn(world), clock, log };
  return rotate({ step, secretArn, versionId }, parts);
}

/** All four, as Secrets Manager asks for them. */
async function doAll(world: TokenWorld): Promise<void> {
  for (const step of steps) {
    const process = startProcess(world);
    await process.live(() => doStep(step, world, process));
  }
}

const call = async (world: TokenWorld) => {
  const process = startProcess(world);
  return (await process.live(() => callApi(world, process))).value;
};

/** Every call of every step, before and after. */
async function deaths(): Promise<readonly (Death & { readonly step: RotationEvent['step']; readonly call: string })[]> {
  const world = await rotatingWorld({ rotation: 'none' });
  const found = [];
  for (const step of steps) {
    const process = startProcess(world);
    await process.live(() => doStep(step, world, process));
    for (const [at, name] of process.calls().entries())
      for (const when of ['before', 'after'] as const) found.push({ step, at, call: name, when });
  }
  return found;
}

const points = await deaths();
const asked = points.find(({ step, call }) => step === 'createSecret' && call === 'refresh')?.at ?? -1;
const cases = servers.flatMap((server) => points.map((death) => ({ ...server, ...death })));

type Point = Death & { readonly step: string };

/** Killed where nobody can know any more whether the refresh token was sent: noted, and not stored. */
function isInDoubt({ step, at, when }: Point): boolean {
  const isNoted = at > asked - 1 || (at === asked - 1 && when === 'after');
  const isStored = at > asked + 1 || (at === asked + 1 && when === 'after');
  return step === 'createSecret' && isNoted && !isStored;
}

/** Killed between the answer and the store. */
function isUnstored(point: Point): boolean {
  return isInDoubt(point) && (point.at > asked || (point.at === asked && point.when === 'after'));
}

describe('a rotation', () => {
  it('that nothing disturbs ends with the new pair in use, one request to the token server and the old pair behind it', async () => {
    const world = await rotatingWorld({ rotation: 'reuse-revokes' });
    await doAll(world);
    expect(JSON.parse(world.vault.textOf(secretName) ?? '')).toMatchObject({
      access_token: 'access-1',
      refresh_token: 'refresh-1',
      note: 'kept',
    });
    expect(world.vault.textOf(secretName, 'AWSPREVIOUS')).toContain('refresh-0');
    expect(world.asked()).toBe(1);
    expect(await call(world)).toBe('works');
  });

  it('that is repeated as a whole, and step by step, asks the token server no more', async () => {
    const world = await rotatingWorld({ rotation: 'reuse-revokes' });
    for (const step of steps) {
      for (let nth = 0; nth < 3; nth += 1) {
        const process = startProcess(world);
        await process.live(() => doStep(step, world, process));
      }
    }
    await doAll(world);
    expect(world.asked()).toBe(1);
    expect(await call(world)).toBe('works');
  });

  it.each(cases)(
    'killed $when call $at ($call) of $step, with "$rotation" (old access revoked: $revokesOldAccess): works at every moment',
    async ({ rotation, revokesOldAccess = false, step: killed, ...death }) => {
      const world = await rotatingWorld({ rotation, revokesOldAccess });
      const point = { step: killed, ...death };
      // The one thing that cannot be recovered: its one successor was issued, and died with the process.
      const isLost = isUnstored(point) && rotation !== 'none' && rotation !== 'until-used';
      const isOldGone = isUnstored(point) && revokesOldAccess;
      for (const step of steps) {
        if (step === killed) {
          const process = startProcess(world, death);
          expect(await process.live(() => doStep(step, world, process))).toEqual({ died: true });
          // At this moment, while the dead still holds the lock, and when Lambda tries again after a minute.
          if (!(isLost && isOldGone)) expect(await call(world)).toBe('works');
          await world.pass(61_000);
          if (isInDoubt(point) && !isOldGone) return inDoubt(world, isLost);
          if (isLost) return lost(world);
        }
        const process = startProcess(world);
        await process.live(() => doStep(step, world, process));
        expect(await call(world)).toBe('works');
      }
      expect(JSON.parse(world.vault.textOf(secretName) ?? '')).not.toMatchObject({ access_token: 'access-0' });
      await world.pass(lifeMs - hourMs / 60);
      expect(await call(world)).toBe('works');
    },
  );

  /** The rotation leaves a refresh token alone that may be spent, as long as its access token works; then it is tried. */
  async function inDoubt(world: TokenWorld, isLost: boolean): Promise<void> {
    const process = startProcess(world);
    const again = process.live(() => doStep('createSecret', world, process));
    await expect(again).rejects.toThrow(/a renewal broke off at .* nobody knows whether the refresh token is spent/);
    while (world.accepts('access-0')) {
      expect(await call(world)).toBe('works');
      await world.pass(hourMs / 4);
    }
    if (isLost) return lost(world);
    expect(await call(world)).toBe('works');
    await world.pass(lifeMs - hourMs / 60);
    expect(await call(world)).toBe('works');
  }

  async function lost(world: TokenWorld): Promise<void> {
    expect(await call(world)).toMatch(/^the token in the secret "power\/main" could not be renewed: .*sign in/);
  }

  it.each(servers)(
    'with a run in flight ("$rotation", $revokesOldAccess): its token goes on or is read again once',
    async (server) => {
      const world = await rotatingWorld(server);
      for (const step of steps) {
        const process = startProcess(world);
        await process.live(() => doStep(step, world, process));
        expect([step, await call(world)]).toEqual([step, 'works']);
      }
    },
  );

  it('does not bring back what was renewed or replaced in the meantime', async () => {
    const world = await rotatingWorld({ rotation: 'reuse-revokes' });
    const process = startProcess(world);
    await process.live(() => doStep('createSecret', world, process));
    const person = JSON.stringify({ access_token: 'by-hand' });
    world.vault.set(secretName, person);
    await process.live(() => doStep('finishSecret', world, process));
    expect(world.vault.textOf(secretName)).toBe(person);
    expect(world.vault.textOf(secretName, 'AWSPENDING')).toBeNull();
    expect(world.log.lines.at(-1)?.message).toMatch(/without effect/);
  });

  it('left half done for longer than its tokens live is renewed from, and then ends without effect', async () => {
    const world = await rotatingWorld({ rotation: 'reuse-revokes' });
    const process = startProcess(world);
    await process.live(() => doStep('createSecret', world, process));
    await world.pass(lifeMs + hourMs);
    // From the pending pair: the current one's refresh token is spent.
    expect(await call(world)).toBe('works');
    await process.live(() => doStep('finishSecret', world, process));
    expect(world.vault.textOf(secretName)).toContain('refresh-2');
    expect(await call(world)).toBe('works');
    await world.pass(lifeMs);
    expect(await call(world)).toBe('works');
  });

  /** A day and a half in: the pending pair, the only one whose refresh token is not spent, is about to end. */
  async function halfDoneWorld(): Promise<TokenWorld> {
    const world = await rotatingWorld({ rotation: 'reuse-revokes' });
    const process = startProcess(world);
    await process.live(() => doStep('createSecret', world, process));
    await world.pass(lifeMs - hourMs / 12);
    return world;
  }

  it('left half done is not forgotten when a renewal from its pair is turned away', async () => {
    const world = await halfDoneWorld();
    const turnedAway = startProcess({ ...world, refresh: async () => ({ kind: 'unspent', word: 'slow_down' }) });
    expect((await turnedAway.live(() => callApi(world, turnedAway))).value).toBe('works');
    await world.pass(hourMs);
    expect(await call(world)).toBe('works');
    expect(world.vault.textOf(secretName)).toContain('refresh-2');
  });

  it('is finished after a renewal from its pair was turned away, or broke off: it still has the newest tokens', async () => {
    const answers = [
      { kind: 'unspent', word: 'slow_down' } as const,
      { kind: 'unknown', word: 'TimeoutError' } as const,
    ];
    for (const answer of answers) {
      const world = await halfDoneWorld();
      const inVain = startProcess({ ...world, refresh: async () => answer });
      expect((await inVain.live(() => callApi(world, inVain))).value).toBe('works');
      const process = startProcess(world);
      await process.live(() => doStep('finishSecret', world, process));
      expect(world.vault.textOf(secretName)).toContain('refresh-1');
      await world.pass(hourMs);
      expect(await call(world)).toBe('works');
    }
  });

  it('kept from its test for longer than its tokens live comes to its end all the same, and the next one can begin', async () => {
    for (const isUsedMeanwhile of [false, true]) {
      const world = await rotatingWorld({ rotation: 'reuse-revokes' });
      const process = startProcess(world);
      await process.live(() => doStep('createSecret', world, process));
      await world.pass(lifeMs + hourMs);
      if (isUsedMeanwhile) expect(await call(world)).toBe('works');
      await doAll(world);
      expect(world.vault.textOf(secretName)).toContain(isUsedMeanwhile ? 'refresh-2' : 'refresh-1');
      // As Secrets Manager wants it before it begins another one.
      expect([null, world.vault.textOf(secretName)]).toContain(world.vault.textOf(secretName, 'AWSPENDING'));
      expect(await call(world)).toBe('works');
      expect(world.asked()).toBe(2);
    }
  });

  it('whose new token the API refuses is not made current', async () => {
    const world = await rotatingWorld({ rotation: 'none' });
    const process = startProcess(world);
    await process.live(() => doStep('createSecret', world, process));
    const refusing = { ...world, accepts: () => false };
    await expect(process.live(() => doStep('testSecret', refusing, process))).rejects.toMatchObject({
      code: 'token-rejected',
    });
    expect(world.vault.textOf(secretName)).toContain('access-0');
  });

  it.each(['createSecret', 'testSecret', 'finishSecret'] as const)(
    'that nobody began does nothing at %s',
    async (step) => {
      const world = tokenWorld({ rotation: 'none', lifeMs });
      const process = startProcess(world);
      await expect(process.live(() => doStep(step, world, process))).rejects.toMatchObject({
        code: 'secret',
        message: expect.stringContaining('no rotation'),
      });
      expect(world.asked()).toBe(0);
    },
  );

  it.each(['setSecret', 'testSecret', 'finishSecret'] as const)(
    'has nothing for %s before createSecret',
    async (step) => {
      const world = await rotatingWorld({ rotation: 'none' });
      const process = startProcess(world);
      await expect(process.live(() => doStep(step, world, process))).rejects.toThrow('createSecret comes first');
    },
  );

  it('of a token alone says that nobody can renew it', async () => {
    const world = await rotatingWorld({ rotation: 'none' });
    world.vault.set(secretName, 'bare-token');
    const process = startProcess(world);
    await expect(process.live(() => doStep('createSecret', world, process))).rejects.toThrow(/nobody can renew/);
  });
});
