import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';

import type { SecretReader } from '../../lib/aws/secrets.ts';
import { fixedToken, tokenSource } from '../../lib/aws/token.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryLog } from '../fakes/log.ts';
import { type Exchange, scriptedServer } from '../fakes/scripted-server.ts';

class FakeSecrets implements SecretReader {
  value: string;
  failure: PowerError | null = null;
  reads = 0;

  constructor(value: string) {
    this.value = value;
  }

  async read(secretId: string): Promise<string> {
    expect(secretId).toBe('power/main');
    this.reads++;
    const { value, failure } = this;
    await new Promise((resolve) => setImmediate(resolve));
    if (failure) throw failure;
    return value;
  }
}

function setUp(value: string) {
  const secrets = new FakeSecrets(value);
  const clock = new FakeClock();
  const log = new MemoryLog();
  const pass = (ms: number) => clock.run(clock.sleep(ms));
  return { secrets, clock, log, pass, tokens: tokenSource({ secretId: 'power/main', secrets, clock, log }) };
}

async function thrown(promise: Promise<unknown>): Promise<PowerError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof PowerError) return error;
  throw new Error(`no PowerError: ${inspect(error)}`);
}

describe('the token of a secret', () => {
  it.each([
    ['bare', 'tok-1'],
    ['bare, with blanks around it', '  tok-1\n'],
    ['JSON with access_token', '{"access_token":"tok-1","token_type":"Bearer"}'],
    ['JSON with access_token and blanks', '{"access_token":" tok-1\\n"}'],
  ])('is read when it is %s', async (_what, value) => {
    expect(await setUp(value).tokens.token()).toBe('tok-1');
  });

  it.each([
    ['empty', '', 'is empty'],
    ['blank', ' \n ', 'is empty'],
    ['two lines', 'hunter2\nX-Evil: 1', 'line breaks'],
    ['two words', 'Bearer hunter2', 'blanks'],
    ['not ASCII', 'hünter2', 'other characters'],
    ['a line break in JSON', '{"access_token":"hunter2\\r\\nX: 1"}', 'line breaks'],
    ['cut JSON', '{"access_token":"hunter2', 'begins like JSON'],
    ['other JSON', '{"token":"hunter2"}', 'without the fields'],
    ['a JSON array', '["hunter2"]', 'without the fields'],
    ['a JSON text', '"hunter2"', 'without the fields'],
    ['a token that is no text', '{"access_token":{"v":"hunter2"}}', 'without the fields'],
    ['half a client', '{"client_id":"a","client_secret":"hunter2"}', 'without the fields'],
    [
      'a client in the clear',
      '{"client_id":"a","client_secret":"hunter2","token_url":"http://example.com/t"}',
      'not an https',
    ],
    ['a client without URL', '{"client_id":"a","client_secret":"hunter2","token_url":"example"}', 'not an https'],
    [
      'a URL with a password',
      '{"client_id":"a","client_secret":"x","token_url":"https://u:hunter2@example.com"}',
      'not an https',
    ],
  ])('is refused when it is %s, saying what to store and nothing of what is stored', async (_what, value, words) => {
    const error = await thrown(setUp(value).tokens.token());
    expect(error).toMatchObject({ code: 'secret', message: expect.stringContaining(words) });
    expect(error.message).toContain('"power/main"');
    expect(error.message).toContain('"access_token"');
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/hunter2|hünter2/);
  });

  it('is read once for five minutes, however many ask at once', async () => {
    const { tokens, secrets, pass } = setUp('tok-1');
    expect(await Promise.all(Array.from({ length: 100 }, () => tokens.token()))).toEqual(Array(100).fill('tok-1'));
    await pass(299_999);
    secrets.value = 'tok-2';
    expect(await tokens.token()).toBe('tok-1');
    expect(secrets.reads).toBe(1);
    await pass(1);
    expect(await tokens.token()).toBe('tok-2');
    expect(secrets.reads).toBe(2);
  });

  it('is not read before it is asked for', () => {
    expect(setUp('tok-1').secrets.reads).toBe(0);
  });

  it('is used on while the secret cannot be read again, which is tried twice a minute', async () => {
    const { tokens, secrets, log, pass } = setUp('tok-1');
    await tokens.token();
    secrets.failure = new PowerError('secret', 'not now');
    await pass(300_000);
    expect(await Promise.all([tokens.token(), tokens.token()])).toEqual(['tok-1', 'tok-1']);
    expect(log.lines).toMatchObject([
      {
        level: 'warn',
        message: expect.stringContaining('"power/main" could not be read again'),
        fields: { error: { message: 'not now' } },
      },
    ]);
    await pass(29_999);
    secrets.value = 'tok-2';
    secrets.failure = null;
    expect(await tokens.token()).toBe('tok-1');
    await pass(1);
    expect(await tokens.token()).toBe('tok-2');
  });

  it('is not used on once it has ended, or was refused', async () => {
    const ending = setUp(JSON.stringify({ access_token: 'tok-1', expires_at: Date.UTC(2026, 0, 1, 0, 4) / 1000 }));
    await ending.tokens.token();
    ending.secrets.failure = new PowerError('secret', 'not now');
    await ending.pass(240_000);
    expect(await thrown(ending.tokens.token())).toMatchObject({ message: 'not now' });
    const refused = setUp('tok-1');
    await refused.tokens.token();
    refused.secrets.failure = new PowerError('secret', 'not now');
    expect(await thrown(refused.tokens.renew('tok-1'))).toMatchObject({ message: 'not now' });
  });

  it('is asked for again after a failure', async () => {
    const { tokens, secrets } = setUp('tok-1');
    secrets.failure = new PowerError('secret', 'not now');
    expect(await thrown(tokens.token())).toMatchObject({ message: 'not now' });
    secrets.failure = null;
    expect(await tokens.token()).toBe('tok-1');
  });
});

