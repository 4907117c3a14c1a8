// Leases in the file where marks and overrides are kept: two terminals that share it know of each other's runs.
// Held to the same contract as those in DynamoDB.

import { systemClock } from '../../lib/clock.ts';
import type { Clock } from '../../lib/ports.ts';
import type { LeaseHolder, Leases } from '../../lib/stores.ts';
import { lostOf, takeOf } from './leases.ts';
import { StateFile } from './state-file.ts';

/** Leases among all runs that share the file, which is made with the first of them. */
export function fileLeases(path: string, clock: Clock = systemClock): Leases {
  const file = new StateFile(path, clock);
  return {
    take: (holder: LeaseHolder, keys: readonly string[], untilMs: number) =>
      file.change(async (before) => {
        const { refused, taken } = takeOf(before.leases, holder, keys, { now: clock.now(), untilMs });
        return { after: { ...before, leases: new Map([...before.leases, ...taken]) }, result: refused };
      }),
    lost: async (holder, keys) => lostOf((await file.read()).leases, holder, keys),
  };
}
