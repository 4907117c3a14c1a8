// Renewals that nothing kills: how often the token server is asked, who waits, and what is said when it goes wrong.

import { describe, expect, it } from 'vitest';
import { renewals } from '../../../lib/aws/oauth/renewals.ts';
import type { Refresh, Refreshed } from '../../../lib/aws/oauth/token-endpoint.ts';
import type { SecretStore } from '../../../lib/aws/secrets.ts';
import { PowerError } from '../../../lib/core/errors.ts';
import { callApi, hourMs, secretName, startProcess, type TokenWorld, tokenWorld } from '../../fakes/token-world.ts';

const minuteMs = 60_000;
const storing = 'a renewed token could not be stored';

function scripted(world: TokenWorld, answers: readonly Refreshed[]): { refresh: Refresh; sent: string[] } {
  const left = [...answers];
  const sent: string[] = [];
  const refresh: Refresh = async (client, refreshToken, secretId, clock) => {
    sent.push(refreshToken);
    return left.shift() ?? world.refresh(client, refreshToken, secretId, clock);
  };
  return { refresh, sent };
}

function sourceOf(world: TokenWorld, more: { refresh?: Refresh; secrets?: SecretStore } = {}) {
  const { store: secrets, lock, clock, log, refresh } = world;
  const source = renewals({ secrets, lock, clock, log, refresh, ...more });
  const token = (rejected: string | null = null) => clock.run(source.token(secretName, rejected));
  return { source, token };
}

const unknown: Refreshed = { kind: 'unknown', word: 'TimeoutError' };
const unspent: Refreshed = { kind: 'unspent', word: 'invalid_client' };

