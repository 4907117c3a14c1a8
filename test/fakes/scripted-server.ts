// A server that is told beforehand, in order, what it will be asked: anything else, or too little, fails the test.
// Over a real socket, because the client's traps (redirects, dripping bodies, cut connections) only exist there.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Exchange {
  /** `GET /v1/vms?project_id=default` */
  readonly expect: string;
  /** What the request's JSON must be, when it matters. */
  readonly json?: unknown;
  readonly token?: string;
  /** Status, JSON and headers of the answer, or whatever a hostile server would do with the response. */
  readonly answer: Scripted | ((response: ServerResponse, request: IncomingMessage) => void);
}

export interface Scripted {
  readonly status?: number;
  readonly json?: unknown;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Received {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly at: number;
}

export interface ScriptedServer {
  readonly url: string;
  readonly received: readonly Received[];
  /** How many connections were opened. */
  readonly connections: () => number;
  /** Throws when a request was unexpected, or when one that was expected never came. */
  verify(): void;
  close(): Promise<void>;
}

/** Serves the exchanges in order on a free port of 127.0.0.1. */
export async function scriptedServer(script: readonly Exchange[]): Promise<ScriptedServer> {
  const left = [...script];
  const received: Received[] = [];
  const faults: string[] = [];
  let connections = 0;

  const server = createServer(async (request, response) => {
    const line = `${request.method} ${request.url}`;
    const body = await bodyOf(request);
    received.push({ line, headers: request.headers, body, at: Date.now() });
    const next = left.shift();
    const fault = next ? mismatch(next, line, body, request) : `unexpected: ${line}, nothing more is in the script`;
    if (fault) faults.push(fault);
    if (!next || fault) reply(response, { status: 599, body: 'not in the script' });
    else if (typeof next.answer === 'function') next.answer(response, request);
    else reply(response, next.answer);
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  return {
    url: `http://127.0.0.1:${port}`,
    received,
    connections: () => connections,
    verify: () => {
      const all = [...faults, ...left.map(({ expect }) => `never came: ${expect}`)];
      if (all.length > 0) throw new Error(`the script was not followed:\n${all.join('\n')}`);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function mismatch(next: Exchange, line: string, body: string, request: IncomingMessage): string | null {
  if (next.expect !== line) return `expected ${next.expect}, received ${line}`;
  if (next.json !== undefined && JSON.stringify(JSON.parse(body)) !== JSON.stringify(next.json))
    return `expected ${JSON.stringify(next.json)}, received ${body}`;
  const token = request.headers.authorization;
  if (next.token !== undefined && token !== `Bearer ${next.token}`)
    return `expected token ${next.token}, received ${token}`;
  return null;
}

function reply(response: ServerResponse, { status = 200, json, body, headers = {} }: Scripted): void {
  const type = json === undefined ? {} : { 'Content-Type': 'application/json' };
  response.writeHead(status, { ...type, ...headers }).end(json === undefined ? body : JSON.stringify(json));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
