// The door of the durable-execution service: its REST paths, requests checked at the border, refusals as AWS writes them.
// https://docs.aws.amazon.com/lambda/latest/api/API_CheckpointDurableExecution.html and its neighbours.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as v from 'valibot';
import { listen } from '../fixtures/local-aws.ts';
import { Refusal } from './limits.ts';
import { type CheckpointRequest, checkpointSchema } from './wire.ts';

type Answer = Readonly<Record<string, unknown>>;

export interface Service {
  /** `cut`: the connection ends without an answer. Throws a `Refusal`. */
  checkpoint(arn: string, request: CheckpointRequest): Promise<Answer | 'cut'>;
  state(arn: string, token: string, marker: string): Answer;
  /** Begins an execution, by name if it has one, and gives its ARN. */
  invoke(functionName: string, name: string | null, input: string): string;
}

export interface Door {
  readonly url: string;
  close(): Promise<void>;
}

const executionPath = /^\/2025-12-01\/durable-executions\/([^/]+)\/(checkpoint|state)$/;
const functionPath = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** Serves on a free port of 127.0.0.1 until it is closed. */
export async function startDoor(service: Service): Promise<Door> {
  const server = createServer((request, response) => {
    answer(service, request, response).catch((error: unknown) => refuse(response, error));
  });
  const { endpoint, close } = await listen(server);
  return { url: endpoint, close };
}

async function answer(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const body = await bodyOf(request);
  const [, arn = '', what] = executionPath.exec(pathname) ?? [];
  const [, functionName] = functionPath.exec(pathname) ?? [];
  if (what === 'checkpoint') {
    const stored = await service.checkpoint(decodeURIComponent(arn), parse(body));
    if (stored === 'cut') return void request.socket.destroy();
    return write(response, 200, stored);
  }
  if (what === 'state') {
    const param = (name: string) => searchParams.get(name) ?? '';
    return write(response, 200, service.state(decodeURIComponent(arn), param('CheckpointToken'), param('Marker')));
  }
  if (functionName === undefined) throw new Refusal('Unknown operation.', 'UnknownOperationException', 404);
  const name = request.headers['x-amz-durable-execution-name'];
  const begun = service.invoke(decodeURIComponent(functionName), typeof name === 'string' ? name : null, body);
  response.setHeader('X-Amz-Durable-Execution-Arn', begun);
  write(response, 202, {});
}

function parse(body: string): CheckpointRequest {
  const parsed = v.safeParse(checkpointSchema, JSON.parse(body));
  if (parsed.success) return parsed.output;
  throw new Refusal(parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join('; '));
}

function write(response: ServerResponse, status: number, body: Answer): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, error: unknown): void {
  const refusal = error instanceof Refusal ? error : new Refusal(String(error), 'ServiceException', 500);
  if (response.headersSent || response.destroyed) return;
  response.setHeader('X-Amzn-Errortype', refusal.type);
  write(response, refusal.status, { Type: 'User', message: refusal.message });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