describe('a refresh token', () => {
  it('is left alone while its access token is far from its end', async () => {
    const world = tokenWorld({ rotation: 'grace', lifeMs: hourMs });
    await world.pass(hourMs - 10 * minuteMs - 1);
    expect(await sourceOf(world).token()).toMatchObject({ token: 'access-0', isEnding: false });
    expect(world.asked()).toBe(0);
    await world.pass(1);
    expect(await sourceOf(world).token()).toMatchObject({ token: 'access-1', isEnding: false });
  });

  it.each([
    [4 * minuteMs, 1 * minuteMs],
    [minuteMs, 30_000],
    [24 * hourMs, 10 * minuteMs],
  ])('of an access token that lives %i ms is used when %i ms are left', async (lifeMs, leftMs) => {
    const world = tokenWorld({ rotation: 'grace', lifeMs });
    await world.pass(lifeMs - leftMs - 1);
    expect((await sourceOf(world).token()).token).toBe('access-0');
    await world.pass(1);
    expect((await sourceOf(world).token()).token).toBe('access-1');
  });

  it('is used once, however many processes come at once', async () => {
    const world = tokenWorld({ rotation: 'reuse-revokes', lifeMs: hourMs });
    await world.pass(2 * hourMs);
    const all = Array.from({ length: 20 }, () => startProcess(world));
    const results = await world.clock.run(Promise.all(all.map((process) => callApi(world, process))));
    expect(new Set(results)).toEqual(new Set(['works']));
    expect(world.asked()).toBe(1);
  });

  it('is used by one while the others go on with the access token that is left', async () => {
    const world = tokenWorld({ rotation: 'reuse-revokes', lifeMs: hourMs });
    await world.pass(hourMs - 5 * minuteMs);
    await world.lock.take('arn:aws:secretsmanager:us-east-1:000000000000:secret:power/main-AbCdEf');
    const before = world.clock.now();
    expect(await sourceOf(world).token()).toMatchObject({ token: 'access-0' });
    expect(world.clock.now()).toBe(before);
  });

  it('is waited for where nothing else is left, until its lock lapses', async () => {
    const world = tokenWorld({ rotation: 'reuse-revokes', lifeMs: hourMs });
    await world.pass(2 * hourMs);
    await world.lock.take('arn:aws:secretsmanager:us-east-1:000000000000:secret:power/main-AbCdEf');
    expect(await sourceOf(world).token()).toMatchObject({ token: 'access-1' });
  });

  it('is not waited for without end', async () => {
    const world = tokenWorld({ rotation: 'none', lifeMs: hourMs });
    await world.pass(2 * hourMs);
    const { source } = sourceOf({ ...world, lock: { ...world.lock, take: async () => null } });
    await expect(world.clock.run(source.token(secretName, null))).rejects.toMatchObject({
      code: 'secret',
      message: expect.stringContaining('somebody else has been at it'),
    });
  });

  it('is sent again at once when no answer came, three times in all', async () => {
    const world = tokenWorld({ rotation: 'grace', lifeMs: hourMs });
    await world.pass(2 * hourMs);
    const { refresh, sent } = scripted(world, [unknown, unknown]);
    expect((await sourceOf(world, { refresh }).token()).token).toBe('access-1');
    expect(sent).toEqual(['refresh-0', 'refresh-0', 'refresh-0']);
    const silent = tokenWorld({ rotation: 'grace', lifeMs: hourMs });
    await silent.pass(2 * hourMs);
    const third = scripted(silent, [unknown, unknown, unknown]);
    await expect(sourceOf(silent, { refresh: third.refresh }).token()).rejects.toThrow(
      'https://login.example.org/token gives no answer of use (TimeoutError), and may have spent the refresh token all the same',
    );
    expect(third.sent).toHaveLength(3);
  });

  it('that was not taken leaves no doubt behind: the next one is sent as if nothing had been', async () => {
    const world = tokenWorld({ rotation: 'reuse-revokes', lifeMs: hourMs });
    await world.pass(hourMs - 9 * minuteMs);
    const { refresh } = scripted(world, [unspent]);
    expect(await sourceOf(world, { refresh }).token()).toMatchObject({ token: 'access-0', isEnding: true });
    expect(world.log.lines.at(-1)).toMatchObject({
      level: 'warn',
      fields: {
        alarm: 'renewal',
        error: { message: expect.stringContaining('gives no new one (invalid_client): check "client_id"') },
      },
    });
    await world.pass(5 * minuteMs);
    expect(await sourceOf(world).token()).toMatchObject({ token: 'access-1', isEnding: false });
  });

  it('whose access token is refused as new as it is, is left alone: another one would be refused, too', async () => {
    const world = tokenWorld({ rotation: 'grace', lifeMs: hourMs });
    expect(await sourceOf(world).token('access-0')).toEqual({
      token: 'access-0',
      expiresAt: world.clock.now() + hourMs,
      isEnding: true,
    });
    await world.pass(59_999);
    expect((await sourceOf(world).token('access-0')).token).toBe('access-0');
    expect(world.asked()).toBe(0);
    await world.pass(1);
    expect((await sourceOf(world).token('access-0')).token).toBe('access-1');
  });

  it('whose access tokens end as they are issued is used no more than once for it: the API judges those', async () => {
    const world = tokenWorld({ rotation: 'grace', lifeMs: hourMs });
    await world.pass(2 * hourMs);
    const { clock } = world;
    const refresh: Refresh = async (...request) => {
      const answer = await world.refresh(...request);
      return answer.kind === 'issued' ? { ...answer, issued: { ...answer.issued, expiresAt: clock.now() } } : answer;
    };
    for (let nth = 0; nth < 3; nth += 1)
      expect(await sourceOf(world, { refresh }).token()).toEqual({
        token: 'access-1',
        expiresAt: null,
        isEnding: false,
      });
    expect(world.asked()).toBe(1);
  });

  it('of a token that somebody with a fast clock has issued is used when that token is refused, hours "before"', async () => {
    const world = tokenWorld({ rotation: 'reuse-revokes', lifeMs: hourMs });
    const ahead = 3 * hourMs;
    const fast = { now: () => world.clock.now() + ahead, sleep: world.clock.sleep.bind(world.clock) };
    const { store: secrets, lock, log, refresh } = world;
    const laptop = renewals({ secrets, lock, clock: fast, log, refresh });
    expect((await world.clock.run(laptop.token(secretName, null))).token).toBe('access-1');
    await world.pass(hourMs);
    expect((await sourceOf(world).token('access-1')).token).toBe('access-2');
  });

  it('that was refused is not sent again for ten minutes, nor by anybody else', async () => {
    const world = tokenWorld({ rotation: 'none', lifeMs: hourMs });
    await world.pass(2 * hourMs);
    const { refresh } = scripted(world, [{ kind: 'refused', word: 'invalid_grant' }]);
    await expect(sourceOf(world, { refresh }).token()).rejects.toThrow(
      'has refused the refresh token (invalid_grant): sign in',
    );
    await world.pass(9 * minuteMs);
    await expect(sourceOf(world).token()).rejects.toThrow('the token server has refused the refresh token: sign in');
    expect(world.asked()).toBe(0);
    await world.pass(2 * minuteMs);
    expect((await sourceOf(world).token()).token).toBe('access-1');
  });

  it('that somebody has replaced is forgotten with all that was noted about it', async () => {
    const world = tokenWorld({ rotation: 'none', lifeMs: hourMs });
    await world.pass(2 * hourMs);
    const { refresh } = scripted(world, [{ kind: 'refused', word: 'invalid_grant' }]);
    await expect(sourceOf(world, { refresh }).token()).rejects.toThrow();
    const old = JSON.parse(world.vault.textOf(secretName) ?? '');
    world.vault.set(secretName, JSON.stringify({ ...old, note: 'by hand' }));
    expect((await sourceOf(world).token()).token).toBe('access-1');
  });
});

