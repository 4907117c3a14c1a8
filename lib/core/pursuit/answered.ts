// The pursuit on its way out and back: handed to the sender, and after the answer.
// An answer alone never proves power (rule 3): it settles only what no look could.

import { wantedPower } from '../action.ts';
import type { Meaning } from '../failure.ts';
import { finish, type Pursuit, type Verdict } from './state.ts';
import { whyToken } from './verdict.ts';

/** What came of handing the action to the sender. */
export interface Answered {
  readonly meaning: Meaning;
  readonly detail: string;
  readonly posts: number;
  readonly sentAt: number | null;
  readonly answeredAt: number;
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
    answer: event.posts > 0 || pursuit.answer === null ? answerOf(event) : pursuit.answer,
    mayHaveWorked: pursuit.mayHaveWorked || event.meaning === 'done' || event.meaning === 'unknown',
  };
  const verdict = verdictOnAnswer(after, event);
  return verdict === null ? after : finish(after, verdict, event.answeredAt);
}

/** The pursuit when the process ended while it was being sent, noticed at `at`: as after an answer that says nothing (rule 4). */
export function cutOff(pursuit: Pursuit, at: number): Pursuit {
  const detail = 'the process ended while it was being sent';
  return answered(pursuit, { meaning: 'unknown', detail, posts: 1, sentAt: at, answeredAt: at });
}

function answerOf({ meaning, answeredAt, detail }: Answered): Pursuit['answer'] {
  return { meaning, at: answeredAt, detail };
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
