// Who gets a lease and who lost one, and leases in memory: for runs of one process, with the simulator and in tests.
// Held to the same contract as those in DynamoDB; those in a file ask the same two questions.

import type { Clock } from '../../lib/ports.ts';
import type { LeaseHolder, Leases } from '../../lib/stores.ts';

export interface Lease extends LeaseHolder {
  /** When it lapses, in epoch milliseconds. */
  readonly untilMs: number;
}

type Held = ReadonlyMap<string, Lease>;

/** Leases among the runs of this process. */
export function memoryLeases(clock: Pick<Clock, 'now'>): Leases {
  const leases = new Map<string, Lease>();
  return {
    take: async (holder, keys, untilMs) => {
      const { refused, taken } = takeOf(leases, holder, keys, { now: clock.now(), untilMs });
      for (const [key, lease] of taken) leases.set(key, lease);
      return refused;
    },
    lost: async (holder, keys) => lostOf(leases, holder, keys),
  };
}

/** The leases that the holder may take `now`, until `untilMs`, and the keys that a newer request holds. */
export function takeOf(
  leases: Held,
  holder: LeaseHolder,
  keys: readonly string[],
  { now, untilMs }: { readonly now: number; readonly untilMs: number },
): { readonly taken: Held; readonly refused: readonly string[] } {
  const refused = keys.filter((key) => !mayTake(holder, leases.get(key), now));
  const isRefused = new Set(refused);
  const free = keys.filter((key) => !isRefused.has(key));
  return { taken: new Map(free.map((key) => [key, { ...holder, untilMs }])), refused };
}

/** Of the keys, those that the holder has not, or no longer. */
export function lostOf(leases: Held, { run }: LeaseHolder, keys: readonly string[]): readonly string[] {
  return keys.filter((key) => leases.get(key)?.run !== run);
}

function mayTake(holder: LeaseHolder, lease: Lease | undefined, now: number): boolean {
  if (lease === undefined || lease.untilMs <= now || lease.run === holder.run) return true;
  if (lease.requestedAt !== holder.requestedAt) return lease.requestedAt < holder.requestedAt;
  return lease.run < holder.run;
}
