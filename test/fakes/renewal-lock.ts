// The RenewalLock in memory: the same promises as the table's, held to by the same contract.
// For tests of crashes, which need thousands of renewals.

import { type HeldLock, lockMs, type Renewal, type RenewalLock } from '../../lib/aws/oauth/renewal-lock.ts';
import type { Clock } from '../../lib/ports.ts';

interface Kept {
  owner: number;
  until: number;
  note: Renewal | null;
}

export function memoryRenewalLock(clock: Clock): RenewalLock {
  const kept = new Map<string, Kept>();
  let owners = 0;
  const held = (item: Kept, owner: number): HeldLock => ({
    note: async (renewal) => {
      if (item.owner !== owner) return false;
      Object.assign(item, { note: renewal, until: clock.now() + lockMs });
      return true;
    },
    extend: async () => {
      if (item.owner !== owner) return false;
      item.until = clock.now() + lockMs;
      return true;
    },
    release: async () => {
      if (item.owner !== owner) return false;
      item.until = 0;
      return true;
    },
  });
  return {
    take: async (arn) => {
      const item = kept.get(arn) ?? { owner: 0, until: 0, note: null };
      if (item.until > clock.now()) return null;
      owners += 1;
      Object.assign(item, { owner: owners, until: clock.now() + lockMs });
      kept.set(arn, item);
      return held(item, owners);
    },
    last: async (arn) => kept.get(arn)?.note ?? null,
  };
}
