// The rotation of tokens: a schedule on each secret, and the leave for Secrets Manager to invoke the function.
// Only where the configuration has `rotation`; the function stands in resources.js, because the framework makes it.

import type { Config } from '../lib/config.ts';
import { arnOf, type Resource, type Resources, ref } from './cloudformation.ts';
import { functionId, roleId } from './functions.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const permissionId = 'RotatePermission';

/** The secrets that are rotated, each once. */
export function rotatedSecrets({ rotation, accounts }: Config): readonly string[] {
  const rotated = accounts.filter(({ name }) => rotation?.accounts.includes(name));
  return [...new Set(rotated.flatMap(({ secretId }) => secretId ?? []))];
}

export function rotation(config: Config): Resources {
  if (config.rotation === null) return {};
  const { everyMs } = config.rotation;
  const schedules = rotatedSecrets(config).map((secretId, nth) => [`Rotation${nth + 1}`, schedule(secretId, everyMs)]);
  return { [permissionId]: permission, ...Object.fromEntries(schedules) };
}

/** The function that is deployed with it, as serverless.yml would have it; null where there is none. */
export function rotateFunction({ rotation: wanted }: Config) {
  if (wanted === null) return null;
  return {
    rotate: {
      handler: 'handlers/rotate.handler',
      description: "Rotates accounts' tokens, for Secrets Manager",
      role: roleId('rotate'),
      // Longer than a token server, Secrets Manager and a list of VMs together may take.
      timeout: 120,
    },
  };
}

const permission: Resource = {
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: arnOf(functionId('rotate')),
    Principal: 'secretsmanager.amazonaws.com',
    SourceAccount: ref('AWS::AccountId'),
  },
};

/** The first rotation comes at once: what is wrong with it is better known now. */
function schedule(secretId: string, everyMs: number): Resource {
  return {
    Type: 'AWS::SecretsManager::RotationSchedule',
    DependsOn: [permissionId],
    Properties: {
      SecretId: secretId,
      RotationLambdaARN: arnOf(functionId('rotate')),
      RotationRules: { ScheduleExpression: rateOf(everyMs) },
      RotateImmediatelyOnUpdate: true,
    },
  };
}

function rateOf(everyMs: number): string {
  const [count, unit] = everyMs < dayMs ? [everyMs / hourMs, 'hour'] : [everyMs / dayMs, 'day'];
  return `rate(${count} ${unit}${count === 1 ? '' : 's'})`;
}
