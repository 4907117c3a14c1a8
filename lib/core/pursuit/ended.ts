// The pursuit ended from outside: the run was stopped, its time was over, or we made a mistake.
// Each leaves the VM where it is and says what is not known.

import { wantedPower } from '../action.ts';
import { deadlineOf, finish, type Pursuit } from './state.ts';
import { lastSeen } from './verdict.ts';

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
  // Below zero, for an action that was to be sent and was not has no send to count yet.
  const exhausted = { ...pursuit.policy, resends: -1 };
  return { ...pursuit, policy: exhausted, mayEscalate: false, phase: 'settling' };
}

/** The pursuit when the run can wait no longer: what is not certain is unknown. */
export function timedOut(pursuit: Pursuit, why: string, at: number): Pursuit {
  if (pursuit.phase === 'done') return pursuit;
  // Its POST is out, as far as anybody knows.
  const attempts = pursuit.attempts + (pursuit.phase === 'sending' ? 1 : 0);
  return finish(
    { ...pursuit, attempts },
    { result: 'unknown', code: 'no-sight', reason: `${why}; ${lastSeen(pursuit)}` },
    at,
  );
}

/** Why a VM could not be sent to now, and is to be sent to later. */
export interface HandedBack {
  /** The next process, for this one was about to end: nothing of that is the VM's. Or after a later look. */
  readonly later: 'next turn' | 'next look';
  readonly why: string;
  /** How many POSTs left all the same, and were only told to come again. */
  readonly posts: number;
}

/** Whoever could not be asked is not asked again at once. */
const askAgainMs = 30_000;

/** The pursuit that could not be sent to now: due as before until patience is over, and then as the next look finds it. */
export function handedBack(pursuit: Pursuit, { later, why, posts }: HandedBack, at: number): Pursuit {
  if (pursuit.phase !== 'sending') return pursuit;
  const hasBegun = posts > 0 || later === 'next look';
  const patienceFrom = pursuit.patienceFrom ?? (hasBegun ? at : null);
  const notBefore = later === 'next look' ? at + askAgainMs : pursuit.notBefore;
  const back: Pursuit = { ...pursuit, phase: 'due', attempts: pursuit.attempts + posts, patienceFrom, notBefore };
  if (at < deadlineOf(back)) return back;
  // What was last seen is old by now: where a look can prove something, it has the last word (rule 3).
  if (wantedPower[back.action] !== null)
    return { ...back, phase: 'settling', answer: back.answer ?? { meaning: 'unsent', at, detail: why } };
  const reason = `it was ${back.power} when patience was over, and could not be sent to: ${why}`;
  return finish(back, { result: 'failed', code: 'still', reason }, at);
}

/** The pursuit after our own mistake: it stays this VM's trouble (rule 5). */
export function broken(pursuit: Pursuit, detail: string, at: number): Pursuit {
  return finish(
    pursuit,
    { result: 'unknown', code: 'bug', reason: `a mistake of ours: ${detail}; please report it` },
    at,
  );
}

/** The pursuit when a newer request has the VM: whatever becomes of it is that one's business now. */
export function superseded(pursuit: Pursuit, at: number): Pursuit {
  const sent = pursuit.attempts > 0 || pursuit.phase === 'sending' ? ' after this run had sent to it' : '';
  const reason = `a newer request has taken it over${sent}: nothing more is sent by this run`;
  return finish(pursuit, { result: 'skipped', code: 'superseded', reason }, at);
}
