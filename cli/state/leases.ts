// Leases in memory: for runs of one process, at the terminal with the simulator and in tests.
// Held to the same contract as those in DynamoDB.

import type { Clock, LeaseHolder, Leases } from '../../lib/ports.ts';

interface Lease extends LeaseHolder {
  readonly untilMs: number;
}

/** Leases among the runs of this process. */
export function memoryLeases(clock: Pick<Clock, 'now'>): Leases {
  const leases = new Map<string, Lease>();
  const runOf = (key: string) => leases.get(key)?.run;
  return {
    take: async (holder, keys, untilMs) => {
      const now = clock.now();
      return keys.filter((key) => {
        const isFree = mayTake(holder, leases.get(key), now);
        if (isFree) leases.set(key, { ...holder, untilMs });
        return !isFree;
      });
    },
    lost: async ({ run }, keys) => keys.filter((key) => runOf(key) !== run),
  };
}

function mayTake(holder: LeaseHolder, lease: Lease | undefined, now: number): boolean {
  if (lease === undefined || lease.untilMs <= now || lease.run === holder.run) return true;
  if (lease.requestedAt !== holder.requestedAt) return lease.requestedAt < holder.requestedAt;
  return lease.run < holder.run;
}
