// A renewal killed at every single call that it makes, before the call and after it, against every kind of token server.

import { describe, expect, it } from 'vitest';
import type { RefreshRotation } from '../../../simulator/refresh-tokens.ts';
import {
  callApi,
  type Death,
  hourMs,
  type Mortal,
  secretName,
  startProcess,
  type TokenWorld,
  tokenWorld,
} from '../../fakes/token-world.ts';

const minuteMs = 60_000;
const rotations: readonly RefreshRotation[] = ['none', 'reuse-revokes', 'grace', 'until-used'];

/** An hour's token with so much of it left, and what a renewal of it calls when nothing kills it. */
async function dueWorld(rotation: RefreshRotation, leftMs: number): Promise<TokenWorld> {
  const world = tokenWorld({ rotation, lifeMs: hourMs });
  await world.pass(hourMs - leftMs);
  return world;
}

const renew = (world: TokenWorld, process: Mortal) => process.live(() => callApi(world, process));
const call = async (world: TokenWorld) => (await renew(world, startProcess(world))).value;

async function deaths(): Promise<readonly (Death & { readonly call: string })[]> {
  const world = await dueWorld('none', 5 * minuteMs);
  const process = startProcess(world);
  await renew(world, process);
  return process.calls().flatMap((call, at) => [
    { at, call, when: 'before' as const },
    { at, call, when: 'after' as const },
  ]);
}

/** Between the token server's answer and the store, or a store that was never made: only then can a pair be lost. */
const isHard = (all: readonly { readonly call: string }[], { at, when, call }: Death & { call: string }) => {
  const ask = all.findIndex((one) => one.call === 'refresh') / 2;
  return (call === 'refresh' && when === 'after') || (at === ask + 1 && when === 'before');
};

const points = await deaths();

describe('a renewal that is killed', () => {
  it('makes these calls, and nothing between the answer and the store', () => {
    expect(points.filter(({ when }) => when === 'before').map(({ call }) => call)).toEqual([
      'current',
      'take',
      'current',
      'last',
      // The rehearsal: who may not write learns it here.
      'put',
      'note',
      'refresh',
      'put',
      'current',
      'last',
      'release',
    ]);
  });

  it.each(rotations.flatMap((rotation) => points.map((death) => ({ rotation, ...death }))))(
    'by a server that rotates by "$rotation", $when call $at ($call): the next process has a token that works',
    async ({ rotation, ...death }) => {
      const world = await dueWorld(rotation, 9 * minuteMs);
      expect(await renew(world, startProcess(world, death))).toEqual({ died: true });
      // At this very moment, while the lock of the dead is still held.
      expect(world.accepts('access-0')).toBe(true);
      await world.pass(25_000);
      if (rotation === 'reuse-revokes' && isHard(points, death)) {
        // What cannot be recovered: the server has spent the one refresh token, its successor died with the process.
        expect(await call(world)).toMatch(
          /^the token in the secret "power\/main" could not be renewed: .*has refused the refresh token.*sign in/,
        );
        return;
      }
      expect(await call(world)).toBe('works');
      // And goes on to have: whatever was stored can be renewed again.
      for (let nth = 0; nth < 3; nth += 1) {
        await world.pass(hourMs - 2 * minuteMs);
        expect(await call(world)).toBe('works');
      }
    },
  );

  it.each(rotations.flatMap((rotation) => points.map((death) => ({ rotation, ...death }))))(
    'by "$rotation", $when call $at ($call), and not looked at for minutes: the old token is used to its end',
    async ({ rotation, ...death }) => {
      const world = await dueWorld(rotation, 9 * minuteMs);
      await renew(world, startProcess(world, death));
      await world.pass(5 * minuteMs);
      expect(await call(world)).toBe('works');
      await world.pass(5 * minuteMs);
      const isLost = isHard(points, death) && (rotation === 'reuse-revokes' || rotation === 'grace');
      expect(await call(world)).toMatch(isLost ? /has refused the refresh token.*probably spent.*sign in/ : /^works$/);
    },
  );

  it('twice in a row and more, still leaves a pair that works', async () => {
    for (const first of points) {
      for (const second of points) {
        const world = await dueWorld('until-used', 9 * minuteMs);
        await renew(world, startProcess(world, first));
        await world.pass(25_000);
        await renew(world, startProcess(world, second));
        await world.pass(25_000);
        expect([first, second, await call(world)]).toEqual([first, second, 'works']);
      }
    }
  });

  it('says that it broke off, and what to do, while the old token still works', async () => {
    const world = await dueWorld('reuse-revokes', 9 * minuteMs);
    const death = points.find(({ call, when }) => call === 'refresh' && when === 'after');
    await renew(world, startProcess(world, death));
    await world.pass(2 * minuteMs);
    expect(await call(world)).toBe('works');
    expect(world.asked()).toBe(1);
    expect(world.log.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: 'the token in the secret "power/main" could not be renewed; it works until 2026-01-01T01:00:00.000Z',
      }),
    );
  });

  it('keeps whatever else the secret holds', async () => {
    const world = await dueWorld('grace', 9 * minuteMs);
    expect(await call(world)).toBe('works');
    const text = JSON.parse(world.vault.textOf(secretName) ?? '');
    expect(text).toMatchObject({
      note: 'kept',
      grant: 'refresh_token',
      client_id: 'power',
      refresh_token: 'refresh-1',
    });
    expect(text).toMatchObject({ access_token: 'access-1', refresh_token_rotates: true });
  });
});
