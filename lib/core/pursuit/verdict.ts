// The words for how a pursuit ends: what is told to the people who asked for it.
// A reason names what was seen and what the API said last.

import { wantedPower } from '../action.ts';
import type { Pursuit, Verdict } from './state.ts';

/** For a VM that was seen in the wanted power. */
export function arrived(pursuit: Pursuit): Verdict {
  const { action, asked, answer, attempts, sends, mayHaveWorked, power } = pursuit;
  if (attempts === 0)
    return { result: 'unchanged', code: 'already', reason: `it became ${power} without anything being sent` };
  if (!mayHaveWorked)
    return { result: 'unchanged', code: 'already', reason: `the API said no, and it already is ${power}` };
  if (action !== asked && sends > 0) {
    return { result: 'succeeded', code: 'forced', reason: 'forced off: it did not heed the shutdown in time' };
  }
  const isPlain = answer === null || answer.meaning === 'done' || answer.meaning === 'unsent';
  const how = isPlain ? '' : ` (after: ${answer.detail})`;
  return { result: 'succeeded', code: 'seen', reason: `seen ${power}${how}` };
}

/** For a VM that a look shows elsewhere; null unless the last answer was a no that only a look can turn into something better. */
export function refusal(pursuit: Pursuit): Verdict | null {
  const { answer, power } = pursuit;
  if (answer === null) return null;
  const { meaning, detail } = answer;
  if (meaning === 'slow-down') {
    const reason = `the API kept asking for fewer calls (${detail}), and it is ${power}`;
    return { result: 'refused', code: 'throttled', reason };
  }
  if (meaning === 'token') return { result: 'refused', code: 'token', reason: whyToken(pursuit, detail) };
  if (meaning !== 'unchanged-if-so-seen') return null;
  return { result: 'refused', code: 'api-refused', reason: `the API said no (${detail}), and it is ${power}` };
}

/** For a VM whose account's token does not work. */
export function whyToken({ vm }: Pursuit, detail: string): string {
  return `the token of account "${vm.account}" did not work (${detail}): renew its secret`;
}

/** Of a VM that nobody can say more of: what its last look showed, and what was in the way of another. */
export function lastSeen({ power, unseen }: Pursuit): string {
  return `last seen ${power}${unseen === null ? '' : `, then no more: ${unseen}`}`;
}

/** For a VM that is not in the wanted power when patience is over. */
export function whyStill(pursuit: Pursuit): string {
  const running = pursuit.power === 'on' ? 'running' : pursuit.power;
  if (pursuit.wasSeenWanted)
    return `it was seen ${wantedPower[pursuit.action]}, then ${pursuit.power} again: somebody or something changed it back`;
  const detail = pursuit.answer?.detail ?? 'nothing had to be sent';
  const said = pursuit.attempts === 0 ? detail : `last answer: ${detail}`;
  return `still ${running} when patience was over (${said})`;
}
