// Axios's adapter on node:http and node:https: keep-alive, one bounded answer, no redirect, no proxy, no second try.
// The fetch adapter brings undici along: twice the CPU, and half as much memory again, at a thousand VMs.

import type { AgentOptions, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { mayCarrySecrets } from './address.ts';

/** The code of the error for a body that is larger than `maxContentLength`: zlib's own, for the packed ones. */
export const tooLarge = 'ERR_BUFFER_TOO_LARGE';

/** Nothing but a code: an error of this file never knows the token. */
class AdapterError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

// How many connections there are is the pace's business. Idle ones go before a usual server (5 s) would close them,
// for a POST that meets a closing connection is lost, and nobody may send it again unseen.
const agentOptions = {
  keepAlive: true,
  maxFreeSockets: Number.POSITIVE_INFINITY,
  timeout: 4_000,
} satisfies AgentOptions;

/** Sends the request once and reads its answer whole, whatever the status. Rejects with an error that has a `code`. */
export async function nodeAdapter(config: InternalAxiosRequestConfig): Promise<AxiosResponse<string>> {
  const answer = await answerTo(config);
  const maxBytes = config.maxContentLength;
  const body = await unpacked(answer, await bodyOf(answer, maxBytes), maxBytes);
  const { statusCode: status = 0, statusMessage: statusText = '' } = answer;
  return { status, statusText, headers: textsIn(answer.headers), data: body.toString('utf8'), config };
}

function answerTo(config: InternalAxiosRequestConfig): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = open(config);
    request.once('response', resolve);
    request.on('error', reject);
    // After an answer, or an error, this says nothing new.
    request.once('close', () => reject(new AdapterError('ECONNRESET')));
    request.end(typeof config.data === 'string' ? config.data : undefined);
  });
}

function open({ url = '', method = '', headers, signal }: InternalAxiosRequestConfig): ClientRequest {
  const to = new URL(url);
  if (!mayCarrySecrets(to)) throw new AdapterError('ERR_ADDRESS');
  const options: RequestOptions = {
    method: method.toUpperCase(),
    headers: { ...textsIn(headers.toJSON()), 'Accept-Encoding': 'identity' },
    ...(signal instanceof AbortSignal ? { signal } : {}),
  };
  return to.protocol === 'https:' ? secure()(to, options) : plain()(to, options);
}

function textsIn(headers: object): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value]] : [],
  );
  return Object.fromEntries(entries);
}

type Opener = (url: URL, options: RequestOptions) => ClientRequest;

const plain = once((): Opener => {
  const http = process.getBuiltinModule('node:http');
  const agent = new http.Agent(agentOptions);
  return (url, options) => http.request(url, { ...options, agent });
});

const secure = once((): Opener => {
  const https = process.getBuiltinModule('node:https');
  // Said, lest NODE_TLS_REJECT_UNAUTHORIZED unsay it.
  const agent = new https.Agent({ ...agentOptions, rejectUnauthorized: true });
  return (url, options) => https.request(url, { ...options, agent });
});

// Loaded by the first call, so that importing a handler costs nothing. Not by `import`, whose namespace reads all that
// node:http exports, and so loads undici after all.
function once<T extends object>(make: () => T): () => T {
  let made: T | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

async function bodyOf(answer: IncomingMessage, maxBytes = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    if (Number(answer.headers['content-length'] ?? 0) > maxBytes) throw new AdapterError(tooLarge);
    for await (const chunk of answer) {
      length += chunk.byteLength;
      if (length > maxBytes) throw new AdapterError(tooLarge);
      chunks.push(chunk);
    }
  } finally {
    // What was not read to its end would keep its connection for ever; after the end this does nothing.
    answer.destroy();
  }
  return Buffer.concat(chunks);
}

// Asked for as it is; whoever packs it all the same is understood, up to the same bound.
function unpacked({ headers }: IncomingMessage, packed: Buffer, maxBytes?: number): Promise<Buffer> | Buffer {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || packed.length === 0) return packed;
  const { gunzip, inflate, brotliDecompress } = process.getBuiltinModule('node:zlib');
  const unpack = new Map([
    ['gzip', gunzip],
    ['deflate', inflate],
    ['br', brotliDecompress],
  ]).get(encoding);
  if (!unpack) throw new AdapterError('ERR_CONTENT_ENCODING');
  return new Promise((resolve, reject) => {
    unpack(packed, maxBytes === undefined ? {} : { maxOutputLength: maxBytes }, (error, body) => {
      if (error) reject(error);
      else resolve(body);
    });
  });
}
