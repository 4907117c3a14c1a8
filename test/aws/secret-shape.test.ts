import { describe, expect, it } from 'vitest';
import { readSecret, withIssued } from '../../lib/aws/secret-shape.ts';

const client = { client_id: 'power', client_secret: 'hunter2', token_url: 'https://login.example.org/token' };
const read = (json: object, defaults = {}) => readSecret(JSON.stringify(json), 'power/main', defaults);

describe('the text of a secret', () => {
  it.each([
    ['epoch seconds', 1_767_225_600],
    ['epoch seconds as the console keeps what is typed into its fields', '1767225600'],
    ['an instant', '2026-01-01T00:00:00Z'],
    ['an instant with an offset', '2026-01-01T01:00+01:00'],
  ])('says when its token ends, as %s', (_what, expires_at) => {
    expect(read({ access_token: 'tok', expires_at })).toEqual({
      kind: 'token',
      token: 'tok',
      expiresAt: 1_767_225_600_000,
    });
  });

  it.each([['tomorrow'], [1_767_225_600_000], [{}], [-1], ['1767225600000'], ['-1'], [''], ['2026-13-01T00:00:00Z']])(
    'may not say that its token ends at %j',
    (expires_at) => {
      const reading = () => read({ access_token: 'hunter2', expires_at });
      expect(reading).toThrow(/has an "expires_at" that is no instant/);
      expect(reading).not.toThrow(/hunter2/);
    },
  );

  it('may hold a refresh token, of a client with a secret or without', () => {
    const found = read({
      ...client,
      grant: 'refresh_token',
      refresh_token: 'r-1',
      access_token: 'tok',
      issued_at: 1_767_222_000,
    });
    expect(found).toEqual({
      kind: 'refresh_token',
      client: { clientId: 'power', clientSecret: 'hunter2', tokenUrl: new URL(client.token_url), scope: null },
      refreshToken: 'r-1',
      token: 'tok',
      expiresAt: null,
      issuedAt: 1_767_222_000_000,
      isRotating: true,
    });
    const { client_secret: _, ...open } = client;
    expect(read({ ...open, grant: 'refresh_token', refresh_token: 'r-1', refresh_token_rotates: false })).toMatchObject(
      {
        client: { clientSecret: null },
        token: null,
        isRotating: false,
      },
    );
  });

  it('says nothing of the end of a token that would have ended before it was issued: one of two clocks is wrong', () => {
    const pair = {
      ...client,
      grant: 'refresh_token',
      refresh_token: 'r-1',
      access_token: 'tok',
      issued_at: 1_767_225_600,
    };
    expect(read({ ...pair, expires_at: 1_767_225_600 })).toMatchObject({ token: 'tok', expiresAt: null });
    expect(read({ ...pair, expires_at: 1_767_225_601 })).toMatchObject({ expiresAt: 1_767_225_601_000 });
  });

  it('leaves to the configuration what it does not say, and nothing that it says', () => {
    const defaults = {
      grant: 'refresh_token',
      tokenUrl: 'https://other.example.org/',
      clientId: 'other',
      scope: 'vms',
    } as const;
    expect(read({ refresh_token: 'r-1', access_token: 'tok' }, defaults)).toMatchObject({
      kind: 'refresh_token',
      client: { clientId: 'other', clientSecret: null, tokenUrl: new URL('https://other.example.org/'), scope: 'vms' },
    });
    expect(read({ ...client, scope: 'own', refresh_token: 'r-1' }, defaults)).toMatchObject({
      client: { clientId: 'power', tokenUrl: new URL(client.token_url), scope: 'own' },
    });
    // Without the configuration's word, what was a token stays one.
    expect(read({ refresh_token: 'r-1', access_token: 'tok' })).toMatchObject({ kind: 'token' });
    expect(read({ access_token: 'tok' }, defaults)).toMatchObject({ kind: 'token' });
    expect(read({ ...client }, defaults)).toMatchObject({ kind: 'client_credentials', token: null });
  });

  it('may hold the last token of a client', () => {
    expect(
      read({ ...client, grant: 'client_credentials', access_token: 'tok', expires_at: 1_767_225_600 }),
    ).toMatchObject({
      kind: 'client_credentials',
      token: 'tok',
      expiresAt: 1_767_225_600_000,
    });
  });

  it.each([
    [
      'another grant',
      { ...client, grant: 'password' },
      'has a "grant" that is none of client_credentials, refresh_token',
    ],
    ['no refresh token', { ...client, grant: 'refresh_token' }, 'without the fields'],
    ['a blank refresh token', { ...client, grant: 'refresh_token', refresh_token: ' ' }, 'without the fields'],
    [
      'no secret of its client',
      { ...client, client_secret: undefined, grant: 'client_credentials' },
      'without the fields',
    ],
    ['no client', { grant: 'refresh_token', refresh_token: 'hunter2' }, 'without the fields'],
    [
      'an address in the clear',
      { ...client, token_url: 'http://login.example.org', grant: 'refresh_token', refresh_token: 'hunter2' },
      'not an https',
    ],
    [
      'a token that cannot be sent',
      { ...client, grant: 'refresh_token', refresh_token: 'hunter2', access_token: 'two words' },
      'holds a token with blanks',
    ],
  ])('is refused with %s, and not repeated', (_what, json, words) => {
    expect(() => read(json)).toThrow(
      expect.objectContaining({ code: 'secret', message: expect.stringContaining(words) }),
    );
    expect(() => read(json)).not.toThrow(/hunter2/);
  });
});

