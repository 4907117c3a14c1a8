// Of which scheduled stops people were warned, and how often the link was used: one item for each stop, in a partition of their own.
// Every write is conditional: of two ticks one warns, and of two uses of a link each counts.

import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { StopWarning, StopWarnings } from '../notify-ports.ts';
import { integer, json, jsonAttribute, numberAttribute, unreadable } from './attribute.ts';
import { DynamoTable, type DynamoTableOptions } from './dynamo.ts';
import type { Item, Key } from './expression.ts';

export const warningPartition = 'warning';

/** Longer than any link works, so that one that was used stays known as such. */
const ttlAfterSeconds = 7 * 86_400;

/** Warnings in one DynamoDB table (partition key `pk`, sort key `sk`, TTL attribute `expiresAt`). */
export function dynamoStopWarnings(options: DynamoTableOptions): StopWarnings {
  const table = new DynamoTable(options);
  return {
    claim: async (warning) => {
      // The SDK sends an update again when its answer got lost: it then meets its own claim.
      const owner = { S: randomUUID() };
      const set = { ...itemOf(warning), owner, sending: { S: 'claimed' } };
      const condition = 'attribute_not_exists(pk) OR #sending = :failed OR #owner = :owner';
      const update = { key: keyOf(warning.stopMs), set, condition, values: { failed: { S: 'failed' } } };
      return (await table.update(update, 'note a warning')) !== null;
    },
    unsent: async (stopMs) => {
      const set = { sending: { S: 'failed' } };
      await table.update(
        { key: keyOf(stopMs), set, condition: 'attribute_exists(pk)' },
        'note a warning that was not sent',
      );
    },
    read: async (stopMs) => {
      const { pk, sk } = keyOf(stopMs);
      const item = await table.get({ pk, sk }, 'read a warning');
      return item === null ? null : readItem(item);
    },
    use: async (stopMs, used) => {
      const set = { used: numberAttribute(used + 1) };
      const condition = 'attribute_exists(pk) AND #used = :from';
      const update = { key: keyOf(stopMs), set, condition, values: { from: numberAttribute(used) } };
      return (await table.update(update, 'count the use of a link')) !== null;
    },
  };
}

function keyOf(stopMs: number): Key {
  return { pk: warningPartition, sk: String(stopMs) };
}

function itemOf({ stopMs, keys, shown }: Omit<StopWarning, 'used'>): Item {
  return {
    stopMs: numberAttribute(stopMs),
    keys: jsonAttribute(keys),
    shown: jsonAttribute(shown),
    used: numberAttribute(0),
    expiresAt: numberAttribute(Math.ceil(stopMs / 1000) + ttlAfterSeconds),
  };
}

const warningItem = v.object({
  stopMs: integer,
  keys: v.pipe(json, v.array(v.string())),
  shown: v.pipe(json, v.array(v.object({ key: v.string(), name: v.string() }))),
  used: integer,
});

function readItem(item: Item): StopWarning {
  const parsed = v.safeParse(warningItem, item);
  if (!parsed.success) throw unreadable('a warning', parsed.issues);
  return parsed.output;
}
