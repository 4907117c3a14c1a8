// From a cloud's own log to what the lower bound is reckoned from: how long each POST was held, and when its VM was done.
// The log of the simulator and that of the virtual cloud read alike.

import type { LoggedRequest } from '../../simulator/request-log.ts';
import type { VmTruth } from '../../simulator/simulator.ts';
import type { Post } from './bound.ts';

/** What the log says of every POST; a VM is done when it was last off, or answered, whichever is later. */
export function postsOf(
  requests: readonly Pick<LoggedRequest, 'method' | 'vm' | 'at' | 'endedAt'>[],
  truths: readonly Pick<VmTruth, 'id' | 'since'>[],
  speed: number,
): readonly Post[] {
  const offAt = new Map(truths.map(({ id, since }) => [id, since]));
  const posts = requests.filter(({ method }) => method === 'POST');
  const lastAnswers = new Map(posts.map(({ vm, at, endedAt }) => [vm, endedAt ?? at]));
  const sent = new Set<string | null>();
  return posts.map(({ vm, at, endedAt }) => {
    const heldMs = ((endedAt ?? at) - at) * speed;
    const isFirst = !sent.has(vm);
    sent.add(vm);
    const doneAt = Math.max(lastAnswers.get(vm) ?? at, offAt.get(vm ?? '') ?? at);
    // A repeated one is on its VM's account already.
    return { heldMs, doneMs: isFirst ? (doneAt - at) * speed : heldMs };
  });
}
