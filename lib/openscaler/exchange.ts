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
      readonly header: (name: string) => string | null;
      readonly body: string;
    }
  /** No whole answer came; `detail` says what happened, without the token. */
  | { readonly kind: 'silence'; readonly detail: string };

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
      responseType: 'text',
      // Broken JSON must not pass as a string: the caller parses, and knows.
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
    const response = await axios.request<unknown>({
      method: request.method,
      url: request.url,
      headers: headersOf(request, userAgent),
      ...(request.json === undefined ? {} : { data: request.json }),
      maxContentLength: request.maxBytes,
      signal: abort.signal,
    });
    const { status, headers, data } = response;
    const header = (name: string) => textOrNull(headers[name.toLowerCase()]);
    return { kind: 'answer', status, header, body: typeof data === 'string' ? data : '' };
  } catch (error) {
    const timedOut = abort.signal.aborted;
    // Otherwise the rest of a body that was too large would go on arriving.
    abort.abort();
    return {
      kind: 'silence',
      detail: timedOut ? `no whole answer within ${request.timeoutMs} ms` : wordsOf(error, request),
    };
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

function wordsOf(error: unknown, request: HttpRequest): string {
  const code = codeOf(error) ?? 'no code';
  if (code === 'ERR_BAD_RESPONSE') return `the answer is larger than ${request.maxBytes} bytes`;
  return `the connection failed (${code})`;
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
