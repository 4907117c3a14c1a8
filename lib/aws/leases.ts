// The Leases in DynamoDB: which run may send to a VM, by one conditional write per VM.
// A lease lapses by itself, so a crash locks nobody out; a newer request never has to wait for that.

import type { Clock } from '../ports.ts';
import type { LeaseHolder, Leases } from '../stores.ts';
import { DynamoTable, type DynamoTableOptions } from './dynamo.ts';
import type { Item } from './expression.ts';
import { leasePartition, leaseUpdate, readLeaseItem } from './lease-item.ts';

/** Leases in one DynamoDB table (partition key `pk`, sort key `sk`, TTL attribute `expiresAt`). */
export function dynamoLeases(options: DynamoTableOptions): Leases {
  return new DynamoLeases(options);
}

class DynamoLeases implements Leases {
  readonly #table: DynamoTable;
  readonly #clock: Clock;

  constructor(options: DynamoTableOptions) {
    this.#table = new DynamoTable(options);
    this.#clock = options.clock;
  }

  async take(holder: LeaseHolder, keys: readonly string[], untilMs: number): Promise<readonly string[]> {
    const now = this.#clock.now();
    const updates = keys.map((key) => leaseUpdate(holder, key, now, untilMs));
    // A write that is sent again because its answer got lost meets its own lease, which it may take.
    const taken = await this.#table.updateEach(updates, `lease the VMs of run ${holder.run}`);
    return keys.filter((_, index) => taken[index] === null);
  }

  async lost(holder: LeaseHolder, keys: readonly string[]): Promise<readonly string[]> {
    const doing = `read the leases of run ${holder.run}`;
    const items = await this.#table.pick(leasePartition, keys, doing);
    return keys.filter((key) => runOf(items.get(key)) !== holder.run);
  }
}

function runOf(item: Item | undefined): string | null {
  return item === undefined ? null : readLeaseItem(item).run;
}
