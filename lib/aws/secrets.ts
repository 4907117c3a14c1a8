// Secrets Manager, as something to read secrets from and to keep new tokens in: the SDK is loaded on the first call.
// Its errors become our own, which say what to do and never what the secret holds (rule 8).

import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { PowerError } from '../core/errors.ts';
import { clientDefaults } from './client-defaults.ts';

/** Reads a secret's text. */
export interface SecretReader {
  /** The secret's current text, as it was stored. Throws `secret`. */
  read(secretId: string): Promise<string>;
}

export interface SecretVersion {
  /** The same whether the secret was named by its name or by its ARN. */
  readonly arn: string;
  readonly versionId: string;
  readonly text: string;
}

export type Stage = 'AWSCURRENT' | 'AWSPENDING';

export interface SecretStages {
  readonly isRotating: boolean;
  /** The staging labels of each version; a rotation that has just begun has labelled one without a value. */
  readonly stages: ReadonlyMap<string, readonly string[]>;
}

/** Keeps versions of secrets. Every method throws `secret`. */
export interface SecretStore extends SecretReader {
  current(secretId: string): Promise<SecretVersion>;
  /** Null when there is no such version, or none with a value. */
  version(secretId: string, versionId: string): Promise<SecretVersion | null>;
  /**
   * Stores a version under an id of the caller's choice, and moves the label to it. Once per id: the same text again changes
   * nothing, another text is not stored.
   */
  put(secretId: string, versionId: string, text: string, stage: Stage): Promise<'stored' | 'other-text'>;
  describe(secretId: string): Promise<SecretStages>;
  /** Moves a label from one version to another, or (null) takes it away. Throws when it is not on `from`. */
  move(secretId: string, stage: Stage, from: string, to: string | null): Promise<void>;
}

export interface SecretsManagerOptions {
  /** @default the SDK's own: AWS_REGION */
  readonly region?: string;
}

type Sdk = typeof import('@aws-sdk/client-secrets-manager');
type Undertaking = 'read' | 'written' | 'described' | 'rotated';

/** Secrets Manager of this account. Each read is one call: whoever reads caches. */
export function secretsManager(options: SecretsManagerOptions = {}): SecretStore {
  const connect = connector(options);
  const call = async <T>(
    secretId: string,
    what: Undertaking,
    use: (sdk: Sdk, client: SecretsManagerClient) => Promise<T>,
  ): Promise<T> => {
    try {
      const { sdk, client } = await connect();
      return await use(sdk, client);
    } catch (error) {
      throw error instanceof PowerError ? error : asPowerError(error, secretId, what);
    }
  };
  const get = (SecretId: string, which: { VersionId?: string } = {}) =>
    call(SecretId, 'read', async (sdk, client) => {
      const answer = await client.send(new sdk.GetSecretValueCommand({ SecretId, ...which }));
      const text = textOf(answer.SecretString, SecretId);
      return { arn: answer.ARN ?? SecretId, versionId: answer.VersionId ?? '', text };
    });

  return {
    read: async (secretId) => (await get(secretId)).text,
    current: (secretId) => get(secretId),
    version: (secretId, VersionId) =>
      call(secretId, 'read', (sdk, client) =>
        client.send(new sdk.GetSecretValueCommand({ SecretId: secretId, VersionId })).then(
          ({ ARN = secretId, SecretString }) => ({
            arn: ARN,
            versionId: VersionId,
            text: textOf(SecretString, secretId),
          }),
          unlessMissing,
        ),
      ),
    put: (SecretId, ClientRequestToken, SecretString, stage) =>
      call(SecretId, 'written', async (sdk, client) => {
        const put = { SecretId, ClientRequestToken, SecretString, VersionStages: [stage] };
        return client.send(new sdk.PutSecretValueCommand(put)).then(() => 'stored' as const, unlessTaken);
      }),
    describe: (SecretId) =>
      call(SecretId, 'described', async (sdk, client) => {
        const answer = await client.send(new sdk.DescribeSecretCommand({ SecretId }));
        const stages = new Map(Object.entries(answer.VersionIdsToStages ?? {}));
        return { isRotating: answer.RotationEnabled ?? false, stages };
      }),
    move: (SecretId, VersionStage, RemoveFromVersionId, to) =>
      call(SecretId, 'rotated', async (sdk, client) => {
        const target = to === null ? {} : { MoveToVersionId: to };
        const move = { SecretId, VersionStage, RemoveFromVersionId, ...target };
        await client.send(new sdk.UpdateSecretVersionStageCommand(move));
      }),
  };
}

function connector(options: SecretsManagerOptions) {
  let connecting: Promise<{ readonly sdk: Sdk; readonly client: SecretsManagerClient }> | null = null;
  return () => {
    connecting ??= import('@aws-sdk/client-secrets-manager').then((sdk) => ({
      sdk,
      client: new sdk.SecretsManagerClient({ ...clientDefaults, ...options }),
    }));
    return connecting;
  };
}

function unlessMissing(error: unknown): null {
  if (nameOf(error) === 'ResourceNotFoundException') return null;
  throw error;
}

function unlessTaken(error: unknown): 'other-text' {
  if (nameOf(error) === 'ResourceExistsException') return 'other-text';
  throw error;
}

function textOf(secret: string | undefined, secretId: string): string {
  if (secret !== undefined) return secret;
  throw new PowerError('secret', `the secret "${secretId}" holds binary data: store its value as text`);
}

// The cause is left out: the SDK's errors carry its response, and one day perhaps the value.
function asPowerError(error: unknown, secretId: string, what: Undertaking): PowerError {
  const name = nameOf(error);
  return new PowerError('secret', `the secret "${secretId}" could not be ${what} (${name}): ${adviceFor(name, what)}`);
}

function nameOf(error: unknown): string {
  return error instanceof Error && /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : 'unknown error';
}

const permissions: Readonly<Record<Undertaking, string>> = {
  read: 'allow secretsmanager:GetSecretValue on it (and kms:Decrypt, if it has a key of its own)',
  written:
    'allow secretsmanager:PutSecretValue on it (oauth.grant "refresh_token" in the configuration gives it to the functions; and kms:GenerateDataKey, if it has a key of its own)',
  described: 'allow secretsmanager:DescribeSecret on it',
  rotated: 'allow secretsmanager:UpdateSecretVersionStage on it',
};

function adviceFor(name: string, what: Undertaking): string {
  switch (name) {
    case 'ResourceNotFoundException':
      return 'create it, or correct secretId, and check that region and AWS account are the right ones';
    case 'AccessDeniedException':
      return permissions[what];
    case 'EncryptionFailure':
      return 'allow kms:GenerateDataKey with the key it is encrypted with';
    case 'DecryptionFailure':
      return 'allow kms:Decrypt with the key it is encrypted with';
    case 'CredentialsProviderError':
    case 'UnrecognizedClientException':
    case 'ExpiredTokenException':
      return 'sign in to AWS: there are no valid AWS credentials here';
    case 'LimitExceededException':
      return 'it has as many versions as Secrets Manager keeps, of the last day: let tokens live for longer than 15 minutes';
    case 'InvalidRequestException':
      return 'it may be marked for deletion: restore it, or name another one';
    default:
      return 'Secrets Manager could not be reached or did not answer: check AWS region, credentials and network, then try again';
  }
}
