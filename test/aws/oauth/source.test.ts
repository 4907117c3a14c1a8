// The token source of secrets that are renewed or rotated, what it tells of its token, and when it warns.

import { describe, expect, it } from 'vitest';
import type { Renewals } from '../../../lib/aws/oauth/renewals.ts';
import { fixedToken, tokenSource, warnBeforeMs } from '../../../lib/aws/token.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { MemoryLog } from '../../fakes/log.ts';
import { scriptedServer } from '../../fakes/scripted-server.ts';

const clock0 = Date.UTC(2026, 0, 1);
const hourMs = 3_600_000;
const seconds = (ms: number) => ms / 1000;

function setUp(content: object | string, renewals?: Renewals) {
  const clock = new FakeClock();
  const log = new MemoryLog();
  const secret = { text: typeof content === 'string' ? content : JSON.stringify(content) };
  const secrets = { read: async () => secret.text };
  const source = tokenSource({ account: 'acme', secretId: 'power/acme', secrets, renewals, clock, log });
  const pass = (ms: number) => clock.run(clock.sleep(ms));
  const put = (next: object | string) => {
    secret.text = typeof next === 'string' ? next : JSON.stringify(next);
  };
  return { source, clock, log, pass, put };
}

const pair = {
  grant: 'refresh_token',
  client_id: 'power',
  token_url: 'https://login.example.org/token',
  refresh_token: 'r-1',
  access_token: 'tok-1',
  expires_at: seconds(clock0 + hourMs),
};

describe('what a source tells of its token', () => {
  it('is nothing before the first, and where it comes from at once', () => {
    const { source } = setUp('tok-1');
    expect(source.facts()).toBeNull();
    expect(source.origin).toBe('the secret "power/acme"');
  });

  it.each([
    ['a bare token', 'tok-1', { kind: 'token', expiresAt: null, renewsItself: false }],
    [
      'one with its end',
      { access_token: 'tok-1', expires_at: seconds(clock0 + hourMs) },
      { kind: 'token', expiresAt: clock0 + hourMs, renewsItself: false },
    ],
    ['a pair that nothing renews', pair, { kind: 'refresh_token', expiresAt: clock0 + hourMs, renewsItself: false }],
  ])('of %s', async (_what, content, facts) => {
    const { source } = setUp(content);
    expect(await source.token()).toBe('tok-1');
    expect(source.facts()).toEqual(facts);
  });

  it.each([
    [false, true],
    [true, false],
  ])('of a pair, where its renewal failed: %s', async (isEnding, renewsItself) => {
    const renewals: Renewals = {
      token: async () => ({ token: 'tok-2', expiresAt: clock0 + hourMs, isEnding }),
      renewInto: async () => {},
    };
    const { source } = setUp(pair, renewals);
    expect(await source.token()).toBe('tok-2');
    expect(source.facts()).toEqual({ kind: 'refresh_token', expiresAt: clock0 + hourMs, renewsItself });
  });

  it('of a fixed one is what it says itself', () => {
    const jwt = `e30.${Buffer.from('{"exp":2000000000}').toString('base64url')}.c2ln`;
    const source = fixedToken(jwt);
    expect(source.facts()).toEqual({ kind: 'fixed', expiresAt: 2_000_000_000_000, renewsItself: false });
    expect(source.origin).toBe('OPENSCALER_TOKEN');
  });
});

describe('a source of renewed tokens', () => {
  it('asks for another than the refused one, and keeps what it gets for five minutes', async () => {
    const asked: (string | null)[] = [];
    const renewals: Renewals = {
      token: async (_secretId, rejected) => {
        asked.push(rejected);
        return { token: `tok-${asked.length}`, expiresAt: null, isEnding: false };
      },
      renewInto: async () => {},
    };
    const { source, pass } = setUp(pair, renewals);
    expect(await source.token()).toBe('tok-1');
    expect(await source.renew('tok-1')).toBe('tok-2');
    await pass(299_999);
    expect(await source.token()).toBe('tok-2');
    await pass(1);
    expect(await source.token()).toBe('tok-3');
    expect(asked).toEqual([null, 'tok-1', null]);
  });

  it('whose fetch was under way when its token was refused, does not take that fetch for a renewal', async () => {
    const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const asked: (string | null)[] = [];
    const renewals: Renewals = {
      token: async (_secretId, rejected) => {
        asked.push(rejected);
        const token = (await answers[asked.length - 1]?.promise) ?? '';
        return { token, expiresAt: null, isEnding: false };
      },
      renewInto: async () => {},
    };
    const { source } = setUp(pair, renewals);
    const fetching = source.token();
    const renewing = source.renew('old');
    answers[0]?.resolve('old');
    answers[1]?.resolve('new');
    expect([await fetching, await renewing]).toEqual(['old', 'new']);
    expect(asked).toEqual([null, 'old']);
  });

  it('without the lock says what to set, once the access token has ended', async () => {
    const { source, pass } = setUp(pair);
    await pass(hourMs);
    await expect(source.token()).rejects.toMatchObject({
      code: 'secret',
      message: expect.stringMatching(/"power\/acme" has ended and is not renewed here: set POWER_TABLE/),
    });
  });
});

