// A proxy before an AWS endpoint that answers chosen calls as the service does on a bad day: with its own error documents, late, or not.
// Stands on 127.0.0.1; what it does not choose passes through unchanged.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../fixtures/local-aws.ts';

interface Upstream {
  readonly endpoint: string;
  readonly request: IncomingMessage;
  readonly body: string;
}

type Fault = (response: ServerResponse, upstream: Upstream) => Promise<void> | void;

const refusal =
  (status: number, name: string, message: string): Fault =>
  (response) => {
    const body = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message, Message: message });
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': name }).end(body);
  };

/** Done, and then denied. */
const afterwards =
  (told: Fault): Fault =>
  async (response, upstream) => {
    await forward(upstream);
    await told(response, upstream);
  };

const slowMs = 900;

const table = {
  throttled: refusal(
    400,
    'ProvisionedThroughputExceededException',
    'The level of configured provisioned throughput was exceeded',
  ),
  'throttled by request limit': refusal(400, 'RequestLimitExceeded', 'Throughput exceeds the current throughput limit'),
  'throttled by rate': refusal(400, 'ThrottlingException', 'Rate of requests exceeds the allowed throughput'),
  'too many requests': refusal(429, 'TooManyRequestsException', 'Rate Exceeded.'),
  denied: refusal(
    400,
    'AccessDeniedException',
    'User: arn:aws:sts::1:x is not authorized to perform: dynamodb:UpdateItem',
  ),
  'denied, 403': refusal(403, 'AccessDeniedException', 'is not authorized to perform: lambda:InvokeFunction'),
  'credentials expired': refusal(400, 'ExpiredTokenException', 'The security token included in the request is expired'),
  'not there': refusal(400, 'ResourceNotFoundException', 'Requested resource not found'),
  'internal error': refusal(500, 'InternalServerError', 'Internal server error'),
  unavailable: refusal(503, 'ServiceUnavailable', ''),
  'transaction conflict': refusal(400, 'TransactionConflictException', 'Transaction is ongoing for the item'),
  'item too large': refusal(400, 'ValidationException', 'Item size has exceeded the maximum allowed size'),
  'item to update too large': refusal(
    400,
    'ValidationException',
    'Item size to update has exceeded the maximum allowed size',
  ),
  'no JSON': (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
  'an error of no name': (response) => void response.writeHead(400, {}).end('{}'),
  'cut before': (response) => void response.socket?.destroy(),
  'cut after': afterwards((response) => void response.socket?.destroy()),
  never: () => {},
  slow: async (response, upstream) => {
    await new Promise((resolve) => setTimeout(resolve, slowMs));
    await relay(response, upstream);
  },
  'internal error, but done': afterwards(refusal(500, 'InternalServerError', 'Internal server error')),
  'too many requests, but done': afterwards(refusal(429, 'TooManyRequestsException', 'Rate Exceeded.')),
  'a condition fails, but done': afterwards(
    refusal(400, 'ConditionalCheckFailedException', 'The conditional request failed'),
  ),
  // As when the SDK's own retry meets what its first try has done: conditions fail that held.
  'done twice': async (response, upstream) => {
    await forward(upstream);
    await relay(response, upstream);
  },
  'nothing processed': (response, { body }) => {
    // The border: what our own client sent.
    const { RequestItems } = JSON.parse(body) as { RequestItems?: unknown };
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ UnprocessedItems: RequestItems ?? {} }));
  },
} as const satisfies Record<string, Fault>;

export type AwsFaultName = keyof typeof table;

const faults: Readonly<Record<AwsFaultName, Fault>> = table;

export interface AwsProxy {
  readonly endpoint: string;
  /** The faults that were really given, with the operation. */
  readonly given: readonly { readonly fault: AwsFaultName; readonly operation: string }[];
  close(): Promise<void>;
}

/** Starts a proxy; `choose` is asked for each call, `nth` counting from 1 by operation. */
export async function startAwsProxy(
  upstream: string,
  choose: (operation: string, nth: number) => AwsFaultName | null,
): Promise<AwsProxy> {
  const given: { fault: AwsFaultName; operation: string }[] = [];
  const counts = new Map<string, number>();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const operation = String(request.headers['x-amz-target'] ?? 'Invoke').replace(/^.*\./, '');
    const nth = (counts.get(operation) ?? 0) + 1;
    counts.set(operation, nth);
    const fault = choose(operation, nth);
    const call = { endpoint: upstream, request, body: Buffer.concat(parts).toString() };
    if (fault === null) return relay(response, call);
    given.push({ fault, operation });
    return faults[fault](response, call);
  };
  const { endpoint, close } = await listen(
    createServer((request, response) => {
      answer(request, response).catch(() => response.destroy());
    }),
  );
  return { endpoint, given, close };
}

function forward({ endpoint, request, body }: Upstream): Promise<Response> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (typeof value === 'string' && !/^(host|connection|content-length|expect|transfer-encoding)$/.test(name))
      headers.set(name, value);
  return fetch(`${endpoint}${request.url}`, { method: request.method ?? 'POST', headers, body });
}

async function relay(response: ServerResponse, upstream: Upstream): Promise<void> {
  const answer = await forward(upstream);
  const body = Buffer.from(await answer.arrayBuffer());
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(body);
}
