// Of which scheduled stops people were warned, and how often the link was used: an item for each warning, in a partition of their own.
// Every write is conditional: of two ticks one warns, and of two uses of a link each counts.

import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { ClaimedWarning, StopWarning, StopWarnings, WarningId } from '../stores.ts';
import { integer, json, jsonAttribute, numberAttribute, text, unreadable } from './attribute.ts';
import { DynamoTable, type DynamoTableOptions } from './dynamo.ts';
import type { Item, Key } from './expression.ts';

export const warningPartition = 'warning';

/** Longer than any link works, so that one that was used stays known as such. */
const ttlAfterSeconds = 7 * 86_400;

/** Longer than a tick lives: what is not noted as sent by then never was, or nobody knows. */
export const claimLapsesAfterMs = 120_000;

/** Warnings in one DynamoDB table (partition key `pk`, sort key `sk`, TTL attribute `expiresAt`). */
export function dynamoStopWarnings(options: DynamoTableOptions): StopWarnings {
  const table = new DynamoTable(options);
  const lapsed = () => options.clock.now() - claimLapsesAfterMs;
  return {
    claimed: async (stopMs) => {
      const prefix = keyOf({ stopMs, nth: 0 }).sk;
      const items = await table.all(warningPartition, prefix, 'read the warnings of a stop');
      return items.map((item) => readClaimed(item, lapsed())).toSorted((a, b) => a.nth - b.nth);
    },
    claim: async (warning) => {
      // The SDK sends an update again when its answer got lost: it then meets its own claim.
      const owner = { S: randomUUID() };
      const claimedMs = numberAttribute(options.clock.now());
      const set = { ...itemOf(warning), owner, sending: { S: 'claimed' }, claimedMs };
      const unsent = '#sending = :failed OR (#sending = :sending AND #claimedMs < :lapsed)';
      const condition = `attribute_not_exists(pk) OR #owner = :owner OR (#used = :used AND (${unsent}))`;
      const values = { failed: { S: 'failed' }, lapsed: numberAttribute(lapsed()) };
      return (await table.update({ key: keyOf(warning), set, condition, values }, 'note a warning')) !== null;
    },
    note: async (id, isSent) => {
      const set = { sending: { S: isSent ? 'sent' : 'failed' } };
      const update = { key: keyOf(id), set, condition: 'attribute_exists(pk)' };
      await table.update(update, `note that a warning was ${isSent ? '' : 'not '}sent`);
    },
    read: async (id) => {
      const item = await table.get(keyOf(id), 'read a warning');
      return item === null ? null : readItem(item);
    },
    use: async (id, used) => {
      const set = { used: numberAttribute(used + 1) };
      const condition = 'attribute_exists(pk) AND #used = :from';
      const update = { key: keyOf(id), set, condition, values: { from: numberAttribute(used) } };
      return (await table.update(update, 'count the use of a link')) !== null;
    },
  };
}

// Instants have 13 digits until the year 2286: none begins like another.
function keyOf({ stopMs, nth }: WarningId): Key {
  return { pk: warningPartition, sk: nth === 0 ? String(stopMs) : `${stopMs}-${nth}` };
}

function itemOf({ stopMs, nth, keys, shown }: Omit<StopWarning, 'used'>): Item {
  return {
    stopMs: numberAttribute(stopMs),
    nth: numberAttribute(nth),
    keys: jsonAttribute(keys),
    shown: jsonAttribute(shown),
    used: numberAttribute(0),
    expiresAt: numberAttribute(Math.ceil(stopMs / 1000) + ttlAfterSeconds),
  };
}

const warningItem = v.object({
  stopMs: integer,
  nth: integer,
  keys: v.pipe(json, v.array(v.string())),
  shown: v.pipe(json, v.array(v.object({ key: v.string(), name: v.string() }))),
  used: integer,
});

const claimItem = v.object({
  ...warningItem.entries,
  sending: v.pipe(text, v.picklist(['claimed', 'sent', 'failed'])),
  claimedMs: integer,
});

function readItem(item: Item): StopWarning {
  return parsed(warningItem, item);
}

function readClaimed(item: Item, lapsedMs: number): ClaimedWarning {
  const { nth, keys, used, sending, claimedMs } = parsed(claimItem, item);
  const isUnsent = sending === 'failed' || (sending === 'claimed' && claimedMs < lapsedMs);
  // Whoever used its link got it, whatever sending seemed to come to.
  return { nth, keys, isUnsent: isUnsent && used === 0 };
}

function parsed<S extends v.GenericSchema>(schema: S, item: Item): v.InferOutput<S> {
  const result = v.safeParse(schema, item);
  if (!result.success) throw unreadable('a warning', result.issues);
  return result.output;
}
