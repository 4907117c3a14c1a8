// The SecretStore over the simulator's vault, without a socket between them.
// What Secrets Manager refuses is refused here too, so that tests of crashes need no network.

import type { SecretStore } from '../../lib/aws/secrets.ts';
import { PowerError } from '../../lib/core/errors.ts';
import type { SecretVault } from '../../simulator/secret-vault.ts';

export function vaultStore(vault: SecretVault): SecretStore {
  const ask = (operation: string, input: Readonly<Record<string, unknown>>) => {
    const answer = vault.answer(operation, input);
    if (answer === null) throw new Error(`the vault knows no ${operation}`);
    return answer;
  };
  const must = (operation: string, input: Readonly<Record<string, unknown>>) => {
    const answer = ask(operation, input);
    if ('fault' in answer) throw new PowerError('secret', `${operation}: ${answer.fault}`);
    return answer.body;
  };
  const versionIn = (body: Readonly<Record<string, unknown>>) => ({
    arn: String(body.ARN),
    versionId: String(body.VersionId),
    text: String(body.SecretString),
  });
  return {
    read: async (SecretId) => String(must('GetSecretValue', { SecretId }).SecretString),
    current: async (SecretId) => versionIn(must('GetSecretValue', { SecretId })),
    version: async (SecretId, VersionId) => {
      const answer = ask('GetSecretValue', { SecretId, VersionId });
      return 'fault' in answer ? null : versionIn(answer.body);
    },
    put: async (SecretId, ClientRequestToken, SecretString, stage) => {
      const answer = ask('PutSecretValue', { SecretId, ClientRequestToken, SecretString, VersionStages: [stage] });
      return 'fault' in answer ? 'other-text' : 'stored';
    },
    describe: async (SecretId) => {
      const { RotationEnabled, VersionIdsToStages } = must('DescribeSecret', { SecretId });
      return {
        isRotating: RotationEnabled === true,
        stages: new Map(
          Object.entries(VersionIdsToStages ?? {}).map(([id, stages]) => [id, [stages].flat().map(String)] as const),
        ),
      };
    },
    move: async (SecretId, VersionStage, RemoveFromVersionId, to) => {
      const target = to === null ? {} : { MoveToVersionId: to };
      must('UpdateSecretVersionStage', { SecretId, VersionStage, RemoveFromVersionId, ...target });
    },
  };
}
