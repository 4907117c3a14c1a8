import { createHash } from 'node:crypto';
import { type AttributeValue, GetItemCommand, PutItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamoRunStore } from '../../lib/aws/run-store.ts';
import type { RunStore } from '../../lib/stores.ts';
import { newRun, outcomeOf, runStoreContract } from '../contracts/run-store.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';
import { useDynalite } from '../fixtures/used-dynalite.ts';

const startedAt = '2026-01-05T18:00:01.000Z';
const deadline = '2026-01-05T18:15:00.000Z';
const endedAt = '2026-01-05T18:05:00.000Z';

const used = useDynalite();

function openStore(clock = new FakeClock()): RunStore {
  return dynamoRunStore({ table: used.dynamo.table, clock, client: used.dynamo.client });
}

async function itemsOf(name: string): Promise<Record<string, AttributeValue>[]> {
  const items: Record<string, AttributeValue>[] = [];
  const query = {
    TableName: used.dynamo.table,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: `run#${name}` } },
  };
  for await (const page of paginateQuery({ client: used.sdk }, query)) items.push(...(page.Items ?? []));
  return items;
}

const memory = new MemoryRunStore();
runStoreContract('the store in memory', () => memory);

const clock = new FakeClock();
let shared: RunStore | undefined;
runStoreContract('the store in DynamoDB', () => {
  shared ??= openStore(clock);
  return shared;
});

