import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { secretsManager } from '../../lib/aws/secrets.ts';
import { type SecretsManagerEndpoint, startSecretsManager } from '../../simulator/secrets-manager.ts';

let endpoint: SecretsManagerEndpoint;

beforeEach(async () => {
  endpoint = await startSecretsManager({ secrets: { 'power/main': 'hunter2' } });
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', endpoint.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await endpoint.close();
});

const reader = () => secretsManager({ region: 'us-east-1' });

describe('a secret', () => {
  it('is read through the SDK, one call each time', async () => {
    const secrets = reader();
    expect(await secrets.read('power/main')).toBe('hunter2');
    endpoint.set('power/main', 'hunter3');
    expect(await secrets.read('power/main')).toBe('hunter3');
    expect(endpoint.requests).toEqual([
      { operation: 'GetSecretValue', secretId: 'power/main' },
      { operation: 'GetSecretValue', secretId: 'power/main' },
    ]);
  });

  it('that does not exist says so, and what to do', async () => {
    await expect(reader().read('power/other')).rejects.toMatchObject({
      name: 'PowerError',
      code: 'secret',
      message: expect.stringMatching(
        /^the secret "power\/other" could not be read \(ResourceNotFoundException\): create it/,
      ),
    });
  });

  it('that may not be read names the permission', async () => {
    endpoint.fail('access-denied');
    await expect(reader().read('power/main')).rejects.toMatchObject({
      code: 'secret',
      message: expect.stringMatching(/\(AccessDeniedException\): allow secretsmanager:GetSecretValue/),
    });
  });

  it.each([['internal'], ['cut']] as const)(
    'is tried again, then given up, when every call fails (%s)',
    async (kind) => {
      endpoint.fail(kind);
      const failing = reader().read('power/main');
      await expect(failing).rejects.toMatchObject({
        code: 'secret',
        message: expect.stringContaining('could not be reached'),
      });
      expect(endpoint.requests.length).toBeGreaterThan(1);
    },
  );

  it('is read after a failure has passed', async () => {
    const secrets = reader();
    endpoint.fail('access-denied');
    await expect(secrets.read('power/main')).rejects.toThrow();
    endpoint.fail(null);
    expect(await secrets.read('power/main')).toBe('hunter2');
  });

  it('leaves nothing of the SDK in an error', async () => {
    const error: unknown = await reader()
      .read('power/other')
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'secret' });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/\$metadata|\$response|amz/);
  });
});
