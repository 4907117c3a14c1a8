// One DynamoDB table as the few calls this project makes on it, with every fault told in the operator's words.
// The SDK is loaded on first use: a function that never touches the table does not pay for it.

import type { AttributeValue, DynamoDBClient, DynamoDBClientConfig, WriteRequest } from '@aws-sdk/client-dynamodb';
import { PowerError } from '../core/errors.ts';
import type { Clock } from '../ports.ts';
import { awsFault, isThrottled, type Undertaking } from './aws-fault.ts';
import { clientDefaults } from './client-defaults.ts';

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

export interface DynamoTableOptions {
  readonly table: string;
  readonly clock: Clock;
  /** On top of what the SDK reads from the environment. */
  readonly client?: DynamoDBClientConfig;
}

const batchSize = 25;
// A partition takes 1,000 KB a second: about 3 MB of outcomes need some seconds, 10 rounds give up to about a minute.
const batchRounds = 10;
const firstPauseMs = 100;
const longestPauseMs = 10_000;

/** Every method throws `aws`; `doing` completes "could not …". Reads are strongly consistent. */
export class DynamoTable {
  readonly #options: DynamoTableOptions;
  #loading: ReturnType<typeof loadClient> | undefined;

  constructor(options: DynamoTableOptions) {
    this.#options = options;
  }

  async get(key: Key, doing: string): Promise<Item | null> {
    const Key = { pk: { S: key.pk }, sk: { S: key.sk } };
    const found = await this.#call(doing, ({ sdk, client, TableName }) =>
      client.send(new sdk.GetItemCommand({ TableName, Key, ConsistentRead: true })),
    );
    return found.Item ?? null;
  }

  /** False when the key exists. */
  putNew(item: Item, doing: string): Promise<boolean> {
    return this.#call(doing, ({ sdk, client, TableName }) => {
      const put = { TableName, Item: item, ConditionExpression: 'attribute_not_exists(pk)' };
      const writing = client.send(new sdk.PutItemCommand(put)).then(() => true);
      return unlessConditionFails(sdk, writing, false);
    });
  }

  /** The item after the update, or null when the condition does not hold. */
  update(update: Update, doing: string): Promise<Item | null> {
    return this.#call(doing, ({ sdk, client, TableName }) => {
      const command = new sdk.UpdateItemCommand({ TableName, ...updateExpression(update), ReturnValues: 'ALL_NEW' });
      const writing = client.send(command).then(({ Attributes }) => Attributes ?? {});
      return unlessConditionFails<Item | null>(sdk, writing, null);
    });
  }

  /** All items of a partition whose sort key begins so, in its order, page by page. */
  async *query(pk: string, skPrefix: string, doing: string): AsyncIterable<Item> {
    let start: Item | undefined;
    do {
      const from = start;
      const page = await this.#call(doing, ({ sdk, client, TableName }) =>
        client.send(new sdk.QueryCommand({ TableName, ...pageOf(pk, skPrefix, from) })),
      );
      yield* page.Items ?? [];
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  }

  /** Writes all items, in batches of 25; what DynamoDB leaves unprocessed is sent again, ever more slowly. */
  async putAll(items: readonly Item[], doing: string): Promise<void> {
    for (let at = 0; at < items.length; at += batchSize) {
      let open: WriteRequest[] = items.slice(at, at + batchSize).map((Item) => ({ PutRequest: { Item } }));
      for (let round = 0; open.length > 0; round += 1) {
        if (round === batchRounds) throw throttledOut(this.#options.table, doing);
        if (round > 0) await this.#options.clock.sleep(pauseMs(round));
        open = await this.#putBatch(open, doing);
      }
    }
  }

  /** What DynamoDB left unprocessed: the whole batch when it was throttled for longer than the SDK has patience. */
  #putBatch(batch: WriteRequest[], doing: string): Promise<WriteRequest[]> {
    return this.#call(doing, async ({ sdk, client, TableName }) => {
      try {
        const { UnprocessedItems } = await client.send(
          new sdk.BatchWriteItemCommand({ RequestItems: { [TableName]: batch } }),
        );
        return UnprocessedItems?.[TableName] ?? [];
      } catch (error) {
        if (isThrottled(error)) return batch;
        throw error;
      }
    });
  }

  async #call<T>(doing: string, use: (aws: Loaded & { TableName: string }) => Promise<T>): Promise<T> {
    const { table, client } = this.#options;
    try {
      this.#loading ??= loadClient(client);
      return await use({ ...(await this.#loading), TableName: table });
    } catch (error) {
      throw awsFault(error, undertaking(table, doing));
    }
  }
}

type Sdk = typeof import('@aws-sdk/client-dynamodb');

interface Loaded {
  readonly sdk: Sdk;
  readonly client: DynamoDBClient;
}

async function loadClient(config: DynamoDBClientConfig | undefined): Promise<Loaded> {
  const sdk = await import('@aws-sdk/client-dynamodb');
  return { sdk, client: new sdk.DynamoDBClient({ ...clientDefaults, ...config }) };
}

async function unlessConditionFails<T>(sdk: Sdk, writing: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    if (error instanceof sdk.ConditionalCheckFailedException) return otherwise;
    throw error;
  }
}

function updateExpression({ key, set, condition, names = [], values = {} }: Update) {
  const valueNames = Object.entries({ ...set, ...values }).map(([name, value]) => [`:${name}`, value] as const);
  const allNames = new Set([...Object.keys(set), ...names]);
  return {
    Key: { pk: { S: key.pk }, sk: { S: key.sk } },
    UpdateExpression: `SET ${Object.keys(set)
      .map((name) => `#${name} = :${name}`)
      .join(', ')}`,
    ConditionExpression: condition,
    ExpressionAttributeNames: Object.fromEntries([...allNames].map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(valueNames),
  };
}

function pageOf(pk: string, skPrefix: string, start: Item | undefined) {
  return {
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: { ':pk': { S: pk }, ':sk': { S: skPrefix } },
    ...(start === undefined ? {} : { ExclusiveStartKey: start }),
  };
}

/** Exponential, with full jitter above the half: writers that were throttled together do not come back together. */
function pauseMs(round: number): number {
  const most = Math.min(longestPauseMs, firstPauseMs * 2 ** round);
  return most / 2 + Math.random() * (most / 2);
}

function undertaking(table: string, doing: string): Undertaking {
  return { doing, ifMissing: `table ${table} does not exist: deploy the stack, or check POWER_TABLE and AWS_REGION` };
}

function throttledOut(table: string, doing: string): PowerError {
  return new PowerError(
    'aws',
    `could not ${doing}: table ${table} throttles, also after retries: try again later, or raise its capacity`,
  );
}
