import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamoLeases } from '../../lib/aws/leases.ts';
import type { Leases } from '../../lib/stores.ts';
import { leaseNow, leasesContract } from '../contracts/leases.ts';
import { FakeClock } from '../fakes/clock.ts';
import { useDynalite } from '../fixtures/used-dynalite.ts';

const used = useDynalite();

function open(clock: { now(): number } = { now: () => leaseNow }): Leases {
  const standing = Object.assign(new FakeClock(), { now: () => clock.now() });
  return dynamoLeases({ table: used.dynamo.table, clock: standing, client: used.dynamo.client });
}

leasesContract('the leases in DynamoDB', open);

describe('the leases in DynamoDB', () => {
  const holder = { run: 'cron-1', requestedAt: leaseNow };

  it('are taken by one call per VM, and few are looked at by one each, many by one query', async () => {
    const leases = open();
    const keys = Array.from({ length: 9 }, (_, index) => `main/calls-${index}`);
    const calls = async (use: Promise<unknown>) => {
      used.dynamo.calls.length = 0;
      await use;
      return [...used.dynamo.calls];
    };
    expect(await calls(leases.take(holder, keys, leaseNow + 1))).toEqual(keys.map(() => 'UpdateItem'));
    expect(await calls(leases.lost(holder, keys.slice(0, 8)))).toEqual(keys.slice(0, 8).map(() => 'GetItem'));
    expect(await calls(leases.lost(holder, keys))).toEqual(['Query']);
  });

  it('vanish a day after they lapsed', async () => {
    await open().take(holder, ['main/lapsing'], leaseNow + 900_001);
    const Key = { pk: { S: 'lease' }, sk: { S: 'main/lapsing' } };
    const { Item } = await used.sdk.send(new GetItemCommand({ TableName: used.dynamo.table, Key }));
    expect(Item?.expiresAt?.N).toBe(String(leaseNow / 1000 + 901 + 86_400));
  });

  it('say so when one was not written as they write', async () => {
    const alien = { pk: { S: 'lease' }, sk: { S: 'main/alien' }, run: { N: '4711' } };
    await used.sdk.send(new PutItemCommand({ TableName: used.dynamo.table, Item: alien }));
    await expect(open().lost(holder, ['main/alien'])).rejects.toMatchObject({
      name: 'PowerError',
      code: 'aws',
      message: expect.stringContaining('the table holds a lease that cannot be read (run.S)'),
    });
  });
});