describe('a refused token', () => {
  it('is fetched again once, however many were refused with it', async () => {
    const { tokens, secrets } = setUp('old');
    await tokens.token();
    secrets.value = 'new';
    expect(await Promise.all(Array.from({ length: 50 }, () => tokens.renew('old')))).toEqual(Array(50).fill('new'));
    expect(secrets.reads).toBe(2);
    expect(await tokens.renew('old')).toBe('new');
    expect(await tokens.token()).toBe('new');
    expect(secrets.reads).toBe(2);
  });

  it('that comes back the same is not fetched again for each call that is refused after it', async () => {
    const { tokens, secrets, pass } = setUp('old');
    await tokens.token();
    expect(await tokens.renew('old')).toBe('old');
    await pass(29_999);
    secrets.value = 'new';
    expect(await tokens.renew('old')).toBe('old');
    expect(secrets.reads).toBe(2);
    await pass(1);
    expect(await tokens.renew('old')).toBe('new');
    expect(secrets.reads).toBe(3);
  });

  it('is renewed again when the new one is refused, too', async () => {
    const { tokens, secrets } = setUp('one');
    await tokens.token();
    secrets.value = 'two';
    expect(await tokens.renew('one')).toBe('two');
    secrets.value = 'three';
    expect(await tokens.renew('two')).toBe('three');
    expect(secrets.reads).toBe(3);
  });

  it('never gets into the log', async () => {
    const { tokens, log } = setUp('tok-old-secret');
    await tokens.token();
    await tokens.renew('tok-old-secret');
    expect(log.lines).toHaveLength(1);
    expect(inspect(log.lines, { depth: 10 })).not.toContain('tok-old-secret');
  });
});

