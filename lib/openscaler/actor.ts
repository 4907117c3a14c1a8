// One action on one VM: POST /v1/vms/{id}/actions, sent once, and once more only with a renewed token.
// Everything else that may be sent again is the stop protocol's business, since only it looks first (rule 4).

import type { Action } from '../core/action.ts';
import { PowerError } from '../core/errors.ts';
import type { Answer } from '../core/failure.ts';
import type { SendLimits, Sent } from '../ports.ts';
import { detailOf } from './detail.ts';
import { saysError } from './error-field.ts';
import type { HttpRequest } from './exchange.ts';
import { parseJson } from './json.ts';
import type { Departed, Line } from './line.ts';
import type { NotLeft } from './pace.ts';

/** The documented answer to an action is empty. */
const maxBytes = 64 * 1024;

export interface ActionRequest {
  readonly url: string;
  readonly action: Action;
  readonly limits: SendLimits;
  /** Called once for each POST that leaves. */
  readonly onLeave: () => void;
}

/** Sends the action when its turn comes and says what came back. Throws `secret` when there is no token to send it with. */
export async function sendAction(line: Line, request: ActionRequest): Promise<Sent> {
  const first = await post(line, request);
  if ('notLeft' in first) return { answer: unsent(first), posts: 0, sentAt: null };
  const { exchanged, token, leftAt: sentAt } = first;
  const once: Sent = { answer: answerOf(first, line), posts: 1, sentAt };
  if (exchanged.kind === 'silence' || exchanged.status !== 401) return once;

  const renewed = await line.renew(token).catch(faultOf);
  // It has left all the same, and was refused.
  if (typeof renewed !== 'string') return { ...once, answer: withMore(once.answer, renewed.message) };
  if (renewed === token) return once;
  const second = await post(line, request, renewed);
  if (!('notLeft' in second)) return { answer: answerOf(second, line), posts: 2, sentAt };
  // Where its time was over, what the API said still stands. Of what is wanted no more, nobody has to renew a secret.
  return second.notLeft === 'moot' ? { ...once, answer: unsent(second) } : once;
}

function post(line: Line, request: ActionRequest, given?: string): Promise<Departed | NotLeft> {
  const { timeoutMs, ...leaveBy } = request.limits;
  const { until } = leaveBy;
  const prepare = (token: string, now: number): HttpRequest => {
    request.onLeave();
    return {
      method: 'POST',
      url: request.url,
      token,
      json: JSON.stringify({ type: request.action }),
      timeoutMs: Math.min(timeoutMs, (until ?? Number.POSITIVE_INFINITY) - now),
      maxBytes,
    };
  };
  return line.send('action', leaveBy, prepare, given);
}

function faultOf(error: unknown): PowerError {
  if (error instanceof PowerError) return error;
  throw error;
}

function withMore(answer: Answer, more: string): Answer {
  return { ...answer, detail: `${answer.detail}; ${more}` };
}

const whyUnsent = {
  late: 'its time was over',
  stopped: 'the run was stopped',
  moot: 'it was wanted no more',
} as const satisfies Record<NotLeft['notLeft'], string>;

function unsent({ notLeft }: NotLeft): Answer {
  return { kind: 'unsent', detail: `never sent: ${whyUnsent[notLeft]} while it waited for its turn` };
}

function answerOf({ exchanged, token }: Departed, { tokenOrigin }: Line): Answer {
  if (exchanged.kind === 'silence') return { kind: 'silence', detail: exchanged.detail };
  const { status, body } = exchanged;
  return {
    kind: 'status',
    status,
    body: isReadable(status, body) ? 'readable' : 'unreadable',
    // Whoever reads of a refused token has to know which one to renew.
    detail: `${detailOf(status, body, token)}${status === 401 ? `; the token comes from ${tokenOrigin}` : ''}`,
  };
}

// A success that speaks of an error contradicts itself: nobody can tell from it what was done.
function isReadable(status: number, body: string): boolean {
  if (body.trim() === '') return true;
  const json = parseJson(body);
  const isSuccess = status >= 200 && status < 300;
  return json !== undefined && !(isSuccess && saysError(json));
}
