// Secrets Manager, as something to read secrets from: the SDK is loaded on the first read, not on import.
// Its errors become our own, which say what to do and never what the secret holds (rule 8).

import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { PowerError } from '../core/errors.ts';
import { clientDefaults } from './client-defaults.ts';

/** Reads a secret's text. */
export interface SecretReader {
  /** The secret's current text, as it was stored. Throws `secret`. */
  read(secretId: string): Promise<string>;
}

export interface SecretsManagerOptions {
  /** @default the SDK's own: AWS_REGION */
  readonly region?: string;
}

/** Secrets Manager of this account. Each read is one call: whoever reads caches. */
export function secretsManager(options: SecretsManagerOptions = {}): SecretReader {
  const connect = connector(options);
  return {
    read: async (secretId) => {
      try {
        return textOf(await fetchSecret(await connect(), secretId), secretId);
      } catch (error) {
        throw error instanceof PowerError ? error : asPowerError(error, secretId);
      }
    },
  };
}

function connector(options: SecretsManagerOptions): () => Promise<SecretsManagerClient> {
  let connecting: Promise<SecretsManagerClient> | null = null;
  return () => {
    connecting ??= import('@aws-sdk/client-secrets-manager').then(
      ({ SecretsManagerClient }) => new SecretsManagerClient({ ...clientDefaults, ...options }),
    );
    return connecting;
  };
}

async function fetchSecret(client: SecretsManagerClient, secretId: string): Promise<string | undefined> {
  const { GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
  const answer = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
  return answer.SecretString;
}

function textOf(secret: string | undefined, secretId: string): string {
  if (secret !== undefined) return secret;
  throw new PowerError('secret', `the secret "${secretId}" holds binary data: store its value as text`);
}

// The cause is left out: the SDK's errors carry its response, and one day perhaps the value.
function asPowerError(error: unknown, secretId: string): PowerError {
  const name = error instanceof Error && /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : 'unknown error';
  return new PowerError('secret', `the secret "${secretId}" could not be read (${name}): ${adviceFor(name)}`);
}

function adviceFor(name: string): string {
  switch (name) {
    case 'ResourceNotFoundException':
      return 'create it, or correct secretId, and check that region and AWS account are the right ones';
    case 'AccessDeniedException':
      return 'allow secretsmanager:GetSecretValue on it (and kms:Decrypt, if it has a key of its own)';
    case 'DecryptionFailure':
      return 'allow kms:Decrypt with the key it is encrypted with';
    case 'CredentialsProviderError':
    case 'UnrecognizedClientException':
    case 'ExpiredTokenException':
      return 'sign in to AWS: there are no valid AWS credentials here';
    case 'InvalidRequestException':
      return 'it may be marked for deletion: restore it, or name another one';
    default:
      return 'Secrets Manager could not be reached or did not answer: check AWS region, credentials and network, then try again';
  }
}
