// The secrets of the Secrets Manager double: versions under ids, with staging labels that move as the real ones do.
// What is refused is refused by the names that the real service uses, so that code can tell one refusal from another.

import { randomUUID } from 'node:crypto';

/** An answer of the protocol, or the fault with this name. */
export type VaultAnswer =
  | { readonly body: Readonly<Record<string, unknown>> }
  | { readonly fault: string; readonly message: string };

interface Version {
  /** Null while a rotation has only labelled it. */
  readonly text: string | null;
  readonly createdSeconds: number;
}

interface Secret {
  readonly name: string;
  readonly versions: Map<string, Version>;
  /** Which version has a label; a label has one version at most. */
  readonly labels: Map<string, string>;
  isRotating: boolean;
}

type Input = Readonly<Record<string, unknown>>;

const createdSeconds = 1_767_225_600;
const missing: VaultAnswer = {
  fault: 'ResourceNotFoundException',
  message: "Secrets Manager can't find the specified secret.",
};

export class SecretVault {
  readonly #secrets = new Map<string, Secret>();

  constructor(secrets: Readonly<Record<string, string>>) {
    for (const [name, text] of Object.entries(secrets)) this.set(name, text);
  }

  /** A person's hand: the secret has this text now, in a version of its own. */
  set(name: string, text: string): void {
    const secret = this.find(name) ?? this.#create(name);
    store(secret, randomUUID(), text, ['AWSCURRENT']);
  }

  /** What the service does before it invokes a rotation function: the version is labelled, and has no value. */
  beginRotation(name: string, versionId: string): void {
    const secret = this.find(name);
    if (secret === null) throw new RangeError(`there is no secret ${name}`);
    secret.isRotating = true;
    if (secret.versions.has(versionId)) return;
    secret.versions.set(versionId, { text: null, createdSeconds });
    secret.labels.set('AWSPENDING', versionId);
  }

  /** The text under a label, or null. */
  textOf(name: string, label = 'AWSCURRENT'): string | null {
    const secret = this.find(name);
    return secret?.versions.get(secret.labels.get(label) ?? '')?.text ?? null;
  }

  answer(operation: string, input: Input): VaultAnswer | null {
    const secret = this.find(textIn(input, 'SecretId') ?? '');
    switch (operation) {
      case 'GetSecretValue':
        return secret === null ? missing : valueIn(secret, input);
      case 'PutSecretValue':
        return secret === null ? missing : put(secret, input);
      case 'DescribeSecret':
        return secret === null ? missing : description(secret);
      case 'UpdateSecretVersionStage':
        return secret === null ? missing : moveLabel(secret, input);
      default:
        return null;
    }
  }

  // By name, or by the ARN that is shown for it.
  find(secretId: string): Secret | null {
    for (const secret of this.#secrets.values())
      if (secret.name === secretId || arnOf(secret) === secretId) return secret;
    return null;
  }

  #create(name: string): Secret {
    const secret: Secret = { name, versions: new Map(), labels: new Map(), isRotating: false };
    this.#secrets.set(name, secret);
    return secret;
  }
}

function valueIn(secret: Secret, input: Input): VaultAnswer {
  const id = textIn(input, 'VersionId') ?? secret.labels.get(textIn(input, 'VersionStage') ?? 'AWSCURRENT') ?? '';
  const version = secret.versions.get(id);
  if (version?.text == null) return missing;
  return {
    body: {
      ARN: arnOf(secret),
      Name: secret.name,
      SecretString: version.text,
      VersionId: id,
      VersionStages: labelsOf(secret, id),
      CreatedDate: version.createdSeconds,
    },
  };
}

function put(secret: Secret, input: Input): VaultAnswer {
  const id = textIn(input, 'ClientRequestToken') ?? '';
  const text = textIn(input, 'SecretString');
  if (!/^.{32,64}$/.test(id) || text === null)
    return { fault: 'InvalidParameterException', message: 'ClientRequestToken has 32 to 64 characters' };
  const known = secret.versions.get(id)?.text ?? null;
  if (known !== null && known !== text)
    return { fault: 'ResourceExistsException', message: 'A version with this id and another value exists.' };
  const stages = Array.isArray(input.VersionStages) ? input.VersionStages.map(String) : ['AWSCURRENT'];
  if (known === null) store(secret, id, text, stages);
  return { body: { ARN: arnOf(secret), Name: secret.name, VersionId: id, VersionStages: labelsOf(secret, id) } };
}

function store(secret: Secret, id: string, text: string, labels: readonly string[]): void {
  secret.versions.set(id, { text, createdSeconds });
  for (const label of labels) attach(secret, label, id);
}

function attach(secret: Secret, label: string, id: string): void {
  const before = secret.labels.get(label);
  if (label === 'AWSCURRENT' && before !== undefined && before !== id) secret.labels.set('AWSPREVIOUS', before);
  secret.labels.set(label, id);
}

function moveLabel(secret: Secret, input: Input): VaultAnswer {
  const label = textIn(input, 'VersionStage') ?? '';
  const from = textIn(input, 'RemoveFromVersionId');
  const to = textIn(input, 'MoveToVersionId');
  const holder = secret.labels.get(label) ?? null;
  const isElsewhere = holder !== null && holder !== to && from !== holder;
  if (isElsewhere || (holder === null && from !== null))
    return { fault: 'InvalidParameterException', message: `${label} is not on the version in RemoveFromVersionId` };
  if (to !== null && !secret.versions.has(to)) return missing;
  if (to === null) secret.labels.delete(label);
  else attach(secret, label, to);
  return { body: { ARN: arnOf(secret), Name: secret.name } };
}

function description(secret: Secret): VaultAnswer {
  const ids = [...secret.versions.keys()].map((id) => [id, labelsOf(secret, id)] as const);
  return {
    body: {
      ARN: arnOf(secret),
      Name: secret.name,
      RotationEnabled: secret.isRotating,
      VersionIdsToStages: Object.fromEntries(ids.filter(([, labels]) => labels.length > 0)),
    },
  };
}

function labelsOf(secret: Secret, id: string): readonly string[] {
  return [...secret.labels].filter(([, holder]) => holder === id).map(([label]) => label);
}

function arnOf({ name }: Secret): string {
  return name.startsWith('arn:') ? name : `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-AbCdEf`;
}

function textIn(input: Input, key: string): string | null {
  const value = input[key];
  return typeof value === 'string' ? value : null;
}
