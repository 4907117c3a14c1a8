// OpenScaler's API as the run's VmCloud: list, read, act, on one line that keeps the account's pace.
// It never says what an answer to an action means: that is the table in core/failure.ts.

import type { Action } from '../core/action.ts';
import { PowerError } from '../core/errors.ts';
import type { CallFact } from '../core/metric.ts';
import type { PacePolicy } from '../core/policy.ts';
import type { ListedVm, VmId } from '../core/vm.ts';
import type { Clock, Log, SendLimits, Sent, TokenSource, VmCloud } from '../ports.ts';
import { sendAction } from './actor.ts';
import { actionsUrl, apiBase, listUrl, vmUrl } from './address.ts';
import { openLine } from './line.ts';
import { createPace } from './pace.ts';
import { type ReadAnswer, readAnswer } from './reader.ts';
import { version } from './version.ts';
import { vmId } from './vm-id.ts';
import { refusePartialStatus } from './whole.ts';
import { parseList, parseVm } from './wire.ts';

export interface OpenscalerOptions {
  readonly account: string;
  /** `https:`, or `http:` to a loopback address. */
  readonly apiUrl: string;
  readonly tokens: TokenSource;
  readonly pace: PacePolicy;
  /** For one GET, and the longest that any one POST is given. */
  readonly timeouts: { readonly readMs: number; readonly actionMs: number };
  readonly clock: Clock;
  readonly log: Log;
  /** In [0, 1), for the jitter between retries of a GET. @default Math.random */
  readonly random?: () => number;
  /** Told of each call that leaves, is a repeat, or was too fast. */
  readonly tally?: (fact: CallFact) => void;
}

/** The cloud of one account. Makes no call and loads no HTTP library yet. Throws `config` for an address that must not see a token. */
export function openscalerCloud(options: OpenscalerOptions): VmCloud {
  const { account, apiUrl, timeouts } = options;
  const base = apiBase(apiUrl, account);
  const { tally = () => {} } = options;
  const line = openLine({
    account,
    tokens: options.tokens,
    pace: createPace(options.pace, options.clock),
    clock: options.clock,
    log: options.log,
    random: options.random ?? Math.random,
    userAgent: `openscaler-power/${version}`,
    tally,
  });
  const calls = { lists: 0, reads: 0, actions: 0 };
  const leaving = (call: 'list' | 'read' | 'action') => () => {
    calls[`${call}s` as const]++;
    tally(call);
  };

  const list = async (project: string): Promise<readonly ListedVm[]> => {
    const what = `GET /v1/vms of project "${project}"`;
    const onLeave = leaving('list');
    const url = listUrl(base, project);
    const answer = await readAnswer(line, { url, what, code: 'list-failed', readMs: timeouts.readMs, onLeave });
    if (answer.status === 404)
      throw new PowerError('list-failed', `${what} failed: HTTP 404. Check apiUrl and the project's id`);
    refusePartialStatus(answer.status, project);
    return parseList(answer.body, { account, project }, answer.headers);
  };

  const read = async (id: VmId): Promise<ListedVm | 'gone'> => {
    const what = `GET /v1/vms/${vmId(id)}`;
    const onLeave = leaving('read');
    const url = vmUrl(base, id);
    const answer = await readAnswer(line, { url, what, code: 'read-failed', readMs: timeouts.readMs, onLeave });
    return answer.status === 404 ? 'gone' : vmOf(answer, id, account, what);
  };

  const act = async (id: VmId, action: Action, limits: SendLimits): Promise<Sent> => {
    const timeoutMs = Math.min(limits.timeoutMs, timeouts.actionMs);
    const onLeave = leaving('action');
    return sendAction(line, { url: actionsUrl(base, vmId(id)), action, limits: { ...limits, timeoutMs }, onLeave });
  };

  return { account, calls, list, read, act };
}

function vmOf(answer: ReadAnswer, id: VmId, account: string, what: string): ListedVm {
  const vm = parseVm(answer.body, id, account);
  if (typeof vm !== 'string') return vm;
  throw new PowerError('read-failed', `${what} failed: ${vm}. Check that apiUrl is the address of an OpenScaler API`);
}
