// A Secrets Manager on localhost: enough of its JSON 1.1 protocol for the real SDK client to read, store and rotate secrets.
// The demo, the tests and offline use it through AWS_ENDPOINT_URL_SECRETS_MANAGER, so that the deployed code path runs.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { SecretVault } from './secret-vault.ts';

export type SecretsFailure =
  /** Every call is answered AccessDeniedException. */
  | 'access-denied'
  /** Every call is answered 500. */
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
  /** The text under a label, or null. @default AWSCURRENT */
  textOf(secretId: string, label?: string): string | null;
  /** Labels a version without value AWSPENDING, as the service does before it invokes a rotation function. */
  beginRotation(secretId: string, versionId: string): void;
  /** From now on every call fails so, or every one of this operation; `null` heals all. */
  fail(kind: SecretsFailure | null, operation?: string): void;
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
  const vault = new SecretVault(setup.secrets);
  const requests: SecretsRequest[] = [];
  let failing: { readonly kind: SecretsFailure | null; readonly operation: string | undefined } | null = null;

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const operation = String(request.headers['x-amz-target'] ?? '').replace(/^secretsmanager\./, '');
    const input = inputOf(await readBody(request));
    const secretId = typeof input.SecretId === 'string' ? input.SecretId : '';
    requests.push({ operation, secretId });
    if (setup.delayMs) await new Promise((resolve) => setTimeout(resolve, setup.delayMs));
    const failure = (failing?.operation ?? operation) === operation ? (failing?.kind ?? null) : null;
    if (failure === 'cut') return void request.socket.destroy();
    const { status, body } = answerTo(operation, input, vault, failure);
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
    set: (secretId, value) => vault.set(secretId, value),
    textOf: (secretId, label) => vault.textOf(secretId, label),
    beginRotation: (secretId, versionId) => vault.beginRotation(secretId, versionId),
    fail: (kind, operation) => {
      failing = { kind, operation };
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

type Input = Readonly<Record<string, unknown>>;

function answerTo(operation: string, input: Input, vault: SecretVault, failure: SecretsFailure | null): Reply {
  if (failure === 'internal') return fault(500, 'InternalServiceError', 'An error occurred on the server side.');
  if (failure === 'access-denied') return fault(400, 'AccessDeniedException', `not authorized: ${operation}`);
  const answer = vault.answer(operation, input);
  if (answer === null) return fault(400, 'UnknownOperationException', `unknown operation ${operation}`);
  return 'fault' in answer ? fault(400, answer.fault, answer.message) : { status: 200, body: answer.body };
}

function fault(status: number, type: string, message: string): Reply {
  return { status, body: { __type: type, message } };
}

function inputOf(body: string): Input {
  const json: unknown = JSON.parse(body);
  return typeof json === 'object' && json !== null ? { ...json } : {};
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
