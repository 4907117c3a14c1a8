// Plays one shutdown of a whole fleet on a virtual clock: the makespan is then the run's own, to the millisecond, on any machine.
// Engine, settling, pace, policy and the simulator's behaviours are the real ones.

import type { Counts } from '../../lib/core/outcome.ts';
import type { PacePolicy } from '../../lib/core/policy.ts';
import { conduct } from '../../lib/run/conduct.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import { plainFleet } from '../../simulator/fleets.ts';
import { latencies } from '../cost/assumed.ts';
import { VirtualClock } from '../cost/virtual-clock.ts';
import { plainWorld } from '../plain-world.ts';
import { unguardedConfig } from '../policy.ts';
import { type Bound, lowerBound, withoutForesight } from './bound.ts';
import type { Mix } from './mixes.ts';
import { postsOf } from './posts.ts';
import { VirtualCloud } from './virtual-cloud.ts';

export interface Reckoned {
  readonly vms: number;
  readonly mix: Mix['name'];
  readonly counts: Counts;
  readonly makespanMs: number;
  readonly bound: Bound;
  /** Makespan ÷ lower bound. */
  readonly ratio: number;
  /** The time of a sender without any cost that does not know which VM is slow, ÷ lower bound: what foresight would be worth. */
  readonly foresight: number;
  readonly callsPerVm: number;
  /** Before the first POST, from it to the last one, from that to the last VM that was off, and after that. */
  readonly phasesMs: readonly [before: number, sending: number, tail: number, after: number];
}

/** What a call takes on its way, beside what it is held: assumed. */
export const callMs = 20;

/** The figures of one run. */
export async function reckon(vms: number, mix: Mix, pace: PacePolicy): Promise<Reckoned> {
  const begunAt = Date.UTC(2026, 0, 1);
  const clock = new VirtualClock(begunAt);
  const fleet = plainFleet(vms, { mix: mix.weights });
  const cloud = new VirtualCloud(fleet, clock, { callMs, ...latencies }, pace);
  const request = parseRunRequest({ action: 'shutdown', select: 'env=dev' });
  const world = plainWorld({ cloud, clock, pace, policy: unguardedConfig });
  const { counts, calls } = await clock.run(conduct({ name: 'bench', request, requestedAt: begunAt }, world));
  const makespanMs = clock.now() - begunAt;
  const requests = cloud.posts.toSorted((a, b) => a.at - b.at);
  const posts = postsOf(
    requests,
    [...cloud.offAt].map(([id, since]) => ({ id, since })),
    1,
  );
  const bound = lowerBound(posts, pace);
  const [firstAt, lastAt] = [requests[0]?.at ?? begunAt, requests.at(-1)?.at ?? begunAt];
  const offAt = Math.max(lastAt, ...cloud.offAt.values());
  return {
    vms,
    mix: mix.name,
    counts,
    makespanMs,
    bound,
    ratio: makespanMs / bound.ms,
    foresight: withoutForesight(posts, pace) / bound.ms,
    callsPerVm: (calls.lists + calls.reads + calls.actions) / vms,
    phasesMs: [firstAt - begunAt, lastAt - firstAt, offAt - lastAt, begunAt + makespanMs - offAt],
  };
}
