// The refresh_token grant over a real socket: what each answer of a token server says about the refresh token that was sent.

import { createServer } from 'node:https';
import { inspect } from 'node:util';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { refreshTokens } from '../../../lib/aws/oauth/token-endpoint.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { type Exchange, scriptedServer } from '../../fakes/scripted-server.ts';
import { localhostCertificate } from '../../fixtures/localhost-certificate.ts';

const path = 'POST /oauth/token';
const issued = { access_token: 'tok-2', token_type: 'Bearer', refresh_token: 'r-2', expires_in: 3600 };
const ok = (json: object): Exchange['answer'] => ({ json });

async function refresh(answers: readonly Exchange['answer'][], clientSecret: string | null = 'hunter2') {
  const server = await scriptedServer(answers.map((answer) => ({ expect: path, answer })));
  const clock = new FakeClock();
  try {
    const client = { clientId: 'power', clientSecret, tokenUrl: new URL(`${server.url}/oauth/token`), scope: 'vms' };
    const result = await refreshTokens(client, 'r-1/+=', 'power/main', clock);
    server.verify();
    const forms = server.received.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
    const headers = server.received.map((request) => request.headers.authorization);
    return { result, forms, headers, clock };
  } finally {
    await server.close();
  }
}

describe('a refresh token that is sent', () => {
  it('gives a pair and its end, and asks for no scope', async () => {
    const { result, forms, headers, clock } = await refresh([ok(issued)]);
    expect(result).toEqual({
      kind: 'issued',
      issued: { token: 'tok-2', refreshToken: 'r-2', expiresAt: clock.now() + 3_600_000 },
    });
    expect(forms).toEqual([{ grant_type: 'refresh_token', refresh_token: 'r-1/+=' }]);
    expect(headers).toEqual([`Basic ${Buffer.from('power:hunter2').toString('base64')}`]);
  });

  it('goes on where the server gives no other', async () => {
    const { refresh_token: _, expires_in: __, ...rest } = issued;
    expect((await refresh([ok(rest)])).result).toEqual({
      kind: 'issued',
      issued: { token: 'tok-2', refreshToken: null, expiresAt: null },
    });
  });

  it('of a public client comes with its id alone', async () => {
    const { forms, headers } = await refresh([ok(issued)], null);
    expect(forms).toEqual([{ grant_type: 'refresh_token', refresh_token: 'r-1/+=', client_id: 'power' }]);
    expect(headers).toEqual([undefined]);
  });

  it('comes with the client in the form where Basic is not taken', async () => {
    const refusal = { status: 401, json: { error: 'invalid_client' } };
    const { result, forms } = await refresh([refusal, ok(issued)]);
    expect(result.kind).toBe('issued');
    expect(forms[1]).toMatchObject({ client_id: 'power', client_secret: 'hunter2', refresh_token: 'r-1/+=' });
  });

  it('is not lost for an ID token beside the pair, whoever has issued that', async () => {
    const { result } = await refresh([ok({ ...issued, id_token: 'e30.eyJpc3MiOiJodHRwczovL2VsLnNlIn0.c2ln' })]);
    expect(result).toMatchObject({ kind: 'issued', issued: { refreshToken: 'r-2' } });
  });

  it.each<[string, object, object]>([
    ['a null for no other refresh token', { refresh_token: null }, { refreshToken: null }],
    ['an empty text for no other refresh token', { refresh_token: '' }, { refreshToken: null }],
    ['a scope that is null', { scope: null }, {}],
    ['a scope that is a list', { scope: ['vms'] }, {}],
    ['no end', { expires_in: null }, { expiresAt: null }],
    ['an end in words', { expires_in: 'never' }, { expiresAt: null }],
    ['an end before its beginning', { expires_in: -1 }, { expiresAt: null }],
    ['an end that no calendar has', { expires_in: 2 ** 63 }, { expiresAt: null }],
    ['an end of digits', { expires_in: '60' }, { expiresAt: new FakeClock().now() + 60_000 }],
    ['no type', { token_type: undefined }, {}],
  ])('is not sent again, and its successor not lost, for %s', async (_what, odd, expected) => {
    const { result } = await refresh([ok({ ...issued, ...odd })]);
    const whole = { token: 'tok-2', refreshToken: 'r-2', expiresAt: expect.any(Number) };
    expect(result).toEqual({ kind: 'issued', issued: { ...whole, ...expected } });
  });

  it('is in doubt where the token is of a type that nobody here can use', async () => {
    const { result } = await refresh([ok({ ...issued, token_type: 'mac' })]);
    expect(result).toEqual({ kind: 'unknown', word: 'no bearer token in its answer' });
  });

  it('says by a JWT when the access token ends, where the server does not', async () => {
    const own = `e30.${Buffer.from('{"exp":2000000000}').toString('base64url')}.c2ln`;
    const { result } = await refresh([ok({ access_token: own, token_type: 'bearer' })]);
    expect(result).toMatchObject({ kind: 'issued', issued: { expiresAt: 2_000_000_000_000 } });
  });

  it.each<[string, string, string, readonly Exchange['answer'][]]>([
    [
      'refused',
      'invalid_grant',
      'by its name',
      [{ status: 400, json: { error: 'invalid_grant', error_description: 'hunter2' } }],
    ],
    ['refused', 'invalid_grant', 'also with 401', [{ status: 401, json: { error: 'invalid_grant' } }]],
    [
      'unspent',
      'invalid_client',
      'for its client',
      [
        { status: 401, json: { error: 'invalid_client' } },
        { status: 401, json: { error: 'invalid_client' } },
      ],
    ],
    [
      'unspent',
      'unsupported_grant_type',
      'for the grant',
      [
        { status: 400, json: { error: 'unsupported_grant_type' } },
        { status: 400, json: { error: 'unsupported_grant_type' } },
      ],
    ],
    ['unspent', 'HTTP 429', 'with 429', [{ status: 429, body: 'slower' }]],
    ['unspent', 'HTTP 404', 'with 404', [{ status: 404, body: 'hunter2' }]],
    ['unspent', 'HTTP 302', 'by a redirect', [{ status: 302, headers: { Location: 'http://127.0.0.1:9/' } }]],
    ['unknown', 'HTTP 500', 'with 500', [{ status: 500, body: 'hunter2' }]],
    ['unknown', 'HTTP 408', 'with 408', [{ status: 408, body: 'hunter2' }]],
    ['unknown', 'no bearer token in its answer', 'with 200 and no JSON', [{ status: 200, body: 'hunter2' }]],
    ['unknown', 'no bearer token in its answer', 'with 200 and no token', [ok({ token_type: 'Bearer', hunter2: 1 })]],
    ['unknown', 'a token that cannot be sent', 'with two words', [ok({ ...issued, access_token: 'hunter2 x' })]],
    ['unknown', 'UND_ERR_SOCKET', 'by a cut', [(response) => void response.destroy()]],
    [
      'unknown',
      'UND_ERR_SOCKET',
      'by a cut in the middle',
      [
        (response) =>
          void response.writeHead(200, { 'content-length': '99' }).write('{"access', () => response.destroy()),
      ],
    ],
  ])('is %s (%s) when it is answered %s', async (kind, word, _how, answers) => {
    const { result } = await refresh(answers);
    expect(result).toEqual({ kind, word });
    expect(inspect(result)).not.toMatch(/hunter2|r-1|r-2/);
  });

  it('is unspent where somebody listens whom no certificate vouches for', async () => {
    const server = createServer(localhostCertificate, () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = v.parse(v.object({ port: v.number() }), server.address());
    const client = {
      clientId: 'power',
      clientSecret: null,
      tokenUrl: new URL(`https://127.0.0.1:${port}`),
      scope: null,
    };
    const result = await refreshTokens(client, 'r-1', 'power/main', new FakeClock());
    await new Promise((resolve) => server.close(resolve));
    expect(result).toEqual({ kind: 'unspent', word: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  it('is unspent where nobody listens', async () => {
    const server = await scriptedServer([]);
    await server.close();
    const client = { clientId: 'power', clientSecret: null, tokenUrl: new URL(server.url), scope: null };
    expect(await refreshTokens(client, 'r-1', 'power/main', new FakeClock())).toEqual({
      kind: 'unspent',
      word: 'ECONNREFUSED',
    });
  });
});