describe('a table that does not answer', () => {
  const away = async () => {
    throw new PowerError('aws', 'the table is away');
  };

  it('is no reason to stop using a token that works, and is said', async () => {
    const world = tokenWorld({ rotation: 'none', lifeMs: hourMs });
    await world.pass(hourMs - minuteMs);
    const { token } = sourceOf({ ...world, lock: { take: away, last: away } });
    expect(await token()).toMatchObject({ token: 'access-0', isEnding: true });
    expect(world.log.lines).toMatchObject([{ level: 'warn', fields: { error: { message: 'the table is away' } } }]);
    await world.pass(minuteMs);
    // To a run it is its token's trouble, and not the table's.
    await expect(token()).rejects.toMatchObject({ code: 'secret', message: 'the table is away' });
    expect(world.asked()).toBe(0);
  });

  it('for a moment only, at the end of a renewal, takes nothing back', async () => {
    const world = tokenWorld({ rotation: 'reuse-revokes', lifeMs: hourMs });
    await world.pass(2 * hourMs);
    const take: TokenWorld['lock']['take'] = async (arn) => {
      const held = await world.lock.take(arn);
      return held && { ...held, release: away };
    };
    expect((await sourceOf({ ...world, lock: { ...world.lock, take } }).token()).token).toBe('access-1');
  });
});

