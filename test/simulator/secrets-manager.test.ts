import { GetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it } from 'vitest';

import {
  type SecretsManagerEndpoint,
  type SecretsManagerSetup,
  startSecretsManager,
} from '../../simulator/secrets-manager.ts';

const open: SecretsManagerEndpoint[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((endpoint) => endpoint.close()));
});

async function setUp(setup: Partial<SecretsManagerSetup> = {}) {
  const endpoint = await startSecretsManager({ secrets: { 'power/main': 'value' }, ...setup });
  open.push(endpoint);
  const client = new SecretsManagerClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  const read = (secretId: string) => client.send(new GetSecretValueCommand({ SecretId: secretId }));
  return { endpoint, client, read };
}

describe('the Secrets Manager endpoint', () => {
  it('gives a secret by name, and by the ARN it shows for it', async () => {
    const { read, endpoint } = await setUp();
    const byName = await read('power/main');
    expect(byName).toMatchObject({ Name: 'power/main', SecretString: 'value', VersionStages: ['AWSCURRENT'] });
    expect(byName.ARN).toMatch(/^arn:aws:secretsmanager:/);
    expect(byName.CreatedDate).toBeInstanceOf(Date);
    expect(await read(byName.ARN ?? '')).toMatchObject({ SecretString: 'value' });
    expect(endpoint.requests.map(({ operation }) => operation)).toEqual(['GetSecretValue', 'GetSecretValue']);
    expect(endpoint.requests.map(({ secretId }) => secretId)).toEqual(['power/main', byName.ARN]);
  });

  it('takes a secret that is itself named by an ARN', async () => {
    const arn = 'arn:aws:secretsmanager:eu-west-3:123456789012:secret:power-AbCdEf';
    const { read } = await setUp({ secrets: { [arn]: 'value' } });
    expect(await read(arn)).toMatchObject({ ARN: arn, SecretString: 'value' });
  });

  it('shows a new value at once', async () => {
    const { read, endpoint } = await setUp();
    endpoint.set('power/main', 'new');
    expect((await read('power/main')).SecretString).toBe('new');
  });

  it('has no other secrets', async () => {
    const { read } = await setUp();
    await expect(read('power/other')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('knows no other operation', async () => {
    const { client } = await setUp();
    await expect(client.send(new ListSecretsCommand({}))).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });

  it.each([
    ['access-denied', { name: 'AccessDeniedException' }],
    ['internal', { $metadata: expect.objectContaining({ httpStatusCode: 500 }) }],
    ['cut', { code: 'ECONNRESET' }],
  ] as const)('fails on demand: %s', async (kind, error) => {
    const { read, endpoint } = await setUp();
    endpoint.fail(kind);
    await expect(read('power/main')).rejects.toMatchObject(error);
    endpoint.fail(null);
    expect((await read('power/main')).SecretString).toBe('value');
  });

  it('answers late when it is told to', async () => {
    const { read } = await setUp({ delayMs: 60 });
    let isAnswered = false;
    const reading = read('power/main').finally(() => {
      isAnswered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isAnswered).toBe(false);
    await reading;
  });

  it('survives what is no request', async () => {
    const { read, endpoint } = await setUp();
    await expect(fetch(endpoint.url, { method: 'POST', body: 'no JSON' })).rejects.toThrow();
    expect((await read('power/main')).SecretString).toBe('value');
  });

  it('says when its port is taken', async () => {
    const { endpoint } = await setUp();
    const port = Number(new URL(endpoint.url).port);
    await expect(startSecretsManager({ secrets: {}, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
