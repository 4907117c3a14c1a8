// How far the pursuit of one VM is, and the instants that matter to it.
// Everything later folds over this; nothing here decides.

import type { Action } from '../action.ts';
import type { Decision } from '../decide.ts';
import type { Meaning } from '../failure.ts';
import type { Outcome, OutcomeCode, Result } from '../outcome.ts';
import type { RunPolicy, SendPolicy } from '../policy.ts';
import { parseShutdownTag } from '../shutdown-tag.ts';
import type { Power, Vm } from '../vm.ts';

/** How far the pursuit is. */
export type Phase =
  /** The action is to be sent as soon as there is a turn for it. */
  | 'due'
  /** It has been handed to the sender and its answer is not in. */
  | 'sending'
  /** Nothing is sent before `awaits` is seen. */
  | 'awaiting'
  /** Only a look can tell how it stands. */
  | 'settling'
  /** `outcome` is final. */
  | 'done';

export interface Pursuit {
  readonly vm: Vm;
  /** What is sent now; escalation turns a shutdown into a power_off. */
  readonly action: Action;
  /** What the request asked for: the outcome's action. */
  readonly asked: Action;
  readonly policy: SendPolicy;
  readonly mayEscalate: boolean;
  readonly phase: Phase;
  readonly awaits: 'on' | 'off' | null;
  /** When the run took the VM on, in epoch milliseconds. */
  readonly begunAt: number;
  /** The first send, or first wait, of the present action: patience counts from here. */
  readonly patienceFrom: number | null;
  /** Before this instant (epoch ms) it is not sent to, though it is due; null is at once. */
  readonly notBefore: number | null;
  readonly attempts: number;
  /** Sends of the present action so far, for `resends`. */
  readonly sends: number;
  readonly answer: { readonly meaning: Meaning; readonly at: number; readonly detail: string } | null;
  /** Whether an answer so far left open that the action took effect. */
  readonly mayHaveWorked: boolean;
  readonly wasSeenWanted: boolean;
  readonly power: Power;
  /** Why the last look did not show it, in words for whoever can mend that; null where it did, or there was none. */
  readonly unseen: string | null;
  readonly outcome: Outcome | null;
}

/** What an outcome says: how it ended, and why, for machines and for people. */
export interface Verdict {
  readonly result: Result;
  readonly code: OutcomeCode;
  readonly reason: string;
}

/** The pursuit of a VM for which the decision is to send, await or settle. */
export function begin(
  vm: Vm,
  action: Action,
  decision: Exclude<Decision, { kind: 'leave' }>,
  run: RunPolicy,
  now: number,
): Pursuit {
  const own = ownPolicy(vm, action, run);
  return {
    vm,
    action,
    asked: action,
    policy: own.policy,
    mayEscalate: own.mayEscalate,
    phase: decision.kind === 'send' ? 'due' : decision.kind === 'await' ? 'awaiting' : 'settling',
    awaits: decision.kind === 'await' ? decision.power : null,
    begunAt: now,
    patienceFrom: decision.kind === 'send' ? null : now,
    notBefore: null,
    attempts: 0,
    sends: 0,
    answer: null,
    mayHaveWorked: false,
    wasSeenWanted: false,
    power: vm.power,
    unseen: null,
    outcome: null,
  };
}

function ownPolicy(vm: Vm, action: Action, run: RunPolicy): { policy: SendPolicy; mayEscalate: boolean } {
  if (action === 'start') return { policy: run.start, mayEscalate: false };
  const tag = vm.tags.shutdown === undefined ? {} : parseShutdownTag(vm.tags.shutdown);
  if (action !== 'shutdown' || 'fault' in tag) return { policy: run.shutdown, mayEscalate: false };
  return {
    policy: { ...run.shutdown, patienceMs: tag.patienceMs ?? run.shutdown.patienceMs },
    mayEscalate: tag.escalate === 'power_off' && run.allowEscalation,
  };
}

/** The instant that does not come. */
export const never = Number.POSITIVE_INFINITY;

/** When patience is over; `never` while it has not begun. */
export function deadlineOf({ patienceFrom, policy }: Pursuit): number {
  return (patienceFrom ?? never) + policy.patienceMs;
}

/** Whether it is to be sent to now, as far as its tier is spread over a time. */
export function isDue({ phase, notBefore }: Pursuit, now: number): boolean {
  return phase === 'due' && (notBefore === null || notBefore <= now);
}

/** The next instant after `now` at which a look could decide something; `never` if only an answer can. */
export function nextInstantOf(pursuit: Pursuit, now: number): number {
  if (pursuit.phase === 'due') return pursuit.notBefore ?? never;
  if (pursuit.phase !== 'settling' && pursuit.phase !== 'awaiting') return never;
  return Math.min(...[deadlineOf(pursuit), resendAt(pursuit)].filter((instant) => instant > now));
}

/** When a VM that did not change after the last answer is due again; `never` when no further send is allowed. */
export function resendAt({ answer, sends, policy, wasSeenWanted }: Pursuit): number {
  if (answer === null || wasSeenWanted || sends > policy.resends) return never;
  const isOpen = answer.meaning === 'done' || answer.meaning === 'unknown';
  return isOpen ? answer.at + policy.resendAfterMs : never;
}

/** The pursuit with its final outcome. */
export function finish(pursuit: Pursuit, verdict: Verdict, at: number): Pursuit {
  const { vm, asked, power, attempts, begunAt } = pursuit;
  const { id, name, account, project } = vm;
  const outcome = {
    vm: id,
    name,
    account,
    project,
    action: asked,
    ...verdict,
    power,
    attempts,
    durationMs: Math.max(0, at - begunAt),
  };
  return { ...pursuit, phase: 'done', outcome };
}
