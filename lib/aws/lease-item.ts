// How leases lie in the table: partition `lease`, the VM key as sort key, and who has the VM until when.
// One partition, so that a run that holds many asks for all in one query.

import * as v from 'valibot';
import type { LeaseHolder } from '../stores.ts';
import { numberAttribute, text, unreadable } from './attribute.ts';
import type { Item, Key, Update } from './expression.ts';

export const leasePartition = 'lease';

// Longer than the lease: a holder that is late must not take the vanished item for another run's.
const ttlAfterSeconds = 86_400;

function leaseKey(vm: string): Key {
  return { pk: leasePartition, sk: vm };
}

/** Takes the lease unless a newer request holds it. Of two requests of one instant the run whose name sorts last is the newer. */
export function leaseUpdate({ run, requestedAt }: LeaseHolder, vm: string, now: number, untilMs: number): Update {
  const isFree = 'attribute_not_exists(pk) OR #until <= :now OR #run = :run';
  const isOlder = '#at < :at OR (#at = :at AND #run < :run)';
  return {
    key: leaseKey(vm),
    set: {
      run: { S: run },
      at: numberAttribute(requestedAt),
      until: numberAttribute(untilMs),
      expiresAt: numberAttribute(Math.ceil(untilMs / 1000) + ttlAfterSeconds),
    },
    condition: `${isFree} OR ${isOlder}`,
    values: { now: numberAttribute(now) },
  };
}

const leaseItem = v.object({ run: text });

/** Throws `aws` when the item is not a lease as this version writes them. */
export function readLeaseItem(item: Item): { readonly run: string } {
  const parsed = v.safeParse(leaseItem, item);
  if (!parsed.success) throw unreadable('a lease', parsed.issues);
  return parsed.output;
}
