import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamoStopWarnings } from '../../lib/aws/stop-warnings.ts';
import { stopWarningsContract } from '../contracts/stop-warnings.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryStopWarnings } from '../fakes/stop-warnings.ts';
import { useDynalite } from '../fixtures/used-dynalite.ts';

const used = useDynalite();

const open = (clock = new FakeClock()) =>
  dynamoStopWarnings({ table: used.dynamo.table, clock, client: used.dynamo.client });
const inMemory = new Map<FakeClock, MemoryStopWarnings>();
const openInMemory = (clock: FakeClock) => {
  const kept = inMemory.get(clock) ?? new MemoryStopWarnings(clock);
  inMemory.set(clock, kept);
  return kept;
};

stopWarningsContract('warnings in DynamoDB', open);
stopWarningsContract('warnings in memory', openInMemory);

describe('warnings in DynamoDB', () => {
  const stopMs = Date.UTC(2027, 0, 1);

  it('know their own claim when its answer got lost', async () => {
    await open().read({ stopMs, nth: 0 });
    used.dynamo.loseNextAnswer();
    expect(await open().claim({ stopMs, nth: 0, keys: ['main/1'], shown: [] })).toBe(true);
  });

  it('vanish a week after the stop', async () => {
    const Key = { pk: { S: 'warning' }, sk: { S: String(stopMs) } };
    const { Item } = await used.sdk.send(new GetItemCommand({ TableName: used.dynamo.table, Key }));
    expect(Item?.expiresAt?.N).toBe(String(stopMs / 1000 + 7 * 86_400));
  });

  it('say so when one was not written as they write', async () => {
    const alien = { pk: { S: 'warning' }, sk: { S: '7' }, stopMs: { S: '7' } };
    await used.sdk.send(new PutItemCommand({ TableName: used.dynamo.table, Item: alien }));
    for (const reading of [open().read({ stopMs: 7, nth: 0 }), open().claimed(7)])
      await expect(reading).rejects.toMatchObject({
        code: 'aws',
        message: expect.stringContaining('the table holds a warning that cannot be read (stopMs.N'),
      });
  });
});