describe('what was issued', () => {
  const now = 1_767_225_600_999;
  const before = JSON.stringify({ ...client, refresh_token: 'r-1', access_token: 'old', expires_at: 5, note: 'kept' });
  const issue = (refreshToken: string | null, expiresAt: number | null) =>
    JSON.parse(withIssued(before, 'refresh_token', { token: 'new', refreshToken, expiresAt }, now));

  it('takes the place of what was there, and leaves the rest', () => {
    expect(issue('r-2', now + 3_600_000)).toEqual({
      ...client,
      note: 'kept',
      grant: 'refresh_token',
      access_token: 'new',
      refresh_token: 'r-2',
      refresh_token_rotates: true,
      issued_at: 1_767_225_600,
      expires_at: 1_767_229_200,
    });
  });

  it.each([[null], ['r-1']])('keeps a refresh token that goes on (%j), and remembers that it may', (refreshToken) => {
    expect(issue(refreshToken, null)).toEqual({
      ...client,
      note: 'kept',
      grant: 'refresh_token',
      access_token: 'new',
      refresh_token: 'r-1',
      refresh_token_rotates: false,
      issued_at: 1_767_225_600,
    });
  });

  it.each(['\uFEFF', '\u00A0', ' \n'])('is put where it was read, also after %j', (blank) => {
    const text = `${blank}${JSON.stringify({ ...client, grant: 'refresh_token', refresh_token: 'r-1' })}`;
    expect(readSecret(text, 'power/main')).toMatchObject({ refreshToken: 'r-1' });
    const after = withIssued(text, 'refresh_token', { token: 'new', refreshToken: 'r-2', expiresAt: null }, now);
    expect(readSecret(after, 'power/main')).toMatchObject({ refreshToken: 'r-2', token: 'new' });
  });

  it('gives a client no refresh token, and leaves it the client that it was read as', () => {
    const issued = { token: 'new', refreshToken: null, expiresAt: null };
    const text = withIssued(JSON.stringify(client), 'client_credentials', issued, now);
    expect(JSON.parse(text)).toEqual({
      ...client,
      grant: 'client_credentials',
      access_token: 'new',
      issued_at: 1_767_225_600,
    });
    expect(readSecret(text, 'power/main')).toMatchObject({ kind: 'client_credentials', token: 'new' });
  });
});
