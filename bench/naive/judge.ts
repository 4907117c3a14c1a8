// Holds what somebody says of a fleet against what is true of it at that moment.
// Pure counting: the simulator's truth and log come in as data.

import type { LoggedRequest } from '../../simulator/request-log.ts';
import type { VmTruth } from '../../simulator/simulator.ts';

/** What somebody believes of the VMs that were to be stopped, by id. */
export interface Said {
  readonly stopped: readonly string[];
  readonly failed: readonly string[];
  /** Said to be unknown: nothing to be wrong about. */
  readonly unsure?: readonly string[];
}

export interface Judged {
  readonly stopped: number;
  /** Said to be stopped, and not off. */
  readonly notStopped: number;
  readonly failed: number;
  /** Said to have failed, and off. */
  readonly notFailed: number;
  readonly unsure: number;
  /** Not off, and not said to be anything. */
  readonly unreported: number;
}

/** How much of what was said is true. */
export function judge(
  { stopped, failed, unsure = [] }: Said,
  truths: readonly Pick<VmTruth, 'id' | 'power'>[],
): Judged {
  const off = new Set(truths.filter(({ power }) => power === 'off').map(({ id }) => id));
  const mentioned = new Set([...stopped, ...failed, ...unsure]);
  return {
    stopped: stopped.length,
    notStopped: stopped.filter((id) => !off.has(id)).length,
    failed: failed.length,
    notFailed: failed.filter((id) => off.has(id)).length,
    unsure: unsure.length,
    unreported: truths.filter(({ id }) => !off.has(id) && !mentioned.has(id)).length,
  };
}

/** How many of the requests were under way at once, at most. */
export function mostAtOnce(requests: readonly Pick<LoggedRequest, 'at' | 'endedAt'>[]): number {
  const changes = requests.flatMap(({ at, endedAt }) => [
    { at, by: 1 },
    { at: endedAt ?? Number.POSITIVE_INFINITY, by: -1 },
  ]);
  // Of one millisecond, the ends first: a place that is given back is free.
  changes.sort((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  return changes.reduce((most, { by }) => {
    now += by;
    return Math.max(most, now);
  }, 0);
}