describe('the store in DynamoDB', () => {
  it('writes ten thousand outcomes in few calls, each item far below the limit of 400 KB', async () => {
    const store = openStore();
    await store.record(newRun('big'));
    await store.claim('big', startedAt, deadline, 'worker-1');
    used.dynamo.calls.length = 0;
    const outcomes = Array.from({ length: 10_000 }, (_, index) =>
      outcomeOf(String(index), { reason: 'é'.repeat(100) }),
    );
    await store.end('big', endedAt, {}, outcomes);
    expect(used.dynamo.calls.filter((call) => call === 'BatchWriteItem')).toHaveLength(1);
    expect(used.dynamo.calls.length).toBeLessThanOrEqual(4);
    const sizes = (await itemsOf('big')).map((item) => Buffer.byteLength(item.outcomes?.S ?? ''));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(201_000);
    expect(sizes.length).toBeLessThanOrEqual(26);
    used.dynamo.calls.length = 0;
    expect(await store.outcomes('big')).toEqual(outcomes);
    expect(used.dynamo.calls.length).toBeGreaterThan(1);
    expect(used.dynamo.calls.length).toBeLessThanOrEqual(10);
  });

  it('reads a page of runs in one query, and nothing of a run that it does not show', async () => {
    const store = openStore();
    for (const name of ['listed-1', 'listed-2', 'listed-3']) {
      await store.record(newRun(name, { recordedAt: `2040-01-01T00:00:0${name.at(-1)}.000Z` }));
    }
    used.dynamo.calls.length = 0;
    expect((await store.list(endedAt, 2, null)).runs.map(({ name }) => name)).toEqual(['listed-3', 'listed-2']);
    expect(used.dynamo.calls.sort()).toEqual(['GetItem', 'GetItem', 'Query']);
    used.dynamo.calls.length = 0;
    expect(await store.unstarted('2039-01-01', '2039-02-01')).toEqual([]);
    expect(used.dynamo.calls).toEqual(['Query']);
  });

  it('asks with one read whether a run is cancelled', async () => {
    const store = openStore();
    await store.record(newRun('cancelled-cheaply'));
    await store.claim('cancelled-cheaply', startedAt, deadline, 'worker-1');
    await store.cancel('cancelled-cheaply', startedAt, 'ann');
    used.dynamo.calls.length = 0;
    expect(await store.isCancelled('cancelled-cheaply')).toBe(true);
    expect(used.dynamo.calls).toEqual(['GetItem']);
  });

  it('keeps progress that was written before there were tiers', async () => {
    const store = openStore();
    await store.record(newRun('old'));
    const Item = (await itemsOf('old'))[0] ?? {};
    const progress = { S: JSON.stringify({ selected: 2, sent: 1, settled: 0 }) };
    await used.sdk.send(new PutItemCommand({ TableName: used.dynamo.table, Item: { ...Item, progress } }));
    expect((await store.read('old', endedAt))?.progress).toEqual({ selected: 2, sent: 1, settled: 0, tiers: [] });
  });

  it('lets items lapse ttlDays after the run was recorded', async () => {
    const now = Date.parse('2026-01-05T18:00:00.000Z');
    const store = dynamoRunStore({
      table: used.dynamo.table,
      clock: new FakeClock(now),
      client: used.dynamo.client,
      ttlDays: 7,
    });
    await store.record(newRun('lapsing'));
    await store.claim('lapsing', startedAt, deadline, 'worker-1');
    await store.end('lapsing', endedAt, {}, [outcomeOf('1')]);
    const lapses = (await itemsOf('lapsing')).map((item) => item.expiresAt?.N);
    expect(lapses).toEqual([String(now / 1000 + 7 * 86_400), String(now / 1000 + 7 * 86_400)]);
  });

  it('keeps a run thirty days unless told otherwise', async () => {
    await openStore().record(newRun('thirty'));
    const [item] = await itemsOf('thirty');
    expect(item?.expiresAt?.N).toBe(String(Date.parse(newRun('x').recordedAt) / 1000 + 30 * 86_400));
  });

  it('keeps the latest outcome when the clock steps back, and those of two workers of the same instant', async () => {
    const clock = new FakeClock(2_000_000);
    const store = openStore(clock);
    await store.record(newRun('skewed'));
    await store.claim('skewed', startedAt, deadline, 'worker-1');
    const times = [2_000_000, 1_000_000];
    const skewed = openStore(Object.assign(new FakeClock(), { now: () => times.shift() ?? 1_000_000 }));
    const progress = { selected: 1, sent: 1, settled: 1, tiers: [] };
    await skewed.progress('skewed', progress, [outcomeOf('1', { result: 'unknown' })]);
    await skewed.progress('skewed', progress, [outcomeOf('1')]);
    await store.progress('skewed', progress, [outcomeOf('2')]);
    const kept = await store.outcomes('skewed');
    expect(kept).toHaveLength(2);
    expect(kept).toEqual(expect.arrayContaining([outcomeOf('1'), outcomeOf('2')]));
  });

  it('says so when what it reads was not written as it writes', async () => {
    const alien = { pk: { S: 'run#alien' }, sk: { S: 'run' }, name: { S: 'alien' }, status: { S: 'secret-value' } };
    await used.sdk.send(new PutItemCommand({ TableName: used.dynamo.table, Item: alien }));
    const error: unknown = await openStore()
      .read('alien', endedAt)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      name: 'PowerError',
      code: 'aws',
      message: expect.stringContaining('another version'),
    });
    expect(String(error)).not.toContain('secret-value');
  });

  it('leaves the request as text that a person can read in the console', async () => {
    await openStore().record(newRun('readable'));
    const Key = { pk: { S: 'run#readable' }, sk: { S: 'run' } };
    const { Item } = await used.sdk.send(new GetItemCommand({ TableName: used.dynamo.table, Key }));
    expect(JSON.parse(Item?.request?.S ?? '')).toEqual(newRun('readable').request);
  });

  it('keeps a request of ten thousand long ids, in far less than the 400 KB that an item may have', async () => {
    const store = openStore();
    const ids = Array.from(
      { length: 10_000 },
      (_, nth) => `production-europe/${createHash('md5').update(String(nth)).digest('hex')}`,
    );
    const request = { action: null, select: null, ids, at: 1 };
    const { run } = await store.record({ ...newRun('many-ids'), request });
    expect(run.request).toEqual(request);
    expect((await store.claim('many-ids', startedAt, deadline, 'one'))?.request).toEqual(request);
    const [item] = await itemsOf('many-ids');
    expect(item?.request?.B?.byteLength).toBeLessThan(300_000);
  });

  it('says what to do about a request that is too large all the same', async () => {
    const ids = Array.from({ length: 40_000 }, (_, nth) => createHash('sha256').update(String(nth)).digest('hex'));
    await expect(openStore().record({ ...newRun('too-many-ids'), request: { ids } })).rejects.toMatchObject({
      code: 'aws',
      message:
        'could not record run too-many-ids: it is larger than the 400 KB of an item: ask for fewer VMs at once (ValidationException)',
    });
  });
});
