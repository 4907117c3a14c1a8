// DynamoDB's expressions, made of names and values as this project has them.
// Every name is aliased: DynamoDB reserves some six hundred words, `status` and `until` among them.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export interface Removal {
  readonly key: Key;
  /** What must hold before; in the names and values given here and in `set`, as `#name` and `:name`. */
  readonly condition: string;
  readonly names?: readonly string[];
  readonly values?: Item;
}

export interface Update extends Removal {
  /** Attributes to set, by name. */
  readonly set: Item;
}

/** The input of an UpdateItem, without its table. */
export function updateOf({ set, ...removal }: Update) {
  const { names = [], values = {} } = removal;
  const assignments = Object.keys(set).map((name) => `#${name} = :${name}`);
  const all = { ...removal, names: [...Object.keys(set), ...names], values: { ...set, ...values } };
  return { ...removalOf(all), UpdateExpression: `SET ${assignments.join(', ')}` };
}

/** The input of a DeleteItem, without its table. */
export function removalOf({ key, condition, names = [], values = {} }: Removal) {
  return {
    Key: { pk: { S: key.pk }, sk: { S: key.sk } },
    ConditionExpression: condition,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])),
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
