// One VM, pursued to its wanted power: the stop protocol of design.md as a pure fold over answers and looks.
// It knows no clock and sends nothing: it says what is due, and in the end what became of the VM.

import { type Action, wantedPower } from './action.ts';
import type { Decision } from './decide.ts';
import type { Meaning } from './failure.ts';
import type { Outcome, OutcomeCode, Result } from './outcome.ts';
import type { RunPolicy, SendPolicy } from './policy.ts';
import { parseShutdownTag } from './shutdown-tag.ts';
import type { Power, Vm } from './vm.ts';

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
  readonly attempts: number;
  /** Sends of the present action so far, for `resends`. */
  readonly sends: number;
  readonly answer: { readonly meaning: Meaning; readonly at: number; readonly detail: string } | null;
  /** Whether an answer so far left open that the action took effect. */
  readonly mayHaveWorked: boolean;
  readonly wasSeenWanted: boolean;
  readonly power: Power;
  readonly outcome: Outcome | null;
}

export interface Answered {
  readonly meaning: Meaning;
  readonly detail: string;
  readonly posts: number;
  readonly sentAt: number | null;
  readonly answeredAt: number;
}

/** What a look showed of one VM: its power, that it is gone, or nothing (its list could not be read). */
export type Sight = Power | 'gone' | 'unseen';

