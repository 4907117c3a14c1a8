// One action on one VM: sends it, again as long as the API only says "too fast", and says what the answer means.
// Everything about what then became of the VM is settle's business.

import type { Action } from '../core/action.ts';
import { meaningOf } from '../core/failure.ts';
import type { Answered } from '../core/pursuit.ts';
import type { VmId } from '../core/vm.ts';
import type { Clock, SendLimits, VmCloud } from '../ports.ts';

export interface ActLimits extends SendLimits {
  /** How long after the first send a throttled one may still be repeated. */
  readonly patienceMs: number;
}

/** Sends the action and returns the answer's meaning. Throws only what the cloud throws (`secret`). */
export async function act(
  cloud: VmCloud,
  id: VmId,
  action: Action,
  limits: ActLimits,
  clock: Clock,
): Promise<Answered> {
  const { patienceMs, ...sendLimits } = limits;
  let posts = 0;
  let sentAt: number | null = null;
  let throttled: string | null = null;
  for (;;) {
    const until = earliest(sendLimits.until, sentAt === null ? undefined : sentAt + patienceMs);
    const sent = await cloud.act(id, action, until === undefined ? sendLimits : { ...sendLimits, until });
    posts += sent.posts;
    sentAt ??= sent.sentAt;
    const meaning = meaningOf(action, sent.answer);
    const { detail } = sent.answer;
    if (meaning === 'slow-down') {
      throttled = detail;
      continue;
    }
    // Its turn never came again: what the API said last still stands.
    const isThrottledOut = meaning === 'unsent' && throttled !== null;
    return {
      meaning: isThrottledOut ? 'slow-down' : meaning,
      detail: isThrottledOut ? (throttled ?? detail) : detail,
      posts,
      sentAt,
      answeredAt: clock.now(),
    };
  }
}

function earliest(...instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
