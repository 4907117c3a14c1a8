// One DynamoDB table as the few calls this project makes on it, with every fault told in the operator's words.
// The SDK is loaded on first use: a function that never touches the table does not pay for it.

import type { DynamoDBClient, DynamoDBClientConfig, WriteRequest } from '@aws-sdk/client-dynamodb';
import { PowerError } from '../core/errors.ts';
import type { Clock } from '../ports.ts';
import { awsFault, isThrottled, type Undertaking } from './aws-fault.ts';
import { clientDefaults } from './client-defaults.ts';
import { type IndexQuery, type Item, indexPageOf, type Key, pageOf, type Update, updateOf } from './expression.ts';

export interface DynamoTableOptions {
  readonly table: string;
  readonly clock: Clock;
  /** On top of what the SDK reads from the environment. */
  readonly client?: DynamoDBClientConfig;
}

const batchSize = 25;
// A partition takes 1,000 KB a second: about 3 MB of outcomes need some seconds, 10 rounds give up to about a minute.
const rounds = 10;
const firstPauseMs = 100;
const longestPauseMs = 10_000;
// A partition takes 1,000 small writes a second, and a small Lambda signs fewer: more at once would only queue.
const writesAtOnce = 16;
const mostSingleReads = 8;

/** Every method throws `aws`; `doing` completes "could not …". Reads of the table itself are strongly consistent. */
export class DynamoTable {
  readonly #options: DynamoTableOptions;
  #loading: ReturnType<typeof loadClient> | undefined;

  constructor(options: DynamoTableOptions) {
    this.#options = options;
  }

  get(key: Key, doing: string): Promise<Item | null> {
    return this.#call(doing, (aws) => getItem(aws, key));
  }

  /** As `get` for each, some at once, in their order. */
  getEach(keys: readonly Key[], doing: string): Promise<(Item | null)[]> {
    return this.#each(keys, doing, getItem);
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
    return this.#call(doing, (aws) => sendUpdate(aws, update));
  }

  /** As `update` for each, some at once, in their order; what is throttled is sent again, ever more slowly. */
  updateEach(updates: readonly Update[], doing: string): Promise<(Item | null)[]> {
    return this.#each(updates, doing, sendUpdate);
  }

  /** All items of a partition whose sort key begins so (null: all there are), in its order, page by page. */
  async *query(pk: string, skPrefix: string | null, doing: string): AsyncIterable<Item> {
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

  /**
   * Of one partition the items with these sort keys, by sort key, and perhaps others.
   *
   * A whole partition of small items is read 50 for the price of one that is got by its key: only few are got one by one.
   */
  async pick(pk: string, sks: readonly string[], doing: string): Promise<ReadonlyMap<string, Item>> {
    const items =
      sks.length <= mostSingleReads
        ? (await Promise.all(sks.map((sk) => this.get({ pk, sk }, doing)))).filter((item) => item !== null)
        : await this.all(pk, null, doing);
    return new Map(items.map((item) => [item.sk?.S ?? '', item]));
  }

  /** As `query`, all pages at once. */
  async all(pk: string, skPrefix: string | null, doing: string): Promise<Item[]> {
    const items: Item[] = [];
    for await (const item of this.query(pk, skPrefix, doing)) items.push(item);
    return items;
  }

  /** The items of an index, page by page; up to `limit` per page. Eventually consistent. */
  async *queryIndex(query: IndexQuery, doing: string): AsyncIterable<Item> {
    let after = query.after;
    do {
      const from = after;
      const page = await this.#call(doing, ({ sdk, client, TableName }) =>
        client.send(new sdk.QueryCommand({ TableName, ...indexPageOf({ ...query, after: from }) })),
      );
      yield* page.Items ?? [];
      after = page.LastEvaluatedKey;
    } while (after !== undefined);
  }

  /** Writes all items, in batches of 25; what DynamoDB leaves unprocessed is sent again, ever more slowly. */
  async putAll(items: readonly Item[], doing: string): Promise<void> {
    for (let at = 0; at < items.length; at += batchSize) {
      let open: WriteRequest[] = items.slice(at, at + batchSize).map((Item) => ({ PutRequest: { Item } }));
      for (let round = 0; open.length > 0; round += 1) {
        if (round === rounds) throw throttledOut(this.#options.table, doing);
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

  /** After a fault nothing more is sent, and what was under way is awaited: no write takes effect behind the caller's back. */
  #each<W, T>(writes: readonly W[], doing: string, send: (aws: Table, write: W) => Promise<T>): Promise<T[]> {
    return this.#call(doing, async (aws) => {
      // Loaded on first use, as the SDK is: a function that only launches needs none.
      const { default: PQueue } = await import('p-queue');
      const queue = new PQueue({ concurrency: writesAtOnce });
      const sending = writes.map((write) => queue.add(() => this.#patiently(() => send(aws, write))));
      try {
        return await Promise.all(sending);
      } finally {
        queue.clear();
        await queue.onIdle();
      }
    });
  }

  async #patiently<T>(send: () => Promise<T>): Promise<T> {
    for (let round = 1; ; round += 1) {
      try {
        return await send();
      } catch (error) {
        if (!isThrottled(error) || round === rounds) throw error;
      }
      await this.#options.clock.sleep(pauseMs(round));
    }
  }

  async #call<T>(doing: string, use: (aws: Table) => Promise<T>): Promise<T> {
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

interface Table extends Loaded {
  readonly TableName: string;
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

async function getItem({ sdk, client, TableName }: Table, { pk, sk }: Key): Promise<Item | null> {
  const Key = { pk: { S: pk }, sk: { S: sk } };
  const { Item } = await client.send(new sdk.GetItemCommand({ TableName, Key, ConsistentRead: true }));
  return Item ?? null;
}

function sendUpdate({ sdk, client, TableName }: Table, update: Update): Promise<Item | null> {
  const command = new sdk.UpdateItemCommand({ TableName, ...updateOf(update), ReturnValues: 'ALL_NEW' });
  const writing = client.send(command).then(({ Attributes }) => Attributes ?? {});
  return unlessConditionFails<Item | null>(sdk, writing, null);
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
