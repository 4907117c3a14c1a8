// A Secrets Manager on localhost: enough of its JSON 1.1 protocol for the real SDK client to read secrets from.
// The demo, the tests and offline use it through AWS_ENDPOINT_URL_SECRETS_MANAGER, so that the deployed code path runs.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export type SecretsFailure =
  /** Every read is answered AccessDeniedException. */
  | 'access-denied'
  /** Every read is answered 500. */
  | 'internal'
  /** Every connection is cut before an answer. */
  | 'cut';

export interface SecretsRequest {
  readonly operation: string;
  readonly secretId: string;
}

export interface SecretsManagerEndpoint {
  /** For AWS_ENDPOINT_URL_SECRETS_MANAGER. */
  readonly url: string;
  /** What was asked, in order. */
  readonly requests: readonly SecretsRequest[];
  set(secretId: string, value: string): void;
  /** From now on every read fails so; `null` heals it. */
  fail(kind: SecretsFailure | null): void;
  close(): Promise<void>;
}

export interface SecretsManagerSetup {
  readonly secrets: Readonly<Record<string, string>>;
  /** @default 0: a free one */
  readonly port?: number;
  /** How long each answer takes. @default 0 */
  readonly delayMs?: number;
}

const maxRequestBytes = 64 * 1024;

/** Serves the secrets on 127.0.0.1 until it is closed. */
export async function startSecretsManager(setup: SecretsManagerSetup): Promise<SecretsManagerEndpoint> {
  const secrets = new Map(Object.entries(setup.secrets));
  const requests: SecretsRequest[] = [];
  let failure: SecretsFailure | null = null;

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const operation = String(request.headers['x-amz-target'] ?? '').replace(/^secretsmanager\./, '');
    const secretId = secretIdOf(await readBody(request));
    requests.push({ operation, secretId });
    if (setup.delayMs) await new Promise((resolve) => setTimeout(resolve, setup.delayMs));
    if (failure === 'cut') return void request.socket.destroy();
    const { status, body } = answerTo(operation, secretId, secrets, failure);
    response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(setup.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    set: (secretId, value) => void secrets.set(secretId, value),
    fail: (kind) => {
      failure = kind;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

function answerTo(
  operation: string,
  secretId: string,
  secrets: ReadonlyMap<string, string>,
  failure: SecretsFailure | null,
): Reply {
  if (failure === 'internal') return fault(500, 'InternalServiceError', 'An error occurred on the server side.');
  if (operation !== 'GetSecretValue') return fault(400, 'UnknownOperationException', `unknown operation ${operation}`);
  if (failure === 'access-denied') return fault(400, 'AccessDeniedException', `not authorized to read ${secretId}`);
  const secret = find(secrets, secretId);
  if (!secret) return fault(400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  return {
    status: 200,
    body: {
      ARN: arnOf(secret.name),
      Name: secret.name,
      SecretString: secret.value,
      VersionId: '00000000-0000-4000-8000-000000000000',
      VersionStages: ['AWSCURRENT'],
      CreatedDate: 1_767_225_600,
    },
  };
}

// By name, or by the ARN that this endpoint shows for it.
function find(secrets: ReadonlyMap<string, string>, secretId: string): { name: string; value: string } | null {
  for (const [name, value] of secrets) if (name === secretId || arnOf(name) === secretId) return { name, value };
  return null;
}

function arnOf(name: string): string {
  return name.startsWith('arn:') ? name : `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-AbCdEf`;
}

function fault(status: number, type: string, message: string): Reply {
  return { status, body: { __type: type, message } };
}

function secretIdOf(body: string): string {
  const json: unknown = JSON.parse(body);
  const id = typeof json === 'object' && json !== null && 'SecretId' in json ? json.SecretId : undefined;
  return typeof id === 'string' ? id : '';
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > maxRequestBytes) throw new RangeError('the request is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
