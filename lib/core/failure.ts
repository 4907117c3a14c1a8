// What an answer to an action means: one pure table, so that every caller treats a 500 alike.
// The API documents that a shutdown answered 408 or 500 says nothing about the VM (POST /v1/vms/{id}/actions).

import { type Action, wantedPower } from './action.ts';
import { assertNever } from './errors.ts';

/** What came back from one POST, before anybody says what it means. */
export type Answer =
  /** An HTTP status came. `body` says whether what followed it could be read to its end and understood. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body: 'readable' | 'unreadable';
      readonly detail: string;
    }
  /** It was sent (or may have been) and no whole answer came: timeout, cut connection, too large a body. */
  | { readonly kind: 'silence'; readonly detail: string }
  /** It never left: its time was over, or the run was stopped, while it waited for its turn. */
  | { readonly kind: 'unsent'; readonly detail: string };

export type Meaning =
  /** The API took it. Only a look proves the effect. */
  | 'done'
  /** Says nothing about the VM: look before anything else is sent (rule 4). */
  | 'unknown'
  /** Too fast: the whole run slows down, then it is sent again. */
  | 'slow-down'
  /** The token was refused, also after one renewal. */
  | 'token'
  /** The VM no longer exists. */
  | 'gone'
  /** The API said no; `unchanged` if a look now shows the wanted power. */
  | 'unchanged-if-so-seen'
  /** The API said no, and no look can show otherwise. */
  | 'refused'
  /** Nothing was sent. */
  | 'unsent';

/** The meaning of an answer to an action. Total: every status has one. */
export function meaningOf(action: Action, answer: Answer): Meaning {
  switch (answer.kind) {
    case 'unsent':
      return 'unsent';
    case 'silence':
      return 'unknown';
    case 'status':
      return meaningOfStatus(action, answer.status, answer.body === 'readable');
    default:
      return assertNever(answer);
  }
}

function meaningOfStatus(action: Action, status: number, isReadable: boolean): Meaning {
  if (status >= 200 && status < 300) return isReadable ? 'done' : 'unknown';
  if (status === 401) return 'token';
  if (status === 404) return 'gone';
  if (status === 408) return 'unknown';
  if (status === 429) return 'slow-down';
  // A redirect is never followed (rule 4): to us it is the API saying no.
  if (status >= 300 && status < 500) return wantedPower[action] === null ? 'refused' : 'unchanged-if-so-seen';
  return 'unknown';
}
