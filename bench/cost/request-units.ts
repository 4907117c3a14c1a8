// What DynamoDB would bill for an exchange, reckoned from the bytes of the items in it.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';

export interface Exchange {
  readonly operation: string;
  readonly request: string;
  readonly status: number;
  readonly answer: string;
}

export interface Units {
  readonly reads: number;
  readonly writes: number;
}

const item = v.custom<Item>((value) => typeof value === 'object' && value !== null);
const requestSchema = v.object({
  Item: v.optional(item),
  Key: v.optional(item),
  ConsistentRead: v.optional(v.boolean(), false),
  RequestItems: v.optional(v.record(v.string(), v.array(v.object({ PutRequest: v.object({ Item: item }) })))),
});
const answerSchema = v.object({
  Item: v.optional(item),
  Items: v.optional(v.array(item), []),
  Attributes: v.optional(item),
});

type Item = Readonly<Record<string, AttributeValue>>;

/** Reckons exchange after exchange; it remembers how large each item is, because a write is billed by the larger of old and new. */
export class UnitLedger {
  readonly #sizes = new Map<string, number>();

  /** The units of the exchange. Throws for an operation that it does not know. */
  count({ operation, request, status, answer }: Exchange): Units {
    const asked = v.parse(requestSchema, JSON.parse(request));
    const told = v.parse(answerSchema, JSON.parse(answer));
    switch (operation) {
      case 'GetItem':
        return read(told.Item === undefined ? 0 : sizeOf(told.Item), asked.ConsistentRead);
      case 'Query':
        return read(sum(told.Items.map(sizeOf)), asked.ConsistentRead);
      case 'PutItem':
        return this.#write(asked.Item, status === 200 ? asked.Item : undefined);
      case 'UpdateItem':
        return this.#write(asked.Key, status === 200 ? told.Attributes : undefined);
      case 'BatchWriteItem': {
        const puts = Object.values(asked.RequestItems ?? {}).flat();
        const units = puts.map(({ PutRequest }) => this.#write(PutRequest.Item, PutRequest.Item).writes);
        return { reads: 0, writes: sum(units) };
      }
      default:
        throw new Error(`no units are known for ${operation}`);
    }
  }

  /** A write that its condition refused is billed by the item that stands there. */
  #write(key: Item | undefined, written: Item | undefined): Units {
    const name = JSON.stringify([key?.pk, key?.sk]);
    const before = this.#sizes.get(name) ?? 0;
    const after = written === undefined ? before : sizeOf(written);
    this.#sizes.set(name, after);
    return { reads: 0, writes: Math.max(1, Math.ceil(Math.max(before, after) / 1024)) };
  }
}

function read(bytes: number, isConsistent: boolean): Units {
  return { reads: Math.max(1, Math.ceil(bytes / 4096)) * (isConsistent ? 1 : 0.5), writes: 0 };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html, for texts and numbers. */
function sizeOf(of: Item): number {
  return sum(Object.entries(of).map(([name, value]) => Buffer.byteLength(name) + sizeOfValue(value)));
}

function sizeOfValue(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.replace(/^-|\.|0+$/g, '').length / 2) + 1;
  throw new Error(`no size is known for ${JSON.stringify(Object.keys(value))}`);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
