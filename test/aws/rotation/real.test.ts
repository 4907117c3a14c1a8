// A rotation over real sockets: the SDK against a Secrets Manager, the lock in a table, the OAuth library against a token server.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { dynamoRenewalLock } from '../../../lib/aws/oauth/renewal-lock.ts';
import { renewals } from '../../../lib/aws/oauth/renewals.ts';
import { isSecretOf, readRotationEvent } from '../../../lib/aws/rotation/event.ts';
import { rotate } from '../../../lib/aws/rotation/rotate.ts';
import { secretsManager } from '../../../lib/aws/secrets.ts';
import { systemClock } from '../../../lib/clock.ts';
import { loadConfig, readEnvironment } from '../../../lib/config.ts';
import { tokenTrial } from '../../../lib/wiring/token-trial.ts';
import { type SecretsManagerEndpoint, startSecretsManager } from '../../../simulator/secrets-manager.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { MemoryLog } from '../../fakes/log.ts';
import { type Dynalite, startDynalite } from '../../fixtures/dynalite.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:power/main-AbCdEf';
const firstVersionId = '11111111-2222-4333-8444-555555555555';
let versionId = firstVersionId;
const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
const clock = systemClock;

let dynalite: Dynalite;
let simulator: Simulator;
let secrets: SecretsManagerEndpoint;

beforeAll(async () => {
  dynalite = await startDynalite();
});

afterAll(() => dynalite.close());

beforeEach(async () => {
  versionId = firstVersionId;
  const signedIn = { refreshToken: 'refresh-first', rotation: 'reuse-revokes' } as const;
  simulator = await startSimulator({
    fleet: [{ id: 1, name: 'web', description: '' }],
    oauth: { clientId: 'power', clientSecret: 'hunter2', signedIn },
  });
  secrets = await startSecretsManager({ secrets: { 'power/main': 'none' } });
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', secrets.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all([simulator.close(), secrets.close()]);
});

function setUp(content: object) {
  secrets.set('power/main', JSON.stringify({ client_id: 'power', client_secret: 'hunter2', ...content }));
  const log = new MemoryLog();
  const environment = readEnvironment({ OPENSCALER_API_URL: simulator.url, OPENSCALER_SECRET_ID: 'power/main' });
  const config = loadConfig({ oauth: { tokenUrl: `${simulator.url}/oauth/token` } }, environment, { where: 'lambda' });
  const store = secretsManager({ region: 'us-east-1' });
  const lock = dynamoRenewalLock({ table: dynalite.table, client: dynalite.client, clock });
  const { oauth } = config;
  const parts = {
    secrets: store,
    lock,
    oauth,
    clock,
    log,
    renewals: renewals({ secrets: store, lock, oauth, clock, log }),
    tryToken: tokenTrial(config, { clock, log }),
  };
  secrets.beginRotation('power/main', versionId);
  const step = (Step: (typeof steps)[number]) =>
    rotate(readRotationEvent({ Step, SecretId: arn, ClientRequestToken: versionId }), parts);
  return { step, log };
}

