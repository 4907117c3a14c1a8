// Lambda's Invoke on localhost, in front of serverless-offline's: takes asynchronous invocations the way Lambda does.
// serverless-offline ends when a function that it invoked asynchronously throws, as `run` does when a run ended in trouble.
// Here such an invocation is answered at once, made synchronously behind the caller's back, and its error printed.
// A durable execution becomes a plain invocation: the run function then does the run inline.

import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { listenOn } from './ports.ts';

export interface LambdaEndpoint {
  /** For AWS_ENDPOINT_URL_LAMBDA. */
  readonly url: string;
  close(): Promise<void>;
}

export interface LambdaEndpointSetup {
  readonly port: number;
  /** Where serverless-offline takes invocations. */
  readonly behindPort: number;
  /** Told when a function that nobody waits for ended in an error. */
  readonly onError: (functionName: string, message: string) => void;
}

interface Invocation {
  readonly path: string;
  readonly body: Buffer;
}

interface Result {
  readonly status: number;
  readonly body: string;
  readonly isError: boolean;
}

const invocationPath = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
const maxPayloadBytes = 6 * 1024 * 1024;

/** Serves Lambda's Invoke on 127.0.0.1 until it is closed. */
export async function startLambdaEndpoint(setup: LambdaEndpointSetup): Promise<LambdaEndpoint> {
  const server = createServer((request, response) => {
    answer(request, response, setup).catch((error: unknown) => {
      setup.onError(functionNameIn(pathIn(request)), messageOf(error));
      response.destroy();
    });
  });
  const port = await listenOn(server, setup.port);
  return { url: `http://127.0.0.1:${port}`, close: () => close(server) };
}

async function answer(request: IncomingMessage, response: ServerResponse, setup: LambdaEndpointSetup): Promise<void> {
  // Without the alias, which only the deployed function has.
  const path = pathIn(request);
  if (request.method !== 'POST' || !invocationPath.test(path)) return void response.writeHead(404).end();
  const invocation = { path, body: await readBody(request) };
  if (request.headers['x-amz-invocation-type'] !== 'Event') {
    const { status, body, isError } = await invoke(invocation, setup.behindPort);
    return void response.writeHead(status, isError ? { 'x-amz-function-error': 'Unhandled' } : {}).end(body);
  }
  response.writeHead(202).end();
  const { status, body, isError } = await invoke(invocation, setup.behindPort);
  if (isError || status !== 200) setup.onError(functionNameIn(path), errorMessageIn(body));
}

/** By node:http, which waits as long as a run takes; `fetch` gives up after five minutes. */
function invoke({ path, body }: Invocation, port: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': body.length };
    const sent = httpRequest({ host: '127.0.0.1', port, path, method: 'POST', headers }, (response) => {
      readBody(response).then((read) => {
        const isError = response.headers['x-amz-function-error'] !== undefined;
        resolve({ status: response.statusCode ?? 500, body: read.toString('utf8'), isError });
      }, reject);
    });
    sent.once('error', () => reject(new Error('it was interrupted: serverless-offline has ended')));
    sent.end(body);
  });
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    length += chunk.length;
    if (length > maxPayloadBytes) throw new RangeError('the payload is larger than Lambda takes');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function pathIn({ url = '' }: IncomingMessage): string {
  return url.split('?')[0] ?? url;
}

function functionNameIn(path: string): string {
  return decodeURIComponent(invocationPath.exec(path)?.[1] ?? 'unknown');
}

function errorMessageIn(body: string): string {
  const found = /"errorMessage":("(?:[^"\\]|\\.)*")/.exec(body)?.[1];
  return found === undefined ? body.slice(0, 500) : String(JSON.parse(found));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
