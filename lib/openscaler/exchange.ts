// One HTTP exchange with the API through axios, hardened: a deadline over all of it, a bounded body, no redirects.
// Whatever goes wrong becomes a few allow-listed words here, because axios's own errors carry the token in their config.

import type { AxiosInstance } from 'axios';
import { nodeAdapter, tooLarge } from './node-adapter.ts';

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
      /** By their names in lower case. */
      readonly headers: ReadonlyMap<string, string>;
      readonly body: string;
    }
  /** No whole answer came; `detail` says what happened, without the token. */
  | { readonly kind: 'silence'; readonly why: 'time' | 'cut' | 'size'; readonly detail: string };

let loading: Promise<AxiosInstance> | null = null;

// Loaded on the first call, so that importing a handler costs nothing. The browser build has no adapter of Node's
// to carry along, and knows of no proxy in the environment, which would see the token.
function client(): Promise<AxiosInstance> {
  loading ??= import('axios/dist/browser/axios.cjs').then(({ default: axios }) =>
    axios.create({
      adapter: nodeAdapter,
      responseType: 'text',
      // Broken JSON may not pass as a string: the caller parses, and knows.
      transformResponse: [],
      transformRequest: [],
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
    const { status, headers, data } = await axios.request<string>({
      method: request.method,
      url: request.url,
      headers: headersOf(request, userAgent),
      ...(request.json === undefined ? {} : { data: request.json }),
      maxContentLength: request.maxBytes,
      signal: abort.signal,
    });
    return { kind: 'answer', status, headers: new Map(textsOf(headers)), body: data };
  } catch (error) {
    if (abort.signal.aborted) return silence('time', `no whole answer within ${request.timeoutMs} ms`);
    const code = codeOf(error);
    if (code === tooLarge) return silence('size', `the answer is larger than ${request.maxBytes} bytes`);
    return silence('cut', `the connection failed (${code ?? 'no code'})`);
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

function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  const { code } = error;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : null;
}

function textsOf(headers: object): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name.toLowerCase(), value]] : [],
  );
}