describe("an OAuth client's token", () => {
  const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  const path = 'POST /oauth/token';
  const issued = (token: string, more: object = {}): Exchange['answer'] => ({
    json: { access_token: token, token_type: 'Bearer', ...more },
  });

  async function withServer(
    script: readonly Exchange[],
    client: object,
    test: (
      parts: ReturnType<typeof setUp> & { received: () => string[]; headers: () => (string | undefined)[] },
    ) => Promise<void>,
  ) {
    const server = await scriptedServer(script);
    try {
      const parts = setUp(
        JSON.stringify({
          client_id: 'cid',
          client_secret: 'hunter2',
          token_url: `${server.url}/oauth/token`,
          ...client,
        }),
      );
      const received = () => server.received.map(({ body }) => body);
      const headers = () => server.received.map((request) => request.headers.authorization);
      await test({ ...parts, received, headers });
      server.verify();
    } finally {
      await server.close();
    }
  }

  it('is fetched by client_credentials and kept until shortly before it expires', async () => {
    const script = [
      { expect: path, answer: issued('tok-1', { expires_in: 3600 }) },
      { expect: path, answer: issued('tok-2', { expires_in: 3600 }) },
    ];
    await withServer(script, { scope: 'vms:write' }, async ({ tokens, pass, received, headers }) => {
      expect(await Promise.all([tokens.token(), tokens.token()])).toEqual(['tok-1', 'tok-1']);
      await pass(3_569_000);
      expect(await tokens.token()).toBe('tok-1');
      await pass(2_000);
      expect(await tokens.token()).toBe('tok-2');
      const form = new URLSearchParams(received()[0]);
      expect(Object.fromEntries(form)).toEqual({ grant_type: 'client_credentials', scope: 'vms:write' });
      expect(headers()[0]).toBe(basic('cid', 'hunter2'));
    });
  });

  it('is kept five minutes when nobody says how long it lives', async () => {
    const script = [
      { expect: path, answer: issued('tok-1') },
      { expect: path, answer: issued('tok-2') },
    ];
    await withServer(script, {}, async ({ tokens, pass }) => {
      await tokens.token();
      await pass(299_000);
      expect(await tokens.token()).toBe('tok-1');
      await pass(1_000);
      expect(await tokens.token()).toBe('tok-2');
    });
  });

  it('that lives only for seconds is used for half its life', async () => {
    const script = [
      { expect: path, answer: issued('tok-1', { expires_in: 10 }) },
      { expect: path, answer: issued('tok-2', { expires_in: 10 }) },
    ];
    await withServer(script, {}, async ({ tokens, pass }) => {
      await tokens.token();
      await pass(4_999);
      expect(await tokens.token()).toBe('tok-1');
      await pass(1);
      expect(await tokens.token()).toBe('tok-2');
    });
  });

  it('is renewed when it is refused', async () => {
    const script = [
      { expect: path, answer: issued('tok-1', { expires_in: 3600 }) },
      { expect: path, answer: issued('tok-2', { expires_in: 3600 }) },
    ];
    await withServer(script, {}, async ({ tokens }) => {
      expect(await tokens.renew(await tokens.token())).toBe('tok-2');
    });
  });

  it.each([
    [{ status: 401, json: { error: 'invalid_client' } }],
    [{ status: 400, json: { error: 'invalid_request' } }],
    [{ status: 401, headers: { 'WWW-Authenticate': 'Basic realm="x"' }, json: {} }],
    [{ status: 400, body: 'no client_id' }],
  ])('is asked for with the client in the form when Basic is answered %j', async (refusal) => {
    const script = [
      { expect: path, answer: refusal },
      { expect: path, answer: issued('tok-1') },
    ];
    await withServer(script, {}, async ({ tokens, received, headers }) => {
      expect(await tokens.token()).toBe('tok-1');
      const form = new URLSearchParams(received()[1]);
      expect(Object.fromEntries(form)).toEqual({
        grant_type: 'client_credentials',
        client_id: 'cid',
        client_secret: 'hunter2',
      });
      expect(headers()[1]).toBeUndefined();
    });
  });

  it.each([
    ['invalid_client', 2, { status: 401, json: { error: 'invalid_client', error_description: 'hunter2' } }],
    ['invalid_scope', 2, { status: 400, json: { error: 'invalid_scope' } }],
    ['HTTP 500', 1, { status: 500, body: 'hunter2' }],
    ['no bearer token in its answer', 1, { status: 200, body: 'hunter2' }],
    ['no bearer token in its answer', 1, { status: 200, json: { token_type: 'Bearer', hunter2: 1 } }],
    ['HTTP 302', 1, { status: 302, headers: { Location: 'http://127.0.0.1:9/' } }],
    ['UND_ERR_SOCKET', 1, (response: import('node:http').ServerResponse) => void response.destroy()],
  ])('fails with %s after %i request(s), and repeats nothing', async (word, requests, answer) => {
    await withServer(Array(requests).fill({ expect: path, answer }), {}, async ({ tokens }) => {
      const error = await thrown(tokens.token());
      expect(error).toMatchObject({ code: 'secret', message: expect.stringContaining(`/oauth/token (${word})`) });
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('hunter2');
    });
  });

  it('that could not go into a header is refused', async () => {
    const script = [{ expect: path, answer: issued('hunter3\r\nX-Evil: 1') }];
    await withServer(script, {}, async ({ tokens }) => {
      const error = await thrown(tokens.token());
      expect(error).toMatchObject({ code: 'secret', message: expect.stringContaining('line breaks') });
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('hunter3');
    });
  });
});

describe('a fixed token', () => {
  it('is always the same, trimmed', async () => {
    const tokens = fixedToken(' tok-1\n');
    expect(await tokens.token()).toBe('tok-1');
    expect(await tokens.renew('tok-1')).toBe('tok-1');
  });

  it.each([[''], ['hunter2 hunter3'], ['hunter2\nX: 1']])('may not be %j', (token) => {
    const make = () => fixedToken(token);
    expect(make).toThrow(
      expect.objectContaining({ code: 'secret', message: expect.stringContaining('OPENSCALER_TOKEN') }),
    );
    expect(make).not.toThrow(/hunter2/);
  });
});