describe('a pair that cannot be stored', () => {
  const failing = (store: SecretStore, times: number): SecretStore => {
    let left = times;
    return {
      ...store,
      put: async (secretId, versionId, text, stage) => {
        // The rehearsal is of the text that is there.
        if (text.includes('"refresh_token":"refresh-0"') || left === 0)
          return store.put(secretId, versionId, text, stage);
        left -= 1;
        throw new PowerError('secret', 'Secrets Manager is away');
      },
    };
  };

  it('is tried again, three times in all, under one request to the token server', async () => {
    const world = tokenWorld({ rotation: 'reuse-revokes', lifeMs: hourMs });
    await world.pass(2 * hourMs);
    expect((await sourceOf(world, { secrets: failing(world.store, 2) }).token()).token).toBe('access-1');
    expect(world.asked()).toBe(1);
    expect(world.log.lines.filter(({ message }) => message.startsWith(storing))).toHaveLength(2);
  });

  it('is not used, but kept in memory and stored by the next call', async () => {
    const world = tokenWorld({ rotation: 'reuse-revokes', lifeMs: hourMs });
    await world.pass(2 * hourMs);
    const { token } = sourceOf(world, { secrets: failing(world.store, 3) });
    await expect(token()).rejects.toThrow('Secrets Manager is away');
    expect(world.vault.textOf(secretName)).toContain('refresh-0');
    expect((await token()).token).toBe('access-1');
    expect(world.asked()).toBe(1);
    expect(world.vault.textOf(secretName)).toContain('refresh-1');
  });

  it('yet, for Secrets Manager is slow, keeps its lock: nobody else sends the refresh token that is spent', async () => {
    const world = tokenWorld({ rotation: 'reuse-revokes', lifeMs: hourMs });
    await world.pass(2 * hourMs);
    const secrets: SecretStore = {
      ...world.store,
      put: async (...version) => {
        if (version[2].includes('access-1')) await world.clock.sleep(23_000);
        return world.store.put(...version);
      },
    };
    const tokens = [1, 2].map(() => sourceOf(world, { secrets }).source.token(secretName, null));
    const found = await world.clock.run(Promise.all(tokens));
    expect(found.map(({ token }) => token)).toEqual(['access-1', 'access-1']);
    expect(world.accepts('access-1')).toBe(true);
    expect(world.asked()).toBe(1);
  });

  it('does not overwrite the one that another process has stored in the meantime', async () => {
    const world = tokenWorld({ rotation: 'none', lifeMs: hourMs });
    await world.pass(2 * hourMs);
    // While this one is asked, it cannot hold on to its lock, and another process does it all.
    const refresh: Refresh = async (...request) => {
      const answer = await world.refresh(...request);
      await world.clock.sleep(21_000);
      await sourceOf(world).source.token(secretName, null);
      return answer;
    };
    const take: TokenWorld['lock']['take'] = async (arn) => {
      const held = await world.lock.take(arn);
      return held && { ...held, extend: async () => false };
    };
    const { token } = sourceOf({ ...world, lock: { ...world.lock, take } }, { refresh });
    expect((await token()).token).toBe('access-2');
    expect(world.vault.textOf(secretName)).toContain('access-2');
  });

  it('is stored also where somebody has gone back to an older version', async () => {
    const world = tokenWorld({ rotation: 'none', lifeMs: hourMs });
    await world.pass(2 * hourMs);
    const first = await world.store.current(secretName);
    await sourceOf(world).token();
    await world.pass(2 * hourMs);
    await sourceOf(world).token();
    const newest = await world.store.current(secretName);
    await world.store.move(secretName, 'AWSCURRENT', newest.versionId, first.versionId);
    expect((await sourceOf(world).token()).token).toBe('access-3');
    expect(world.vault.textOf(secretName)).toContain('access-3');
  });
});

describe('the words of a renewal', () => {
  it('hold no token, whatever happens', async () => {
    for (const answer of [unknown, unspent, { kind: 'refused', word: 'invalid_grant' } as const, null]) {
      const world = tokenWorld({ rotation: 'grace', lifeMs: hourMs });
      await world.pass(hourMs - minuteMs);
      const { refresh } = scripted(world, answer === null ? [] : [answer, answer, answer]);
      await sourceOf(world, { refresh }).token();
      await world.pass(2 * hourMs);
      const error: unknown = await sourceOf(world, { refresh })
        .token()
        .catch((reason: unknown) => reason);
      const said = JSON.stringify([world.log.lines, String(error instanceof Error ? error.message : '')]);
      expect(said).not.toMatch(/access-\d|refresh-\d/);
    }
  });
});
