import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DynamoTableOptions } from '../../lib/aws/dynamo.ts';
import { dynamoLeases } from '../../lib/aws/leases.ts';
import { dynamoStateStore } from '../../lib/aws/state-store.ts';
import { markOf, overrideOf, sixPm } from '../contracts/state-store.ts';
import { type Dynalite, startDynalite } from '../fixtures/dynalite.ts';
import { awsError, type LocalAws, type LocalAwsAnswer, startLocalAws } from '../fixtures/local-aws.ts';

let aws: LocalAws | undefined;
// The network moves in real time here: a pause is only noted.
const pauses: number[] = [];
const clock = {
  now: () => sixPm,
  sleep: async (ms: number) => {
    pauses.push(ms);
  },
};
const holder = { run: 'cron-1', requestedAt: sixPm };
const well: LocalAwsAnswer = { status: 200, body: {} };
const throttled = awsError('ProvisionedThroughputExceededException', 'slow down');

afterEach(async () => {
  await aws?.close();
  aws = undefined;
  pauses.length = 0;
});

async function answered(...answers: LocalAwsAnswer[]): Promise<DynamoTableOptions> {
  aws = await startLocalAws(answers);
  // One attempt per call: the SDK's own retries are its own business.
  return { table: 'power-dev', clock, client: { ...aws.client, maxAttempts: 1 } };
}

const changes = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: `main/${index}`, from: null, to: markOf() }));

describe('a fault of the table', () => {
  it('of every method is an aws error that names what was tried', async () => {
    const options = await answered(awsError('AccessDeniedException', 'no'));
    const store = dynamoStateStore(options);
    const leases = dynamoLeases(options);
    const tried: [() => Promise<unknown>, string][] = [
      [() => store.load(), 'read the marks and overrides'],
      [() => store.putMarks(changes(1)), 'keep the marks'],
      [() => store.putOverride(overrideOf('o1')), 'keep override o1'],
      [() => store.cancelOverride('o1', sixPm), 'cancel override o1'],
      [() => leases.take(holder, ['main/1'], sixPm), 'lease the VMs of run cron-1'],
      [() => leases.lost(holder, ['main/1']), 'read the leases of run cron-1'],
    ];
    for (const [attempt, what] of tried) {
      const trying = attempt();
      await expect(trying).rejects.toMatchObject({ name: 'PowerError', code: 'aws' });
      await expect(trying).rejects.toThrow(`could not ${what}: AWS denies it`);
    }
  });

  it('ends a long series of writes at once', async () => {
    const store = dynamoStateStore(await answered(awsError('AccessDeniedException', 'no')));
    await expect(store.putMarks(changes(200))).rejects.toThrow(/denies/);
    const sent = aws?.requests.length ?? 0;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThanOrEqual(32);
  });
});

describe('a write that is throttled', () => {
  it('is sent again after growing pauses until it is taken', async () => {
    const store = dynamoStateStore(await answered(throttled, throttled, well));
    expect(await store.putMarks(changes(1))).toEqual([]);
    expect(aws?.requests.map(({ operation }) => operation)).toEqual(['UpdateItem', 'UpdateItem', 'UpdateItem']);
    expect(pauses).toHaveLength(2);
    expect(pauses[0]).toBeGreaterThanOrEqual(100);
    expect(pauses[1]).toBeGreaterThanOrEqual(200);
  });

  it('is given up after ten rounds', async () => {
    const store = dynamoStateStore(await answered(throttled));
    await expect(store.putMarks(changes(1))).rejects.toThrow(
      'could not keep the marks: AWS throttles, also after retries',
    );
    expect(aws?.requests).toHaveLength(10);
    expect(pauses).toHaveLength(9);
  });
});

it('never has more than sixteen writes under way', async () => {
  let underWay = 0;
  let most = 0;
  const options = await answered(well);
  const requestHandler = {
    handle: async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      throw Object.assign(new Error('the line is down'), { name: 'NetworkingError' });
    },
  };
  const store = dynamoStateStore({ ...options, client: { ...options.client, requestHandler } });
  await expect(store.putMarks(changes(100))).rejects.toThrow(/AWS does not answer/);
  expect(most).toBe(16);
  expect(underWay).toBe(0);
});

describe('an answer that got lost after its write took effect', () => {
  let dynamo: Dynalite;
  beforeAll(async () => {
    dynamo = await startDynalite();
  });
  afterAll(() => dynamo.close());

  const options = () => ({ table: dynamo.table, clock, client: dynamo.client });

  it('leaves a mark written, not missed', async () => {
    const store = dynamoStateStore(options());
    dynamo.calls.length = 0;
    dynamo.loseNextAnswer();
    expect(await store.putMarks([{ key: 'main/1', from: null, to: markOf() }])).toEqual([]);
    expect(dynamo.calls).toEqual(['UpdateItem', 'UpdateItem', 'GetItem']);
    dynamo.loseNextAnswer();
    const change = { key: 'main/1', from: markOf(), to: markOf({ attempts: 1 }) };
    expect(await store.putMarks([change])).toEqual([]);
    expect(await store.putMarks([change])).toEqual(['main/1']);
  });

  it('leaves an override put, and a cancellation as it was made', async () => {
    const store = dynamoStateStore(options());
    dynamo.loseNextAnswer();
    await store.putOverride(overrideOf('lost'));
    dynamo.loseNextAnswer();
    expect(await store.cancelOverride('lost', sixPm + 1)).toEqual(overrideOf('lost', { cancelledMs: sixPm + 1 }));
    expect((await store.load()).overrides).toEqual([overrideOf('lost', { cancelledMs: sixPm + 1 })]);
  });

  it('leaves a lease taken', async () => {
    const leases = dynamoLeases(options());
    dynamo.loseNextAnswer();
    expect(await leases.take(holder, ['main/1'], sixPm + 1000)).toEqual([]);
    expect(await leases.lost(holder, ['main/1'])).toEqual([]);
    expect(await leases.take({ run: 'a', requestedAt: 0 }, ['main/1'], sixPm + 1000)).toEqual(['main/1']);
  });
});
