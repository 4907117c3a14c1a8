// DynamoDB's expressions, made of names and values as this project has them.
// Every name is aliased: DynamoDB reserves some six hundred words, `status` and `until` among them.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export interface Update {
  readonly key: Key;
  /** Attributes to set, by name. */
  readonly set: Item;
  /** What must hold before; in the names and values given here and in `set`, as `#name` and `:name`. */
  readonly condition: string;
  readonly names?: readonly string[];
  readonly values?: Item;
}

/** The input of an UpdateItem, without its table. */
export function updateOf({ key, set, condition, names = [], values = {} }: Update) {
  const all = Object.entries({ ...set, ...values });
  return {
    Key: { pk: { S: key.pk }, sk: { S: key.sk } },
    UpdateExpression: `SET ${Object.keys(set)
      .map((name) => `#${name} = :${name}`)
      .join(', ')}`,
    ConditionExpression: condition,
    ExpressionAttributeNames: Object.fromEntries([...Object.keys(set), ...names].map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(all.map(([name, value]) => [`:${name}`, value])),
  };
}

/** The input of a Query, strongly consistent, without its table. */
export function pageOf(pk: string, skPrefix: string | null, start: Item | undefined) {
  return {
    ConsistentRead: true,
    KeyConditionExpression: `pk = :pk${skPrefix === null ? '' : ' AND begins_with(sk, :sk)'}`,
    ExpressionAttributeValues: { ':pk': { S: pk }, ...(skPrefix === null ? {} : { ':sk': { S: skPrefix } }) },
    ...(start === undefined ? {} : { ExclusiveStartKey: start }),
  };
}

/** What to read of an index. */
export interface IndexQuery {
  readonly index: string;
  readonly partition: readonly [name: string, value: string];
  /** Both ends included. */
  readonly between?: readonly [name: string, from: string, to: string];
  /** Only items with this text in this attribute; the others are read and paid for all the same. */
  readonly only?: readonly [name: string, value: string];
  /** @default false */
  readonly descending?: boolean;
  readonly limit?: number;
  /** Right after this item, which need not exist any more. */
  readonly after?: Item | undefined;
}

/** The input of a Query on an index, without its table. An index is eventually consistent. */
export function indexPageOf({ index, partition, between, only, descending = false, limit, after }: IndexQuery) {
  const names = {
    '#partition': partition[0],
    ...(between && { '#order': between[0] }),
    ...(only && { '#only': only[0] }),
  };
  const values = {
    ':partition': { S: partition[1] },
    ...(between && { ':from': { S: between[1] }, ':to': { S: between[2] } }),
    ...(only && { ':only': { S: only[1] } }),
  };
  return {
    IndexName: index,
    KeyConditionExpression: `#partition = :partition${between ? ' AND #order BETWEEN :from AND :to' : ''}`,
    ...(only && { FilterExpression: '#only = :only' }),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
    ScanIndexForward: !descending,
    ...(limit !== undefined && { Limit: limit }),
    ...(after && { ExclusiveStartKey: after }),
  };
}
