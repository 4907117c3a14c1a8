import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoRenewalLock, type RenewalLock } from '../../../lib/aws/oauth/renewal-lock.ts';
import { renewalLockContract } from '../../contracts/renewal-lock.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { memoryRenewalLock } from '../../fakes/renewal-lock.ts';
import { type Dynalite, startDynalite } from '../../fixtures/dynalite.ts';

let dynalite: Dynalite;

beforeAll(async () => {
  dynalite = await startDynalite();
});

afterAll(() => dynalite.close());

const inTable = (clock: FakeClock): RenewalLock =>
  dynamoRenewalLock({ table: dynalite.table, client: dynalite.client, clock });

renewalLockContract('in memory', memoryRenewalLock);
renewalLockContract('in the table', inTable);

describe('the lock in the table', () => {
  it('that was taken, but whose answer got lost, is taken all the same', async () => {
    const lock = inTable(new FakeClock());
    await lock.last('warm');
    dynalite.loseNextAnswer();
    expect(await lock.take('arn:lost')).not.toBeNull();
  });

  it('that holds something else says so, and shows nothing of it', async () => {
    const { DynamoDBClient, PutItemCommand } = await import('@aws-sdk/client-dynamodb');
    const client = new DynamoDBClient(dynalite.client);
    const Item = { pk: { S: 'renewal' }, sk: { S: 'arn:odd' }, from: { N: '7' } };
    await client.send(new PutItemCommand({ TableName: dynalite.table, Item }));
    await expect(inTable(new FakeClock()).last('arn:odd')).rejects.toMatchObject({
      code: 'aws',
      message: expect.stringContaining('a renewal that cannot be read'),
    });
    client.destroy();
  });

  it('is one call to take, one to note and one to give back', async () => {
    const lock = inTable(new FakeClock());
    dynalite.calls.length = 0;
    const held = await lock.take('arn:calls');
    await held?.note({ base: 'a', from: 'a', to: 'b', at: 0, isRefused: false });
    await held?.release();
    expect(dynalite.calls).toEqual(['UpdateItem', 'UpdateItem', 'UpdateItem']);
  });
});
