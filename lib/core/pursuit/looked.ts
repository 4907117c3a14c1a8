// The pursuit after a look: arrived, due again, forced, given up, or still to be waited for.
// The stop protocol of design.md; `start` is the same with the other power.

import { wantedPower } from '../action.ts';
import type { Power } from '../vm.ts';
import { deadlineOf, finish, type Pursuit, resendAt } from './state.ts';
import { arrived, lastSeen, refusal, whyStill } from './verdict.ts';

/** What a look showed of one VM: its power, that it is gone, or nothing, and why (its list could not be read). */
export type Sight = Power | 'gone' | { readonly unseen: string };

/** When a look was, for deciding what it decides. */
export interface LookTime {
  /** When the look was *requested*. */
  readonly at: number;
  /** How long past its patience a VM that could not be seen is looked for again. */
  readonly graceMs: number;
}

/** The pursuit after a look that was requested after every answer it has had. */
export function looked(pursuit: Pursuit, sight: Sight, time: LookTime): Pursuit {
  if (pursuit.phase === 'done') return pursuit;
  if (typeof sight === 'object') return notSeen({ ...pursuit, unseen: sight.unseen }, time);
  if (sight === 'gone') return notThere(pursuit, time);
  const wanted = wantedPower[pursuit.action];
  const wasSeenWanted = pursuit.wasSeenWanted || sight === wanted;
  const seen: Pursuit = { ...pursuit, power: sight, unseen: null, wasSeenWanted };
  if (seen.phase === 'awaiting') return lookedWhileAwaiting(seen, time);
  // Before its answer a look may be older than what the action then does: it is noted, and decides nothing (rule 3).
  if (seen.phase !== 'settling') return seen;
  return sight === wanted ? finish(seen, arrived(seen), time.at) : lookedWhileSettling(seen, time);
}

// While its action is out, the answer is still owed: without it the outcome could not say how many POSTs were sent.
function notThere(pursuit: Pursuit, time: LookTime): Pursuit {
  if (pursuit.phase === 'sending') return pursuit;
  return finish(pursuit, { result: 'gone', code: 'gone', reason: 'the API no longer knows it' }, time.at);
}

function lookedWhileAwaiting(pursuit: Pursuit, time: LookTime): Pursuit {
  const { power, awaits, action } = pursuit;
  if (power === awaits) return { ...pursuit, phase: 'due' };
  if (power === wantedPower[action]) return finish(pursuit, arrived(pursuit), time.at);
  if (time.at < deadlineOf(pursuit)) return pursuit;
  const reason = `it was still ${power} when patience was over, so ${action} was never sent`;
  return finish(pursuit, { result: 'failed', code: 'still', reason }, time.at);
}

function lookedWhileSettling(pursuit: Pursuit, time: LookTime): Pursuit {
  const isOver = time.at >= deadlineOf(pursuit);
  const refused = refusal(pursuit);
  if (refused !== null && (isOver || isForGood(pursuit))) return finish(pursuit, refused, time.at);
  if (isOver) return endOfPatience(pursuit, time);
  const isStillThere = pursuit.power === (wantedPower[pursuit.action] === 'off' ? 'on' : 'off');
  return isStillThere && time.at >= resendAt(pursuit) ? { ...pursuit, phase: 'due' } : pursuit;
}

function endOfPatience(pursuit: Pursuit, time: LookTime): Pursuit {
  if (canEscalate(pursuit)) {
    const afresh = { patienceFrom: null, sends: 0, answer: null, mayEscalate: false };
    return { ...pursuit, action: 'power_off', phase: 'due', ...afresh };
  }
  return finish(pursuit, { result: 'failed', code: 'still', reason: whyStill(pursuit) }, time.at);
}

// A VM in another power (paused, unknown) is nobody's to force off: the table skips it for power_off too.
// Nor is one that was never sent a shutdown: the guard has not counted it (rule 10).
function canEscalate({ mayEscalate, sends, power, wasSeenWanted }: Pursuit): boolean {
  return mayEscalate && sends > 0 && power !== 'other' && !wasSeenWanted;
}

// A no that nothing sent before it can have overtaken, of a VM that is not on its way either.
function isForGood(pursuit: Pursuit): boolean {
  const isOnItsWay = pursuit.power === (wantedPower[pursuit.action] === 'off' ? 'stopping' : 'starting');
  return !pursuit.mayHaveWorked && !isOnItsWay;
}

function notSeen(pursuit: Pursuit, time: LookTime): Pursuit {
  const isLookedFor = pursuit.phase === 'settling' || pursuit.phase === 'awaiting';
  if (!isLookedFor || time.at < deadlineOf(pursuit) + time.graceMs) return pursuit;
  const reason = `it could not be looked at when patience was over; ${lastSeen(pursuit)}`;
  return finish(pursuit, { result: 'unknown', code: 'no-sight', reason }, time.at);
}