describe('a rotation over real sockets', () => {
  it.each([
    ['refresh_token', { grant: 'refresh_token', refresh_token: 'refresh-first' }],
    ['client_credentials', { grant: 'client_credentials' }],
  ])('of %s, every step twice, ends with a token that the API takes', async (_grant, content) => {
    const { step, log } = setUp(content);
    for (const one of steps) {
      await step(one);
      await step(one);
    }
    const stored = JSON.parse(secrets.textOf('power/main') ?? '');
    expect(simulator.acceptedTokens).toContain(stored.access_token);
    expect(stored).toMatchObject({
      ...content,
      client_secret: 'hunter2',
      access_token: expect.any(String),
      ...refreshed(content),
    });
    expect(secrets.textOf('power/main', 'AWSPENDING')).toBe(secrets.textOf('power/main'));
    const asked = simulator.requests.map(({ method, path }) => `${method} ${path}`);
    expect(asked).toEqual(['POST /oauth/token', 'GET /v1/vms', 'GET /v1/vms']);
    expect(JSON.stringify(log.lines)).not.toMatch(/hunter2|issued-|refresh-/);
  });

  const refreshed = (content: object) =>
    'refresh_token' in content ? { refresh_token: simulator.refreshTokens[0], refresh_token_rotates: true } : {};

  it('of a client whose secret names no grant leaves it a client, which can be rotated again', async () => {
    const { step } = setUp({});
    for (const one of steps) await step(one);
    const first = JSON.parse(secrets.textOf('power/main') ?? '');
    versionId = '22222222-2222-4333-8444-555555555555';
    secrets.beginRotation('power/main', versionId);
    for (const one of steps) await step(one);
    const second = JSON.parse(secrets.textOf('power/main') ?? '');
    expect(second).toMatchObject({ client_id: 'power', client_secret: 'hunter2', access_token: expect.any(String) });
    expect(second.access_token).not.toBe(first.access_token);
  });

  it('does not put a token to use that the API refuses', async () => {
    const { step } = setUp({ grant: 'refresh_token', refresh_token: 'refresh-first', access_token: 'old' });
    await step('createSecret');
    simulator.rotateToken('another');
    await expect(step('testSecret')).rejects.toMatchObject({
      code: 'token-rejected',
      message: expect.stringContaining('the new version of its secret'),
    });
    expect(secrets.textOf('power/main')).toContain('"old"');
  });

  it.each(['PutSecretValue', 'GetSecretValue', 'DescribeSecret'])('denied %s, spends nothing', async (operation) => {
    const { step } = setUp({ grant: 'refresh_token', refresh_token: 'refresh-first' });
    secrets.fail('access-denied', operation);
    await expect(step('createSecret')).rejects.toMatchObject({
      code: 'secret',
      message: expect.stringContaining(`allow secretsmanager:${operation}`),
    });
    expect(simulator.requests).toEqual([]);
  });

  it('denied the last step says so, and does it when it may', async () => {
    const { step } = setUp({ grant: 'client_credentials' });
    await step('createSecret');
    secrets.fail('access-denied', 'UpdateSecretVersionStage');
    await expect(step('finishSecret')).rejects.toThrow('allow secretsmanager:UpdateSecretVersionStage');
    secrets.fail(null);
    await step('finishSecret');
    expect(simulator.acceptedTokens).toContain(JSON.parse(secrets.textOf('power/main') ?? '').access_token);
  });
});

describe('the event of a rotation', () => {
  it.each([
    ['nothing', null, 'the event'],
    ['no step', { SecretId: arn, ClientRequestToken: versionId }, 'Step'],
    ['another step', { Step: 'deleteSecret', SecretId: arn, ClientRequestToken: versionId }, 'Step'],
    ['no ARN', { Step: 'testSecret', SecretId: 'power/main', ClientRequestToken: versionId }, 'SecretId'],
    ['a line break', { Step: 'testSecret', SecretId: `${arn}\n`, ClientRequestToken: versionId }, 'SecretId'],
    ['a short token', { Step: 'testSecret', SecretId: arn, ClientRequestToken: 'x' }, 'ClientRequestToken'],
  ])('that is %s is refused', (_what, event, at) => {
    expect(() => readRotationEvent(event)).toThrow(
      expect.objectContaining({ code: 'request', message: expect.stringContaining(`(${at})`) }),
    );
  });
});

describe('the secret of an account', () => {
  it.each([
    ['power/main', true],
    [arn, true],
    [arn.slice(0, -7), true],
    ['power/mai', false],
    ['main', false],
    ['power/main-AbCdEf', false],
    [arn.replace('us-east-1', 'eu-west-3'), false],
    [arn.slice(0, -12), false],
  ])('%s is meant by the ARN: %s', (secretId, isMeant) => {
    expect(isSecretOf(secretId, arn)).toBe(isMeant);
  });
});
