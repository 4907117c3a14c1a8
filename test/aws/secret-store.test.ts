import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { secretsManager } from '../../lib/aws/secrets.ts';
import { SecretVault } from '../../simulator/secret-vault.ts';
import { type SecretsManagerEndpoint, startSecretsManager } from '../../simulator/secrets-manager.ts';
import { secretStoreContract } from '../contracts/secret-store.ts';
import { vaultStore } from '../fakes/secret-store.ts';

const secrets = { 'power/main': 'value' };
let endpoint: SecretsManagerEndpoint;

beforeEach(async () => {
  endpoint = await startSecretsManager({ secrets });
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', endpoint.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await endpoint.close();
});

const overSockets = () => secretsManager({ region: 'us-east-1' });

secretStoreContract('in memory', async () => {
  const vault = new SecretVault(secrets);
  return { store: vaultStore(vault), begin: (versionId) => vault.beginRotation('power/main', versionId) };
});

secretStoreContract('over the SDK', async () => ({
  store: overSockets(),
  begin: (versionId) => endpoint.beginRotation('power/main', versionId),
}));

describe('what Secrets Manager refuses', () => {
  const versionId = '11111111-2222-4333-8444-555555555555';

  it.each([
    ['PutSecretValue', () => overSockets().put('power/main', versionId, 'hunter2', 'AWSCURRENT'), 'written'],
    ['GetSecretValue', () => overSockets().version('power/main', versionId), 'read'],
    ['DescribeSecret', () => overSockets().describe('power/main'), 'described'],
    ['UpdateSecretVersionStage', () => overSockets().move('power/main', 'AWSCURRENT', versionId, null), 'rotated'],
  ])('of %s names the permission, and never what was to be stored', async (operation, call, done) => {
    endpoint.fail('access-denied', operation);
    const error: unknown = await call().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'secret',
      message: expect.stringMatching(
        new RegExp(
          `^the secret "power/main" could not be ${done} \\(AccessDeniedException\\): allow secretsmanager:${operation} `,
        ),
      ),
    });
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });

  it('is asked again after a failure that passes', async () => {
    endpoint.fail('internal', 'PutSecretValue');
    await expect(overSockets().put('power/main', versionId, 'x', 'AWSCURRENT')).rejects.toMatchObject({
      code: 'secret',
    });
    endpoint.fail(null);
    expect(await overSockets().put('power/main', versionId, 'x', 'AWSCURRENT')).toBe('stored');
  });
});
