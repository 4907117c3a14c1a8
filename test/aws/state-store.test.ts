import { DynamoDBClient, PutItemCommand, paginateQuery, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoStateStore } from '../../lib/aws/state-store.ts';
import type { StateStore } from '../../lib/stores.ts';
import { markOf, overrideOf, sixPm, stateStoreContract } from '../contracts/state-store.ts';
import { FakeClock } from '../fakes/clock.ts';
import { type Dynalite, startDynalite } from '../fixtures/dynalite.ts';
import { useDynalite } from '../fixtures/used-dynalite.ts';

const daySeconds = 86_400;

const used = useDynalite();

let shared: StateStore | undefined;
stateStoreContract('the store in DynamoDB', () => {
  shared ??= dynamoStateStore({ table: used.dynamo.table, clock: new FakeClock(sixPm), client: used.dynamo.client });
  return shared;
});

describe('the store in DynamoDB', () => {
  let own: Dynalite;
  let store: StateStore;
  beforeAll(async () => {
    own = await startDynalite('power-own');
    store = dynamoStateStore({ table: own.table, clock: new FakeClock(sixPm), client: own.client });
  });
  afterAll(() => own.close());

  const fleet = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'fleet' } } };

  async function itemsLike(skPart: string) {
    const client = new DynamoDBClient(own.client);
    const items = [];
    for await (const page of paginateQuery({ client }, { TableName: own.table, ...fleet })) {
      items.push(...(page.Items ?? []).filter((item) => item.sk?.S?.includes(skPart)));
    }
    client.destroy();
    return items;
  }

  it('keeps ten thousand marks on one page of a query, about 21 read units per thousand', async () => {
    const keys = Array.from({ length: 500 }, (_, index) => `main/${1_000_000 + index}`);
    await store.putMarks(keys.map((key) => ({ key, from: null, to: markOf() })));
    const client = new DynamoDBClient(own.client);
    const query = { TableName: own.table, ...fleet, ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL' } as const;
    const { ConsumedCapacity, LastEvaluatedKey } = await client.send(new QueryCommand(query));
    client.destroy();
    expect(LastEvaluatedKey).toBeUndefined();
    expect(ConsumedCapacity?.CapacityUnits).toBeLessThanOrEqual(11);
    // A page has 1 MB and a unit 4 KB.
    expect((ConsumedCapacity?.CapacityUnits ?? 0) * 20 * 4096).toBeLessThan(1_000_000);
    own.calls.length = 0;
    expect((await store.load()).marks.size).toBe(500);
    expect(own.calls).toEqual(['Query']);
  });

  it('writes a mark in one call, and looks once more only where it missed', async () => {
    own.calls.length = 0;
    await store.putMarks([{ key: 'main/calls', from: null, to: markOf() }]);
    expect(own.calls).toEqual(['UpdateItem']);
    await store.putMarks([{ key: 'main/calls', from: null, to: markOf() }]);
    expect(own.calls).toEqual(['UpdateItem', 'UpdateItem', 'GetItem']);
  });

  it('looks at many that it missed in one query', async () => {
    const changes = Array.from({ length: 30 }, (_, index) => ({ key: `main/m${index}`, from: null, to: markOf() }));
    await store.putMarks(changes);
    own.calls.length = 0;
    expect(await store.putMarks(changes)).toHaveLength(30);
    expect(own.calls.filter((call) => call !== 'UpdateItem')).toEqual(['Query']);
  });

  it('lets a mark lapse 400 days after its last change', async () => {
    await store.putMarks([{ key: 'main/lapsing', from: null, to: markOf() }]);
    const later = new FakeClock(sixPm + 5_000);
    const again = dynamoStateStore({ table: own.table, clock: later, client: own.client });
    await again.putMarks([{ key: 'main/lapsing', from: markOf(), to: markOf({ attempts: 1 }) }]);
    const [item] = await itemsLike('main/lapsing');
    expect(item?.expiresAt?.N).toBe(String(sixPm / 1000 + 5 + 400 * daySeconds));
  });

  it('lets an override lapse 30 days after the last of its ends, and its parts not before it', async () => {
    const last = sixPm + 7_200_000;
    const keys = Array.from({ length: 20_000 }, (_, index) => `main/vm-${index}`);
    const ends = Object.fromEntries(keys.map((key, index) => [key, index === 7 ? last : sixPm + 3_600_000]));
    await store.putOverride(overrideOf('lapsing', { ends }));
    const lapses = (await itemsLike('o#lapsing#')).map(({ expiresAt }) => Number(expiresAt?.N));
    expect(lapses.length).toBeGreaterThan(1);
    expect(lapses[0]).toBe(last / 1000 + 30 * daySeconds);
    expect(Math.min(...lapses)).toBe(lapses[0]);
  });

  it('puts an override on a few VMs with one call, and one on many into items far below 400 KB', async () => {
    own.calls.length = 0;
    await store.putOverride(overrideOf('few'));
    expect(own.calls).toEqual(['PutItem']);
    const keys = Array.from({ length: 20_000 }, (_, index) => `main/${'é"'.repeat(10)}-${index}`);
    await store.putOverride(overrideOf('many', { ends: Object.fromEntries(keys.map((key) => [key, sixPm])) }));
    const sizes = (await itemsLike('o#many#')).map(({ ends }) => Buffer.byteLength(ends?.S ?? ''));
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBeLessThan(300_100);
  });

  it('passes over what a writer left that did not get to its end', async () => {
    const part = {
      pk: { S: 'fleet' },
      sk: { S: 'o#torn#w#00000' },
      writer: { S: 'w' },
      ends: { S: '[[1,["main/1"]]]' },
    };
    await put(part);
    expect((await store.load()).overrides.map(({ id }) => id)).not.toContain('torn');
    expect(await store.cancelOverride('torn', sixPm)).toBeNull();
    await store.putOverride(overrideOf('torn'));
    expect((await store.load()).overrides).toContainEqual(overrideOf('torn'));
  });

  async function put(item: NonNullable<PutItemCommand['input']['Item']>): Promise<void> {
    const client = new DynamoDBClient(own.client);
    await client.send(new PutItemCommand({ TableName: own.table, Item: item }));
    client.destroy();
  }

  it.each([
    ['a mark', { sk: { S: 'm#main/alien' }, m: { S: 'settled secret-value' }, w: { S: 'w' } }],
    ['a mark', { sk: { S: 'm#main/alien' }, m: { S: 's off 1.5 0 - secret-value' }, w: { S: 'w' } }],
    ['a mark', { sk: { S: 'm#main/alien' }, m: { S: 's off 1 0' }, w: { S: 'w' } }],
    ['an override', { sk: { S: 'o#alien#' }, id: { S: 'secret-value' } }],
  ])('says so when %s was not written as it writes: %j', async (what, attributes) => {
    const other = await startDynalite('power-alien');
    try {
      const client = new DynamoDBClient(other.client);
      await client.send(new PutItemCommand({ TableName: other.table, Item: { pk: { S: 'fleet' }, ...attributes } }));
      client.destroy();
      const alien = dynamoStateStore({ table: other.table, clock: new FakeClock(), client: other.client });
      const error: unknown = await alien.load().catch((caught: unknown) => caught);
      expect(error).toMatchObject({ name: 'PowerError', code: 'aws' });
      expect(String(error)).toContain(`the table holds ${what} that cannot be read`);
      expect(String(error)).not.toContain('secret-value');
    } finally {
      await other.close();
    }
  });

  it('refuses an override that lost VMs, rather than to let them go', async () => {
    const other = await startDynalite('power-torn');
    try {
      const torn = dynamoStateStore({ table: other.table, clock: new FakeClock(), client: other.client });
      await torn.putOverride(overrideOf('o'));
      const client = new DynamoDBClient(other.client);
      const { Items = [] } = await client.send(new QueryCommand({ TableName: other.table, ...fleet }));
      await client.send(new PutItemCommand({ TableName: other.table, Item: { ...Items[0], parts: { N: '1' } } }));
      client.destroy();
      await expect(torn.load()).rejects.toThrow(/an override without all its VMs/);
    } finally {
      await other.close();
    }
  });
});
