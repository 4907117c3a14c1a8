// `power token` in a process of its own, against a token server, a Secrets Manager and a table: what it says, and what it never says.

import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type SecretsManagerEndpoint, startSecretsManager } from '../../simulator/secrets-manager.ts';
import { type Dynalite, startDynalite } from '../fixtures/dynalite.ts';
import { type Ended, type Rig, rig, token } from './power-process.ts';

const clientSecret = `client-${randomBytes(12).toString('hex')}`;
const refreshToken = `refresh-${randomBytes(12).toString('hex')}`;
const open: { close(): Promise<void> }[] = [];

interface Bench extends Rig {
  readonly secrets: SecretsManagerEndpoint;
  readonly dynalite: Dynalite;
  ask(args?: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ended>;
}

async function setUp(secret: (url: string) => string): Promise<Bench> {
  const dynalite = await startDynalite();
  const made = await rig([{ id: 1, name: 'web', description: '' }], {
    oauth: { clientId: 'power', clientSecret, signedIn: { refreshToken, rotation: 'reuse-revokes' } },
  });
  const secrets = await startSecretsManager({ secrets: { 'power/main': secret(made.simulator.url) } });
  open.push(made, secrets, dynalite);
  const ask = (args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) =>
    made.power(['token', ...args], {
      OPENSCALER_TOKEN: '',
      OPENSCALER_SECRET_ID: 'power/main',
      POWER_TABLE: dynalite.table,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      AWS_ENDPOINT_URL_DYNAMODB: String(dynalite.client.endpoint),
      ...environment,
    });
  return { ...made, secrets, dynalite, ask };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

function expectSecrecy({ stdout, stderr }: Ended, ...more: readonly string[]): void {
  for (const secret of [token, clientSecret, refreshToken, ...more]) expect(stdout + stderr).not.toContain(secret);
  expect(stdout + stderr).not.toMatch(/\n\s+at /);
}

const pair = (url: string, more: object = {}) =>
  JSON.stringify({
    grant: 'refresh_token',
    client_id: 'power',
    client_secret: clientSecret,
    token_url: `${url}/oauth/token`,
    refresh_token: refreshToken,
    access_token: token,
    expires_at: 1_767_225_600,
    ...more,
  });

/** A JWT that nobody has signed. */
const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

describe('power token', () => {
  it('shows whose token there is and that it works, and sends nothing', async () => {
    const { ask, posts } = await setUp(() => token);
    const ended = await ask();
    expectSecrecy(ended);
    expect(ended.stdout).toMatch(/^ACCOUNT +SECRET +GRANT +ENDS +WORKS$/m);
    expect(ended.stdout).toMatch(/^main +power\/main +none: stored by hand +it does not say +yes$/m);
    expect([ended.code, posts()]).toEqual([0, 0]);
  });

  it('tells when it ends, as the secret or the token itself says', async () => {
    const { ask, secrets } = await setUp(() => JSON.stringify({ access_token: token, expires_at: 4_102_444_800 }));
    const ended = await ask(['--json']);
    expectSecrecy(ended);
    expect(JSON.parse(ended.stdout)).toEqual({
      accounts: [
        {
          account: 'main',
          secretId: 'power/main',
          grant: 'token',
          endsAt: '2100-01-01T00:00:00Z',
          renewsItself: false,
          works: true,
          reason: null,
        },
      ],
    });
    const own = jwt({ exp: 1_767_225_600 });
    secrets.set('power/main', own);
    const late = await ask();
    expectSecrecy(late, own);
    expect(late.stdout).toMatch(/Thu 2026-01-01 00:00 \S+: over +no$/m);
    expect(late.stderr).toContain('the token of account "main" has ended: put a new one into the secret "power/main"');
    expect(late.code).toBe(1);
  });

  it('says which secret to renew when the API refuses the token', async () => {
    const { ask } = await setUp(() => `${token}x`);
    const ended = await ask();
    expectSecrecy(ended);
    expect(ended.stdout).toMatch(
      /✗ main: .*refused the token from the secret "power\/main" .*put a valid one there, for account "main"/,
    );
    expect(ended.code).toBe(1);
  });

  it('says that it could not try where the API does not answer', async () => {
    const { ask } = await setUp(() => token);
    const ended = await ask(['--json'], { OPENSCALER_API_URL: 'http://127.0.0.1:1' });
    expectSecrecy(ended);
    expect(JSON.parse(ended.stdout).accounts[0]).toMatchObject({
      works: null,
      reason: expect.stringContaining('failed'),
    });
    expect(ended.code).toBe(1);
  });

  it('renews a refresh token that is due, stores the pair, and shows none of it', async () => {
    const { ask, secrets, simulator } = await setUp(pair);
    const ended = await ask();
    const stored = JSON.parse(secrets.textOf('power/main') ?? '');
    expectSecrecy(ended, stored.access_token, stored.refresh_token);
    expect(ended.stdout).toMatch(/^main +power\/main +refresh_token .*renews itself +yes$/m);
    expect(ended.code).toBe(0);
    expect(simulator.acceptedTokens).toContain(stored.access_token);
    expect(simulator.refreshTokens).toEqual([stored.refresh_token]);
    // And once more, from what was stored.
    expect((await ask()).code).toBe(0);
  });

  it('renews nothing without the lock that is in the table', async () => {
    const { ask, secrets } = await setUp(pair);
    const before = secrets.textOf('power/main');
    const ended = await ask([], { POWER_TABLE: '' });
    expectSecrecy(ended);
    expect(ended.stdout).toContain('set POWER_TABLE');
    expect(ended.code).toBe(1);
    expect(secrets.textOf('power/main')).toBe(before);
  });

  it('does not spend a refresh token whose successor it may not store', async () => {
    const { ask, secrets, simulator } = await setUp(pair);
    secrets.fail('access-denied', 'PutSecretValue');
    const ended = await ask();
    expectSecrecy(ended);
    expect(ended.stdout).toContain('allow secretsmanager:PutSecretValue');
    expect(simulator.requests.filter(({ path }) => path === '/oauth/token')).toEqual([]);
    secrets.fail(null);
    expect((await ask()).code).toBe(0);
  });

  it('tells of the token in the environment, too', async () => {
    const { power } = await setUp(() => 'unused');
    const ended = await power(['token']);
    expectSecrecy(ended);
    expect(ended.stdout).toMatch(/^main +OPENSCALER_TOKEN +none: given here .*yes$/m);
    expect(ended.code).toBe(0);
  });
});