describe('a client whose last token a rotation has stored', () => {
  const issue = (token: string) => ({
    expect: 'POST /oauth/token',
    answer: { json: { access_token: token, token_type: 'Bearer', expires_in: 3600 } },
  });
  const stored = (url: string) => ({
    grant: 'client_credentials',
    client_id: 'power',
    client_secret: 'hunter2',
    token_url: `${url}/oauth/token`,
    access_token: 'tok-1',
    expires_at: seconds(clock0 + hourMs),
  });

  it('uses that one, and fetches another when it is refused or about to end', async () => {
    const server = await scriptedServer([issue('tok-2'), issue('tok-3')]);
    try {
      const first = setUp(stored(server.url));
      expect(await first.source.token()).toBe('tok-1');
      expect(first.source.facts()).toEqual({
        kind: 'client_credentials',
        expiresAt: clock0 + hourMs,
        renewsItself: true,
      });
      expect(await first.source.renew('tok-1')).toBe('tok-2');
      const second = setUp(stored(server.url));
      await second.pass(hourMs - 30_000);
      expect(await second.source.token()).toBe('tok-3');
      server.verify();
    } finally {
      await server.close();
    }
  });

  it('asks the token server once, however many calls the API refuses', async () => {
    const server = await scriptedServer([issue('tok-2'), issue('tok-3')]);
    try {
      const { source, pass } = setUp(stored(server.url));
      await source.token();
      expect(await source.renew('tok-1')).toBe('tok-2');
      for (let nth = 0; nth < 10; nth += 1) expect(await source.renew('tok-2')).toBe('tok-2');
      await pass(30_000);
      expect(await source.renew('tok-2')).toBe('tok-3');
      server.verify();
    } finally {
      await server.close();
    }
  });

  it('reads the secret again within five minutes, for what a rotation puts there', async () => {
    const { source, pass, put } = setUp(stored('https://login.example.org'));
    expect(await source.token()).toBe('tok-1');
    put({ ...stored('https://login.example.org'), access_token: 'tok-9' });
    await pass(299_999);
    expect(await source.token()).toBe('tok-1');
    await pass(1);
    expect(await source.token()).toBe('tok-9');
  });
});

describe('a token that nobody renews', () => {
  const ending = (ms: number) => ({ access_token: 'tok-1', expires_at: seconds(clock0 + ms) });

  it('is warned of for a week before its end, once an hour, with what to do', async () => {
    const { source, log, pass } = setUp(ending(warnBeforeMs + 2 * hourMs));
    await source.token();
    expect(log.lines).toEqual([]);
    await pass(2 * hourMs);
    await source.token();
    const warning = {
      level: 'warn',
      message:
        'the token of account "acme" ends soon, and nobody renews it: put a new one into the secret "power/acme"',
      fields: { account: 'acme', alarm: 'expiring', expiresAt: '2026-01-08T02:00:00.000Z', hoursLeft: 168 },
    };
    expect(log.lines).toEqual([warning]);
    await pass(hourMs - 1);
    await source.token();
    expect(log.lines).toHaveLength(1);
    await pass(300_000);
    await source.token();
    expect(log.lines).toHaveLength(2);
  });

  it('is still sent after its end, which the API judges, and read again soon', async () => {
    const { source, log, pass, put } = setUp(ending(-hourMs));
    expect(await source.token()).toBe('tok-1');
    expect(log.lines.map(({ message }) => message)).toEqual([
      'the token of account "acme" has ended: put a new one into the secret "power/acme"',
    ]);
    put('tok-2');
    await pass(30_000);
    expect(await source.token()).toBe('tok-2');
  });

  it('is not warned of where it renews itself', async () => {
    const renewals: Renewals = {
      token: async () => ({ token: 'tok-2', expiresAt: clock0 + 1_000, isEnding: false }),
      renewInto: async () => {},
    };
    const { source, log } = setUp(pair, renewals);
    await source.token();
    expect(log.lines).toEqual([]);
  });
});
