// One HTTP exchange with the API through axios, hardened: a deadline over all of it, a bounded body, no redirects.
// Whatever goes wrong becomes a few allow-listed words here, because axios's own errors carry the token in their config.

import type { AxiosInstance } from 'axios';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Whole, with the host that was checked at construction. */
  readonly url: string;
  readonly token: string;
  readonly json?: string;
  /** For the whole exchange, from the connection to the body's last byte. */
  readonly timeoutMs: number;
  /** Of the body once unpacked, so that a small gzip can't grow into a large string. */
  readonly maxBytes: number;
}

export type Exchanged =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** By its name in lower case. */
      readonly header: (name: string) => string | null;
      readonly body: string;
    }
  /** No whole answer came; `detail` says what happened, without the token. */
  | { readonly kind: 'silence'; readonly why: 'time' | 'cut' | 'size'; readonly detail: string };

let loading: Promise<AxiosInstance> | null = null;

// Loaded on the first call, so that importing a handler costs nothing. The browser build with the fetch adapter:
// half the import time of the Node build, no proxy from the environment that would see the token, and undici keeps
// connections alive, one request at a time on each, as many as are in flight.
function client(): Promise<AxiosInstance> {
  loading ??= import('axios/dist/browser/axios.cjs').then(({ default: axios }) =>
    axios.create({
      adapter: 'fetch',
      maxRedirects: 0,
      fetchOptions: { redirect: 'manual' },
      // Read here, up to its bound: after the error of maxContentLength nobody would close the connection any more.
      // Nor may broken JSON pass as a string: the caller parses, and knows.
      responseType: 'stream',
      transformResponse: [],
      transformRequest: [],
      validateStatus: () => true,
    }),
  );
  return loading;
}

/** Sends one request and reads its answer to the end, whatever the status; never throws, never retries. */
export async function exchange(request: HttpRequest, userAgent: string): Promise<Exchanged> {
  const axios = await client();
  const abort = new AbortController();
  const deadline = setTimeout(() => abort.abort(), request.timeoutMs);
  try {
    const { status, headers, data } = await axios.request<ReadableStream<Uint8Array> | null>({
      method: request.method,
      url: request.url,
      headers: headersOf(request, userAgent),
      ...(request.json === undefined ? {} : { data: request.json }),
      signal: abort.signal,
    });
    const body = await readBody(data, request.maxBytes);
    if (body === null) return silence('size', `the answer is larger than ${request.maxBytes} bytes`);
    return { kind: 'answer', status, header: (name) => textOrNull(headers[name]), body };
  } catch (error) {
    if (abort.signal.aborted) return silence('time', `no whole answer within ${request.timeoutMs} ms`);
    return silence('cut', `the connection failed (${codeOf(error) ?? 'no code'})`);
  } finally {
    clearTimeout(deadline);
  }
}

function headersOf(request: HttpRequest, userAgent: string): Record<string, string> {
  return {
    Accept: 'application/json',
    Authorization: `Bearer ${request.token}`,
    'User-Agent': userAgent,
    ...(request.json === undefined ? {} : { 'Content-Type': 'application/json' }),
  };
}

function silence(why: 'time' | 'cut' | 'size', detail: string): Exchanged {
  return { kind: 'silence', why, detail };
}

// Null when it is larger than allowed; leaving the loop early closes the connection.
async function readBody(stream: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    length += chunk.byteLength;
    if (length > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

// The innermost code says most: axios's own is ERR_NETWORK for everything.
function codeOf(error: unknown): string | null {
  const inner = property(error, 'cause');
  const innerCode = inner === undefined ? null : codeOf(inner);
  if (innerCode) return innerCode;
  const code = property(error, 'code');
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : null;
}

function property(value: unknown, key: 'cause' | 'code'): unknown {
  return typeof value === 'object' && value !== null && key in value ? Reflect.get(value, key) : undefined;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
