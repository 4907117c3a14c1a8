// An HTTP request as routes see it, read from the HTTP API's event (payload format 2.0).
// The border: what is not such an event is refused here, so that nothing behind has to wonder.

import * as v from 'valibot';
import { RequestProblem } from './problem.ts';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** What the route's path holds in braces, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** The bytes that were sent. */
  readonly body: Uint8Array;
  /** The ARN that IAM vouches for; `anonymous` where the API has no authoriser (offline). */
  readonly caller: string;
  /** For how long the handler may still work on it. */
  readonly remainingMs: number;
}

const httpEvent = v.object({
  rawQueryString: v.optional(v.string(), ''),
  headers: v.optional(v.record(v.string(), v.optional(v.string())), {}),
  body: v.nullish(v.string(), ''),
  isBase64Encoded: v.optional(v.boolean(), false),
  requestContext: v.object({
    http: v.object({
      method: v.pipe(v.string(), v.minLength(1)),
      path: v.pipe(v.string(), v.startsWith('/')),
    }),
    authorizer: v.nullish(v.looseObject({ iam: v.nullish(v.looseObject({ userArn: v.nullish(v.string()) })) })),
  }),
});

export type HttpEvent = v.InferOutput<typeof httpEvent> & {
  readonly version: '2.0';
  readonly pathParameters?: Readonly<Record<string, string>>;
};

/** The event, reduced to what was checked. Throws `request`. */
export function readHttpEvent(event: unknown): HttpEvent {
  const parsed = v.safeParse(httpEvent, event);
  if (!parsed.success) throw new RequestProblem('request', 'this is not an event of an HTTP API (payload format 2.0)');
  return { version: '2.0', ...parsed.output };
}

/** The request in a checked event. Throws `request` when its path is not decodable. */
export function toHttpRequest(event: HttpEvent, remainingMs: number): HttpRequest {
  const { http, authorizer } = event.requestContext;
  return {
    method: http.method,
    path: http.path,
    params: decodeParams(event.pathParameters ?? {}),
    query: new URLSearchParams(event.rawQueryString),
    headers: new Map(Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value ?? ''])),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    caller: authorizer?.iam?.userArn || 'anonymous',
    remainingMs,
  };
}

function decodeParams(params: Readonly<Record<string, string>>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch (cause) {
    throw new RequestProblem('request', 'the path is not well encoded', { cause });
  }
}
