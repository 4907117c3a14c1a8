// The StateStore in DynamoDB: marks and overrides in one partition, so that a tick reads all it has to remember in one query.
// Every mark is one conditional write: of two ticks that decided from the same mark, one learns that it came second.

import { randomBytes, randomUUID } from 'node:crypto';
import { PowerError } from '../core/errors.ts';
import type { Clock } from '../ports.ts';
import type { FleetState, KeptOverride, MarkChange, StateStore } from '../stores.ts';
import { numberAttribute } from './attribute.ts';
import { DynamoTable, type DynamoTableOptions } from './dynamo.ts';
import type { Item } from './expression.ts';
import { fleetPartition, isMarkItem, markKey, markUpdate, readMarkItem } from './mark-item.ts';
import { overrideItems, overrideKey, overridePrefix, readOverrideItems, type StoredOverride } from './override-item.ts';

/**
 * How long a mark is kept after its last change.
 *
 * Longer than a year, so that a yearly schedule keeps its marks. A VM whose mark lapsed is seen for the first time again: `adopt` decides.
 */
const markTtlDays = 400;

/** A StateStore in one DynamoDB table (partition key `pk`, sort key `sk`, TTL attribute `expiresAt`). */
export function dynamoStateStore(options: DynamoTableOptions): StateStore {
  return new DynamoStateStore(options);
}

class DynamoStateStore implements StateStore {
  readonly #table: DynamoTable;
  readonly #clock: Clock;

  constructor(options: DynamoTableOptions) {
    this.#table = new DynamoTable(options);
    this.#clock = options.clock;
  }

  async load(): Promise<FleetState> {
    const items = await this.#table.all(fleetPartition, null, 'read the marks and overrides');
    const { marks = [], overrides = [] } = Object.groupBy(items, (item) => (isMarkItem(item) ? 'marks' : 'overrides'));
    return {
      marks: new Map(marks.map(readMarkItem).map(({ vm, mark }) => [vm, mark])),
      overrides: readOverrideItems(overrides).map(({ override }) => override),
    };
  }

  async putMarks(changes: readonly MarkChange[]): Promise<readonly string[]> {
    const doing = 'keep the marks';
    const writer = randomBytes(6).toString('base64url');
    const expiresAt = Math.ceil(this.#clock.now() / 1000) + markTtlDays * 86_400;
    const updates = changes.map((change) => markUpdate(change, writer, expiresAt));
    const written = await this.#table.updateEach(updates, doing);
    const missed = changes.filter((_, index) => written[index] === null).map(({ key }) => key);
    // The SDK sends an update again when its answer got lost; the second one then meets the first.
    const sks = missed.map((key) => markKey(key).sk);
    const stored = await this.#table.pick(fleetPartition, sks, doing);
    return missed.filter((key) => writerOf(stored.get(markKey(key).sk)) !== writer);
  }

  async putOverride(override: KeptOverride): Promise<void> {
    const doing = `keep override ${override.id}`;
    const writer = randomUUID();
    const { head, parts } = overrideItems(override, writer);
    // Parts first, under a name of their own: whoever reads the head finds them all, and nobody else's change.
    for (const part of parts) await this.#table.putNew(part, doing);
    if (await this.#table.putNew(head, doing)) return;
    const stored = await this.#override(override.id, doing);
    if (stored?.writer !== writer) throw new PowerError('aws', `could not ${doing}: there already is one of that id`);
  }

  async cancelOverride(id: string, at: number): Promise<KeptOverride | null> {
    const doing = `cancel override ${id}`;
    const condition = 'attribute_exists(pk) AND attribute_not_exists(#cancelledMs)';
    await this.#table.update({ key: overrideKey(id), set: { cancelledMs: numberAttribute(at) }, condition }, doing);
    return (await this.#override(id, doing))?.override ?? null;
  }

  async #override(id: string, doing: string): Promise<StoredOverride | null> {
    const [stored = null] = readOverrideItems(await this.#table.all(fleetPartition, overridePrefix(id), doing));
    return stored;
  }
}

function writerOf(item: Item | undefined): string | null {
  return item ? readMarkItem(item).writer : null;
}