/** When a look was, for deciding what it decides. */
export interface LookTime {
  /** When the look was *requested*. */
  readonly at: number;
  /** How long past its patience a VM that could not be seen is looked for again. */
  readonly graceMs: number;
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
    attempts: 0,
    sends: 0,
    answer: null,
    mayHaveWorked: false,
    wasSeenWanted: false,
    power: vm.power,
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

/** When patience is over, or null while it has not begun. */
export function deadlineOf(pursuit: Pursuit): number | null {
  return pursuit.patienceFrom === null ? null : pursuit.patienceFrom + pursuit.policy.patienceMs;
}

/** The next instant after `now` at which a look could decide something, or null if only an answer can. */
export function nextInstantOf(pursuit: Pursuit, now: number): number | null {
  if (pursuit.phase !== 'settling' && pursuit.phase !== 'awaiting') return null;
  const instants = [deadlineOf(pursuit), mayResend(pursuit) ? resendAt(pursuit) : null];
  const ahead = instants.filter((instant): instant is number => instant !== null && instant > now);
  return ahead.length === 0 ? null : Math.min(...ahead);
}

/** The pursuit once its action was handed to the sender. */
export function handedOver(pursuit: Pursuit): Pursuit {
  return { ...pursuit, phase: 'sending' };
}

/** The pursuit after an answer (or after the sender found that it must not send). */
export function answered(pursuit: Pursuit, event: Answered): Pursuit {
  const after: Pursuit = {
    ...pursuit,
    phase: 'settling',
    attempts: pursuit.attempts + event.posts,
    sends: pursuit.sends + (event.posts > 0 ? 1 : 0),
    patienceFrom: pursuit.patienceFrom ?? event.sentAt ?? event.answeredAt,
    answer: event.posts > 0 ? { meaning: event.meaning, at: event.answeredAt, detail: event.detail } : pursuit.answer,
    mayHaveWorked: pursuit.mayHaveWorked || event.meaning === 'done' || event.meaning === 'unknown',
  };
  const verdict = verdictOnAnswer(after, event);
  return verdict === null ? after : finish(after, verdict, event.answeredAt);
}

interface Verdict {
  readonly result: Result;
  readonly code: OutcomeCode;
  readonly reason: string;
}

// What an answer settles by itself. Everything about power waits for a look (rule 3).
function verdictOnAnswer(pursuit: Pursuit, { meaning, detail }: Answered): Verdict | null {
  const isProvable = wantedPower[pursuit.action] !== null;
  switch (meaning) {
    case 'gone':
      return { result: 'gone', code: 'gone', reason: `the API no longer knows it (${detail})` };
    case 'done':
      if (isProvable) return null;
      return {
        result: 'accepted',
        code: 'taken',
        reason: `the API took the ${pursuit.action}; no state can prove its effect`,
      };
    case 'unknown':
      if (isProvable) return null;
      return {
        result: 'unknown',
        code: 'ambiguous',
        reason: `${detail}: the ${pursuit.action} may have happened, and is never sent twice; look at the VM`,
      };
    case 'refused':
      return { result: 'refused', code: 'api-refused', reason: `the API said no: ${detail}` };
    case 'token':
      // After an ambiguous answer the VM may be on its way, and looking is still owed.
      if (pursuit.mayHaveWorked) return null;
      return { result: 'refused', code: 'token', reason: whyToken(pursuit, detail) };
    case 'slow-down':
      if (isProvable) return null;
      return { result: 'refused', code: 'throttled', reason: `the API kept asking for fewer calls: ${detail}` };
    case 'unsent':
      if (isProvable) return null;
      return { result: 'skipped', code: 'interrupted', reason: `nothing was sent: ${detail}` };
    case 'unchanged-if-so-seen':
      return null;
  }
}

/** The pursuit after a look that was requested after every answer it has had. */
export function looked(pursuit: Pursuit, sight: Sight, time: LookTime): Pursuit {
  if (sight === 'unseen') return notSeen(pursuit, time);
  if (pursuit.phase === 'done') return pursuit;
  if (sight === 'gone')
    return finish(pursuit, { result: 'gone', code: 'gone', reason: 'the API no longer knows it' }, time.at);
  const wanted = wantedPower[pursuit.action];
  const seen: Pursuit = { ...pursuit, power: sight, wasSeenWanted: pursuit.wasSeenWanted || sight === wanted };
  switch (seen.phase) {
    case 'due':
    case 'sending':
      return seen;
    case 'awaiting':
      return lookedWhileAwaiting(seen, time);
    case 'done':
      return seen;
    case 'settling':
      return sight === wanted ? finish(seen, arrived(seen), time.at) : lookedWhileSettling(seen, time);
  }
}

function lookedWhileAwaiting(pursuit: Pursuit, time: LookTime): Pursuit {
  const { power, awaits, action } = pursuit;
  if (power === awaits) return { ...pursuit, phase: 'due' };
  if (power === wantedPower[action]) return finish(pursuit, arrived(pursuit), time.at);
  if (!isPatienceOver(pursuit, time.at)) return pursuit;
  const reason = `it was still ${power} when patience was over, so ${action} was never sent`;
  return finish(pursuit, { result: 'failed', code: 'still', reason }, time.at);
}

function lookedWhileSettling(pursuit: Pursuit, time: LookTime): Pursuit {
  if (isRefusedForGood(pursuit)) return finish(pursuit, refusal(pursuit), time.at);
  if (isPatienceOver(pursuit, time.at)) return endOfPatience(pursuit, time);
  const isStillThere = pursuit.power === (wantedPower[pursuit.action] === 'off' ? 'on' : 'off');
  if (isStillThere && mayResend(pursuit) && time.at >= resendAt(pursuit)) return { ...pursuit, phase: 'due' };
  return pursuit;
}

function endOfPatience(pursuit: Pursuit, time: LookTime): Pursuit {
  if (isRefusal(pursuit)) return finish(pursuit, refusal(pursuit), time.at);
  if (canEscalate(pursuit)) {
    return { ...pursuit, action: 'power_off', phase: 'due', patienceFrom: null, sends: 0, mayEscalate: false };
  }
  return finish(pursuit, { result: 'failed', code: 'still', reason: whyStill(pursuit) }, time.at);
}

// A VM in another power (paused, unknown) is nobody's to force off: the table skips it for power_off too.
function canEscalate(pursuit: Pursuit): boolean {
  return pursuit.mayEscalate && pursuit.action === 'shutdown' && pursuit.power !== 'other' && !pursuit.wasSeenWanted;
}

function whyStill(pursuit: Pursuit): string {
  const running = pursuit.power === 'on' ? 'running' : pursuit.power;
  if (pursuit.wasSeenWanted)
    return `it was seen ${wantedPower[pursuit.action]}, then ${pursuit.power} again: somebody or something changed it back`;
  const said = pursuit.answer === null ? 'nothing had to be sent' : `last answer: ${pursuit.answer.detail}`;
  return `still ${running} when patience was over (${said})`;
}

// A no that nothing sent before it can have overtaken, of a VM that is not on its way either.
function isRefusedForGood(pursuit: Pursuit): boolean {
  const isOnItsWay = pursuit.power === (wantedPower[pursuit.action] === 'off' ? 'stopping' : 'starting');
  return isRefusal(pursuit) && !pursuit.mayHaveWorked && !isOnItsWay;
}

function isRefusal({ answer }: Pursuit): boolean {
  return answer?.meaning === 'unchanged-if-so-seen' || answer?.meaning === 'slow-down' || answer?.meaning === 'token';
}

function whyToken({ vm }: Pursuit, detail: string): string {
  return `the token of account "${vm.account}" did not work (${detail}): renew its secret`;
}

function refusal(pursuit: Pursuit): Verdict {
  const { answer, power } = pursuit;
  const detail = answer?.detail ?? '';
  if (answer?.meaning === 'slow-down') {
    return {
      result: 'refused',
      code: 'throttled',
      reason: `the API kept asking for fewer calls (${detail}), and it is ${power}`,
    };
  }
  if (answer?.meaning === 'token') {
    return { result: 'refused', code: 'token', reason: whyToken(pursuit, detail) };
  }
  return { result: 'refused', code: 'api-refused', reason: `the API said no (${detail}), and it is ${power}` };
}

function arrived(pursuit: Pursuit): Verdict {
  const { action, asked, attempts, sends, mayHaveWorked, power } = pursuit;
  if (attempts === 0)
    return { result: 'unchanged', code: 'already', reason: `it became ${power} without anything being sent` };
  if (!mayHaveWorked)
    return { result: 'unchanged', code: 'already', reason: `the API said no, and it already is ${power}` };
  if (action !== asked && sends > 0) {
    return { result: 'succeeded', code: 'forced', reason: 'forced off: it did not heed the shutdown in time' };
  }
  const how = pursuit.answer?.meaning === 'done' ? '' : ` (after: ${pursuit.answer?.detail ?? ''})`;
  return { result: 'succeeded', code: 'seen', reason: `seen ${power}${how}` };
}

function notSeen(pursuit: Pursuit, time: LookTime): Pursuit {
  const deadline = deadlineOf(pursuit);
  const isLost = pursuit.phase === 'settling' || pursuit.phase === 'awaiting';
  if (!isLost || deadline === null || time.at < deadline + time.graceMs) return pursuit;
  const reason = `it could not be looked at when patience was over; last seen ${pursuit.power}`;
  return finish(pursuit, { result: 'unknown', code: 'no-sight', reason }, time.at);
}

/** The pursuit when nothing more may be sent: one that had nothing sent ends as skipped, the others are only looked at from now on. */
export function stopped(pursuit: Pursuit, at: number): Pursuit {
  if (pursuit.phase === 'done' || pursuit.phase === 'sending') return { ...pursuit, mayEscalate: false };
  if (pursuit.attempts === 0) {
    return finish(
      pursuit,
      { result: 'skipped', code: 'interrupted', reason: 'the run was stopped before anything was sent to it' },
      at,
    );
  }
  const exhausted = { ...pursuit.policy, resends: 0 };
  return { ...pursuit, policy: exhausted, mayEscalate: false, phase: 'settling' };
}

/** The pursuit when the run can wait no longer: what is not certain is unknown. */
export function timedOut(pursuit: Pursuit, why: string, at: number): Pursuit {
  if (pursuit.phase === 'done') return pursuit;
  return finish(pursuit, { result: 'unknown', code: 'no-sight', reason: `${why}; last seen ${pursuit.power}` }, at);
}

/** The pursuit after our own mistake: it stays this VM's trouble (rule 5). */
export function broken(pursuit: Pursuit, detail: string, at: number): Pursuit {
  return finish(
    pursuit,
    { result: 'unknown', code: 'bug', reason: `a mistake of ours: ${detail}; please report it` },
    at,
  );
}

function isPatienceOver(pursuit: Pursuit, at: number): boolean {
  const deadline = deadlineOf(pursuit);
  return deadline !== null && at >= deadline;
}

function mayResend({ answer, sends, policy, wasSeenWanted, phase }: Pursuit): boolean {
  const isOpen = answer?.meaning === 'done' || answer?.meaning === 'unknown';
  return phase === 'settling' && isOpen && !wasSeenWanted && sends <= policy.resends;
}

function resendAt({ answer, policy }: Pursuit): number {
  return (answer?.at ?? 0) + policy.resendAfterMs;
}

function finish(pursuit: Pursuit, verdict: Verdict, at: number): Pursuit {
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
