// Problem documents (RFC 9457): the one shape in which every handler says no.
// A caller learns what to change; what went wrong inside stays in the log, under the request id.

import { type ErrorCode, PowerError } from '../core/errors.ts';
import type { HttpAnswer } from './answer.ts';

/** One thing that is wrong with a request, and where. */
export interface Fault {
  readonly path?: string;
  readonly message: string;
}

const kinds = {
  request: { status: 400, title: 'The request is not valid', code: 'request' },
  signature: { status: 401, title: 'The signature could not be verified', code: 'signature' },
  'data-loss': { status: 403, title: 'The action may lose data', code: 'data-loss' },
  'not-allowed': { status: 403, title: 'The sender may not ask for this', code: 'request' },
  'not-found': { status: 404, title: 'There is nothing here', code: 'not-found' },
  method: { status: 405, title: 'The path does not know this method', code: 'request' },
  conflict: { status: 409, title: 'Another request stands under this key', code: 'conflict' },
  over: { status: 409, title: 'The run is over', code: 'conflict' },
  'too-large': { status: 413, title: 'The body is too large', code: 'request' },
  'media-type': { status: 415, title: 'The body is not JSON', code: 'request' },
  internal: { status: 500, title: 'The request could not be served', code: 'config' },
  cloud: { status: 502, title: 'OpenScaler did not answer as it should', code: 'list-failed' },
  unavailable: { status: 503, title: 'A service behind this one did not answer', code: 'aws' },
  timeout: { status: 504, title: 'The time for an answer is over', code: 'aws' },
} as const satisfies Record<string, { status: number; title: string; code: ErrorCode }>;

export type ProblemKind = keyof typeof kinds;

const kindOfCode: Record<ErrorCode, ProblemKind> = {
  config: 'internal',
  request: 'request',
  selector: 'request',
  secret: 'unavailable',
  'token-rejected': 'cloud',
  'list-failed': 'cloud',
  'list-not-whole': 'cloud',
  'read-failed': 'cloud',
  'data-loss': 'data-loss',
  guard: 'not-allowed',
  signature: 'signature',
  conflict: 'conflict',
  'not-found': 'not-found',
  aws: 'unavailable',
  'stale-event': 'request',
  'run-trouble': 'internal',
};

/** Thrown by a route to say no; its message is shown to the caller. */
export class RequestProblem extends PowerError {
  readonly kind: ProblemKind;
  readonly details: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    kind: ProblemKind,
    detail: string,
    options: { faults?: readonly Fault[]; headers?: Readonly<Record<string, string>>; cause?: unknown } = {},
  ) {
    const faults = (options.faults ?? []).map(({ path, message }) => (path ? `${path}: ${message}` : message));
    super(kinds[kind].code, detail, { faults, cause: options.cause });
    this.kind = kind;
    this.details = options.faults ?? [];
    this.headers = options.headers ?? {};
  }
}

/** The answer to a request that ended in `error`: never a stack trace, nor the message of an error that is not ours. */
export function problemAnswer(error: unknown, requestId: string): HttpAnswer {
  const kind = kindOf(error);
  const { status, title } = kinds[kind];
  const document = { type: `urn:problem-type:openscaler-power:${kind}`, title, status };
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(error instanceof RequestProblem ? error.headers : {}),
    },
    body: JSON.stringify({
      ...document,
      detail: detailOf(error, kind),
      faults: faultsOf(error, kind),
      ...(status >= 500 ? { requestId } : {}),
    }),
  };
}

function kindOf(error: unknown): ProblemKind {
  if (error instanceof RequestProblem) return error.kind;
  return error instanceof PowerError ? kindOfCode[error.code] : 'internal';
}

/** Whether the caller may read what the error says: it is ours, and not about how this deployment is set up. */
function isForCaller(error: unknown, kind: ProblemKind): error is PowerError {
  if (error instanceof RequestProblem) return true;
  return error instanceof PowerError && (kind === 'cloud' || kinds[kind].status < 500);
}

function detailOf(error: unknown, kind: ProblemKind): string {
  return isForCaller(error, kind) ? error.message : 'The log says more, under the request id.';
}

function faultsOf(error: unknown, kind: ProblemKind): readonly Fault[] {
  if (error instanceof RequestProblem) return error.details;
  if (!isForCaller(error, kind)) return [];
  if (error.faults.length > 0) return error.faults.map((message) => ({ message }));
  // Every request calls its selector `select`.
  return [error.code === 'selector' ? { path: 'select', message: error.message } : { message: error.message }];
}
