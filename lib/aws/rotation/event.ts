// What Secrets Manager sends the rotation function, checked at the border.
// Anything else that invokes it is told so, and nothing is done.

import * as v from 'valibot';
import { PowerError } from '../../core/errors.ts';

/** In the order in which Secrets Manager takes them; each may come again. */
const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

export interface RotationEvent {
  readonly step: (typeof steps)[number];
  /** The secret's ARN. */
  readonly secretArn: string;
  /** The id of the version that the rotation makes. */
  readonly versionId: string;
}

const schema = v.object({
  Step: v.picklist(steps),
  SecretId: v.pipe(v.string(), v.regex(/^arn:[\w-]+:secretsmanager:[\w-]*:\d*:secret:[\w/+=.@!-]{1,520}$/)),
  // As Secrets Manager limits it.
  ClientRequestToken: v.pipe(v.string(), v.regex(/^[\w-]{32,64}$/)),
});

/** Throws `request` for what is no step of a rotation. */
export function readRotationEvent(event: unknown): RotationEvent {
  const parsed = v.safeParse(schema, event);
  if (parsed.success) {
    const { Step: step, SecretId: secretArn, ClientRequestToken: versionId } = parsed.output;
    return { step, secretArn, versionId };
  }
  const at = v.getDotPath(parsed.issues[0]) ?? 'the event';
  throw new PowerError('request', `no step of a rotation (${at}): only Secrets Manager invokes this function`);
}

/** Whether the configuration's name or ARN of a secret, with or without its last six characters, means this ARN. */
export function isSecretOf(secretId: string, arn: string): boolean {
  const name = secretId.startsWith('arn:') ? secretId : `${arn.split(':').slice(0, 6).join(':')}:${secretId}`;
  if (secretId === arn) return true;
  return arn.startsWith(`${name}-`) && /^-[A-Za-z0-9]{6}$/.test(arn.slice(name.length));
}
