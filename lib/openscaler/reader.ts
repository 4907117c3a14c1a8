// GETs: retried with jittered, growing pauses inside one total deadline, because reading twice harms nobody.
// A refused token is renewed once; a 429 or 503 slows everybody down and counts as a try.

import { type ErrorCode, PowerError } from '../core/errors.ts';
import { detailOf } from './detail.ts';
import type { Exchanged, HttpRequest } from './exchange.ts';
import type { Departed, Line } from './line.ts';
import type { NotLeft } from './pace.ts';
import { repeatsToken, withoutToken } from './redact.ts';

const maxTries = 4;
const firstPauseMs = 250;
/** A list may be long: tens of thousands of VMs. */
const maxBytes = 64 * 1024 * 1024;
/** The total deadline, in time-outs of a single GET. */
const deadlineInReads = 4;

export interface ReadRequest {
  readonly url: string;
  /** `GET /v1/vms of project "default"`, to begin an error's message with. */
  readonly what: string;
  readonly code: Extract<ErrorCode, 'list-failed' | 'read-failed'>;
  readonly readMs: number;
  /** Called once for each GET that leaves. */
  readonly onLeave: () => void;
}

export interface ReadAnswer {
  readonly status: number;
  readonly body: string;
  /** By their names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

/** The first answer that is a 2xx or a 404. Throws the request's code, `token-rejected` or `secret`. */
export async function readAnswer(line: Line, request: ReadRequest): Promise<ReadAnswer> {
  const until = line.clock.now() + request.readMs * deadlineInReads;
  let failure = 'its time was over before it could leave';
  for (let nth = 1; nth <= maxTries; nth++) {
    const departed = await tryWithToken(line, request, until);
    if ('notLeft' in departed) break;
    if (nth > 1) line.tally('retry');
    const { exchanged, token } = departed;
    if (exchanged.kind === 'answer' && isFinal(exchanged.status)) return checked(exchanged, token, request);
    failure = exchanged.kind === 'silence' ? exchanged.detail : detailOf(exchanged.status, exchanged.body, token);
    if (!isWorthRetrying(exchanged)) break;
    line.log.debug(`${request.what} failed, it is tried again`, { account: line.account, try: nth, failure });
    if (nth < maxTries) await pause(line, nth, until);
  }
  throw new PowerError(request.code, `${request.what} failed: ${failure}. ${adviceFor(failure)}`);
}

// What it says of VMs goes into reports and messages: an API that puts our token there is none that we know.
function checked(answer: ReadAnswer, token: string, { what, code }: ReadRequest): ReadAnswer {
  if (!repeatsToken(answer.body, token)) return { ...answer, headers: headersWithout(token, answer.headers) };
  const advice = 'Check that apiUrl is the address of an OpenScaler API';
  throw new PowerError(code, `${what} failed: the answer repeats the token that was sent. ${advice}`);
}

// Names come in lower case, and so would a token in one.
function headersWithout(token: string, headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(
    [...headers].map(([name, text]) => [withoutToken(name, token.toLowerCase()), withoutToken(text, token)]),
  );
}

// One try: a second GET when the first one's token was refused and another one could be had.
async function tryWithToken(line: Line, request: ReadRequest, until: number): Promise<Departed | NotLeft> {
  const first = await tryOnce(line, request, until);
  if ('notLeft' in first || !isRefused(first)) return first;
  const renewed = await line.renew(first.token);
  if (renewed === first.token) throw tokenRejected(line, request);
  const second = await tryOnce(line, request, until, renewed);
  if (!('notLeft' in second) && isRefused(second)) throw tokenRejected(line, request);
  return second;
}

function tryOnce(line: Line, request: ReadRequest, until: number, given?: string): Promise<Departed | NotLeft> {
  const prepare = (token: string, now: number): HttpRequest => {
    request.onLeave();
    return { method: 'GET', url: request.url, token, timeoutMs: Math.min(request.readMs, until - now), maxBytes };
  };
  return line.send('read', { until }, prepare, given);
}

function isRefused({ exchanged }: Departed): boolean {
  return exchanged.kind === 'answer' && exchanged.status === 401;
}

function tokenRejected(line: Line, request: ReadRequest): PowerError {
  // The secret comes first: who tells people of it may cut the rest off.
  const refused = `the API refused the token from ${line.tokenOrigin} (401), also fetched again`;
  const advice = `put a valid one there, for account "${line.account}"`;
  return new PowerError('token-rejected', `${request.what}: ${refused}: ${advice}`);
}

function isFinal(status: number): boolean {
  return (status >= 200 && status < 300) || status === 404;
}

function isWorthRetrying(exchanged: Exchanged): boolean {
  // What is too large now will be too large again.
  if (exchanged.kind === 'silence') return exchanged.why !== 'size';
  return exchanged.status === 408 || exchanged.status === 429 || exchanged.status >= 500;
}

// Equal jitter: half of the pause is certain, so that retries never come at once; the other half parts the retriers.
async function pause(line: Line, nth: number, until: number): Promise<void> {
  const wholeMs = firstPauseMs * 2 ** (nth - 1);
  const pauseMs = (wholeMs / 2) * (1 + line.random());
  await line.clock.sleep(Math.max(0, Math.min(pauseMs, until - line.clock.now())));
}

function adviceFor(failure: string): string {
  if (/^HTTP 3/.test(failure)) return 'Redirects are never followed: set apiUrl to the address it points to';
  if (/^HTTP 4(?!08|29)/.test(failure)) return 'Check apiUrl, the project and what the token may do';
  return 'Run it again later; if it stays so, check apiUrl and the status of the API';
}
