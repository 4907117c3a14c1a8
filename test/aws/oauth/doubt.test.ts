// A refresh token that may be spent: when it is tried again, when it is left alone, and what ends the doubt.

import { describe, expect, it } from 'vitest';
import { newestOf } from '../../../lib/aws/oauth/newest.ts';
import { renewals } from '../../../lib/aws/oauth/renewals.ts';
import type { Refresh, Refreshed } from '../../../lib/aws/oauth/token-endpoint.ts';
import type { RefreshRotation } from '../../../simulator/refresh-tokens.ts';
import {
  callApi,
  hourMs,
  secretArn,
  secretName,
  startProcess,
  type TokenWorld,
  tokenWorld,
} from '../../fakes/token-world.ts';

const minuteMs = 60_000;
const arn = secretArn;
const versionId = '11111111-2222-4333-8444-555555555555';

async function dueWorld(rotation: RefreshRotation): Promise<TokenWorld> {
  const world = tokenWorld({ rotation, lifeMs: hourMs });
  await world.pass(51 * minuteMs);
  return world;
}

/** A process that dies with the token server's answer in its hands. */
async function killHolding(world: TokenWorld, at = 6): Promise<void> {
  const process = startProcess(world, { at, when: 'after' });
  expect(await process.live(() => callApi(world, process))).toEqual({ died: true });
  expect(process.calls().at(-1)).toBe('refresh');
}

const call = async (world: TokenWorld) => {
  const process = startProcess(world);
  return (await process.live(() => callApi(world, process))).value;
};

const tokenBy = (world: TokenWorld, refresh: Refresh) => {
  const { store: secrets, lock, clock, log } = world;
  return clock.run(renewals({ secrets, lock, clock, log, refresh }).token(secretName, null));
};

const answering =
  (...answers: readonly Refreshed[]): Refresh =>
  async () =>
    answers[Math.min(answers.length - 1, nth++)] ?? { kind: 'unknown', word: 'none' };
let nth = 0;

describe('a refresh token that may be spent', () => {
  it('is in no doubt once a renewal has shown that it does not rotate', async () => {
    const world = await dueWorld('none');
    expect(await call(world)).toBe('works');
    await world.pass(51 * minuteMs);
    await killHolding(world);
    await world.pass(5 * minuteMs);
    expect(await call(world)).toBe('works');
    expect(world.asked()).toBe(3);
    expect(world.vault.textOf(secretName)).toContain('access-3');
  });

  it('has its minute of grace from the first time that it was sent, not from the last', async () => {
    const world = await dueWorld('grace');
    await killHolding(world);
    await world.pass(25_000);
    // One call later: it has looked for what the first was to store.
    await killHolding(world, 7);
    await world.pass(40_000);
    expect(await call(world)).toBe('works');
    expect(world.asked()).toBe(2);
  });

  it('is not tried within that minute for a rotation, whose access token has long to live', async () => {
    const world = tokenWorld({ rotation: 'grace', lifeMs: 24 * hourMs });
    await world.pass(12 * hourMs);
    world.vault.beginRotation(secretName, versionId);
    const process = startProcess(world, { at: 6, when: 'after' });
    await process.live(() => process.renewals.renewInto(arn, versionId));
    expect(process.calls().at(-1)).toBe('note');
    await world.pass(25_000);
    const again = startProcess(world);
    await expect(again.live(() => again.renewals.renewInto(arn, versionId))).rejects.toThrow(/nobody knows whether/);
    expect(world.asked()).toBe(0);
  });

  it('stays in doubt when the server takes offence at something else meanwhile', async () => {
    const world = await dueWorld('reuse-revokes');
    await killHolding(world);
    await world.pass(25_000);
    nth = 0;
    await tokenBy(world, answering({ kind: 'unspent', word: 'slow_down' }));
    expect(nth).toBe(1);
    await world.pass(minuteMs);
    expect(await call(world)).toBe('works');
    expect(world.asked()).toBe(1);
  });

  it('is said to be spent, probably, when no answer came and the next was a refusal', async () => {
    const world = await dueWorld('grace');
    await world.pass(hourMs);
    nth = 0;
    const refresh = answering({ kind: 'unknown', word: 'TimeoutError' }, { kind: 'refused', word: 'invalid_grant' });
    await expect(tokenBy(world, refresh)).rejects.toThrow(/\(invalid_grant\).*probably spent and its successor lost/);
  });

  it('is not said to be spent when it was simply refused', async () => {
    const world = await dueWorld('grace');
    await world.pass(hourMs);
    nth = 0;
    const refused = tokenBy(world, answering({ kind: 'refused', word: 'invalid_grant' }));
    await expect(refused).rejects.toThrow(/has refused the refresh token \(invalid_grant\): sign in/);
  });
});

describe('the newest version of a secret', () => {
  it.each([
    ['the current one, where nothing was noted', () => null, 'current', false],
    ['the current one, where the note is of others', () => ({ base: 'x', from: 'y' }), 'current', false],
    [
      'the current one, in doubt, where it was begun from it',
      (id: string) => ({ base: id, from: id }),
      'current',
      true,
    ],
    ['the same, where it became current meanwhile', (id: string) => ({ base: 'x', from: id }), 'current', true],
    [
      'the pending one, in doubt, where it was begun from that',
      (id: string) => ({ base: id, from: versionId }),
      'pending',
      true,
    ],
    [
      'the current one, where what it was begun from is gone',
      (id: string) => ({ base: id, from: 'gone' }),
      'current',
      true,
    ],
  ] as const)('is %s', async (_what, noted, which, isInDoubt) => {
    const world = tokenWorld({ rotation: 'none', lifeMs: hourMs });
    const { versionId: id, text } = await world.store.current(secretName);
    await world.store.put(secretName, versionId, text.replace('access-0', 'pending'), 'AWSPENDING');
    const note = noted(id);
    const held = await world.lock.take(arn);
    if (note !== null) await held?.note({ ...note, to: 'missing', at: 0, isRefused: false });
    const newest = await newestOf(secretName, { secrets: world.store, lock: world.lock });
    expect(newest.version.versionId).toBe(which === 'current' ? id : versionId);
    expect(newest.base.versionId).toBe(id);
    expect(newest.begun !== null).toBe(isInDoubt);
  });

  it('is what a renewal has stored, also where it is not current', async () => {
    const world = tokenWorld({ rotation: 'none', lifeMs: hourMs });
    const { versionId: id, text } = await world.store.current(secretName);
    await world.store.put(secretName, versionId, text.replace('access-0', 'pending'), 'AWSPENDING');
    const held = await world.lock.take(arn);
    await held?.note({ base: id, from: id, to: versionId, at: 0, isRefused: false });
    const newest = await newestOf(secretName, { secrets: world.store, lock: world.lock });
    expect(newest).toMatchObject({ content: { token: 'pending' }, begun: null, base: { versionId: id } });
  });
});
