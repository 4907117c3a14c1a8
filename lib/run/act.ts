// One action on one VM: sends it, again as long as the API only says "too fast", and says what the answer means.
// Everything about what then became of the VM is settle's business.

import type { Action } from '../core/action.ts';
import { meaningOf } from '../core/failure.ts';
import { type Answered, never } from '../core/pursuit.ts';
import type { VmId } from '../core/vm.ts';
import type { Clock, SendLimits, VmCloud } from '../ports.ts';

export interface ActLimits extends SendLimits {
  /** How long after the first send a throttled one may still be repeated. */
  readonly patienceMs: number;
}

/**
 * Sends the action and returns the answer's meaning; `mayRepeat` is asked before each repeat. Throws only what the cloud throws
 * (`secret`).
 */
export async function act(
  cloud: VmCloud,
  id: VmId,
  action: Action,
  limits: ActLimits,
  clock: Clock,
  mayRepeat: () => Promise<boolean>,
): Promise<Answered> {
  const { patienceMs, ...sendLimits } = limits;
  const { until = never } = limits;
  let posts = 0;
  let sentAt: number | null = null;
  let throttled: string | null = null;
  for (;;) {
    // Nothing left yet: patience has not begun, and the limits stand as they came.
    const limitsNow = sentAt === null ? sendLimits : { ...sendLimits, until: Math.min(until, sentAt + patienceMs) };
    const sent = await cloud.act(id, action, limitsNow);
    posts += sent.posts;
    sentAt ??= sent.sentAt;
    const meaning = meaningOf(action, sent.answer);
    const { detail } = sent.answer;
    if (meaning === 'slow-down' && (await mayRepeat())) {
      throttled = detail;
      continue;
    }
    const times = { posts, sentAt, answeredAt: clock.now() };
    // Its turn never came again: what the API said last still stands.
    if (meaning === 'unsent' && throttled !== null) return { meaning: 'slow-down', detail: throttled, ...times };
    return { meaning, detail, ...times };
  }
}
