import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dynamoRunStore } from '../../lib/aws/run-store.ts';
import type { Clock } from '../../lib/ports.ts';
import type { RunStore } from '../../lib/stores.ts';
import { newRun, outcomeOf } from '../contracts/run-store.ts';
import { type Dynalite, startDynalite } from '../fixtures/dynalite.ts';
import {
  awsError,
  type LocalAws,
  type LocalAwsAnswer,
  listen,
  localClient,
  startLocalAws,
} from '../fixtures/local-aws.ts';

const startedAt = '2026-01-05T18:00:01.000Z';
const deadline = '2026-01-05T18:15:00.000Z';
const endedAt = '2026-01-05T18:05:00.000Z';

let aws: LocalAws | undefined;
// The network moves in real time here: a pause is only noted.
const pauses: number[] = [];
const clock: Clock = {
  now: () => Date.parse(startedAt),
  sleep: async (ms) => {
    pauses.push(ms);
  },
};

afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

async function storeAnswered(...answers: LocalAwsAnswer[]): Promise<RunStore> {
  aws = await startLocalAws(answers);
  return dynamoRunStore({ table: 'power-dev', clock, client: aws.client });
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => 'no error',
    (caught: unknown) => caught,
  );
  expect(error).toMatchObject({ name: 'PowerError', code: 'aws' });
  return error instanceof Error ? error.message : '';
}

describe('a fault of the table', () => {
  const denial =
    'User: arn:aws:sts::123456789012:assumed-role/x is not authorized to perform: dynamodb:PutItem on resource: y';
  it.each([
    [
      'ResourceNotFoundException',
      'Requested resource not found',
      ['table power-dev does not exist', 'deploy', 'POWER_TABLE'],
    ],
    ['AccessDeniedException', denial, ['denies dynamodb:PutItem', 'role']],
    ['UnrecognizedClientException', 'The security token is invalid', ['credentials']],
    ['ExpiredTokenException', 'expired', ['credentials', 'renew']],
    ['ThrottlingException', 'Rate exceeded', ['throttles', 'later']],
    ['ProvisionedThroughputExceededException', 'slow down', ['throttles', 'later']],
    ['ValidationException', 'Item {"request":"all of it"} has an odd value', ['AWS answers ValidationException']],
  ])('%s says what could not be done and what to do', async (name, awsMessage, words) => {
    const store = await storeAnswered(awsError(name, awsMessage));
    const message = await messageOf(store.record(newRun('cron-1')));
    for (const word of ['could not record run cron-1', ...words]) expect(message).toContain(word);
    for (const secret of ['123456789012', 'all of it', 'env=dev']) expect(message).not.toContain(secret);
  });

  it('of every method is an aws error that names what was tried', async () => {
    const store = await storeAnswered(awsError('AccessDeniedException', 'no'));
    expect(await messageOf(store.claim('r', startedAt, deadline, 'worker-1'))).toContain('could not claim run r');
    const progress = { selected: 1, sent: 1, settled: 1, tiers: [] };
    expect(await messageOf(store.progress('r', progress, []))).toContain('could not keep the progress of run r');
    expect(await messageOf(store.end('r', endedAt, {}, []))).toContain('could not keep the end of run r');
    expect(await messageOf(store.read('r', endedAt))).toContain('could not read run r');
    expect(await messageOf(store.cancel('r', endedAt, 'ann'))).toContain('could not cancel run r');
    expect(await messageOf(store.isCancelled('r'))).toContain('could not read whether run r is cancelled');
    expect(await messageOf(store.abandon('r', endedAt, {}))).toContain('could not abandon run r');
    expect(await messageOf(store.list(endedAt, 1, null))).toContain('could not list the runs');
    expect(await messageOf(store.unstarted(startedAt, endedAt))).toContain('could not look for runs');
    expect(await messageOf(store.unended(startedAt, endedAt))).toContain('could not look for runs that did not end');
    expect(await messageOf(store.takeLost('r', endedAt))).toContain('could not look whether run r is lost');
    expect(await messageOf(store.outcomes('r'))).toContain('could not read the outcomes of run r');
  });

  it('that is nobody listening says to check the network', async () => {
    const port = await freePort();
    const client = { ...localClient(`http://127.0.0.1:${port}`), maxAttempts: 1 };
    const store = dynamoRunStore({ table: 'power-dev', clock, client });
    expect(await messageOf(store.read('r', endedAt))).toMatch(
      /AWS does not answer: check the network and AWS_ENDPOINT_URL_\*/,
    );
  });

  it('that passes is waited out by the SDK', async () => {
    const store = await storeAnswered(awsError('ThrottlingException', 'slow'), { status: 200, body: {} });
    expect(await store.read('r', endedAt)).toBeNull();
    expect(aws?.requests.map(({ operation }) => operation)).toEqual(['GetItem', 'GetItem']);
  });
});

describe('a batch that DynamoDB takes only in part', () => {
  const keys = { pk: { S: 'run#r' } };
  const running = {
    ...keys,
    sk: { S: 'run' },
    name: { S: 'r' },
    trigger: { S: 'cron' },
    request: { S: '{}' },
    requestHash: { S: 'h' },
    status: { S: 'running' },
    recordedAt: { S: startedAt },
  };
  const found: LocalAwsAnswer = { status: 200, body: { Attributes: running } };
  const progress = { selected: 1, sent: 1, settled: 1, tiers: [] };

  function unprocessed(sk: string): LocalAwsAnswer {
    const Item = { ...keys, sk: { S: sk }, outcomes: { S: '[]' } };
    return { status: 200, body: { UnprocessedItems: { 'power-dev': [{ PutRequest: { Item } }] } } };
  }

  it('is sent again, only what was left, and after a pause', async () => {
    const store = await storeAnswered(found, unprocessed('left-1'), unprocessed('left-2'), { status: 200, body: {} });
    pauses.length = 0;
    await store.progress('r', progress, [outcomeOf('1')]);
    const batches = (aws?.requests ?? [])
      .filter(({ operation }) => operation === 'BatchWriteItem')
      .map(({ body }) => body);
    expect(batches).toHaveLength(3);
    expect(batches[0]).toContain('web-1');
    expect(batches[1]).toContain('left-1');
    expect(batches[1]).not.toContain('web-1');
    expect(batches[2]).toContain('left-2');
    expect(pauses).toHaveLength(2);
    expect(pauses[0]).toBeGreaterThanOrEqual(100);
    expect(pauses[1]).toBeGreaterThanOrEqual(200);
  });

  it('is sent again whole when it was throttled for longer than the SDK has patience', async () => {
    const throttled = awsError('ProvisionedThroughputExceededException', 'slow down');
    const store = await storeAnswered(found, throttled, throttled, { status: 200, body: {} });
    pauses.length = 0;
    await store.progress('r', progress, [outcomeOf('1')]);
    expect(pauses).toHaveLength(1);
    expect(aws?.requests).toHaveLength(4);
    expect(aws?.requests[3]?.body).toContain('web-1');
  });

  it('is not sent again after any other fault', async () => {
    const store = await storeAnswered(found, awsError('AccessDeniedException', 'no'));
    expect(await messageOf(store.progress('r', progress, [outcomeOf('1')]))).toContain('AWS denies it');
    expect(aws?.requests).toHaveLength(2);
  });

  it('is given up as throttled after ten rounds', async () => {
    const store = await storeAnswered(found, unprocessed('left'));
    const message = await messageOf(store.progress('r', progress, [outcomeOf('1')]));
    expect(message).toContain('could not keep the outcomes of run r: table power-dev throttles');
    expect(aws?.requests.filter(({ operation }) => operation === 'BatchWriteItem')).toHaveLength(10);
  });
});

describe('an answer that got lost after its write took effect', () => {
  let dynamo: Dynalite;
  beforeAll(async () => {
    dynamo = await startDynalite();
  });
  afterAll(() => dynamo.close());

  const openStore = () => dynamoRunStore({ table: dynamo.table, clock, client: dynamo.client });

  it('leaves a record new, so that its launcher knows it is the first', async () => {
    const store = openStore();
    dynamo.calls.length = 0;
    dynamo.loseNextAnswer();
    expect(await store.record(newRun('lost-record'))).toMatchObject({ isNew: true, run: { status: 'recorded' } });
    expect(dynamo.calls).toEqual(['PutItem', 'PutItem', 'GetItem']);
  });

  it('leaves a claim with the one who made it, and with nobody else', async () => {
    const store = openStore();
    await store.record(newRun('lost-claim'));
    dynamo.loseNextAnswer();
    expect(await store.claim('lost-claim', startedAt, deadline, 'worker-1')).toMatchObject({
      status: 'running',
      startedAt,
    });
    expect(await store.claim('lost-claim', startedAt, deadline, 'worker-2')).toBeNull();
  });

  it('leaves a run cancelled once, and abandoned once', async () => {
    const store = openStore();
    await store.record(newRun('lost-cancel'));
    dynamo.loseNextAnswer();
    expect(await store.cancel('lost-cancel', startedAt, 'ann')).toMatchObject({ status: 'ended', endedAt: startedAt });
    await store.record(newRun('lost-abandon'));
    dynamo.loseNextAnswer();
    expect(await store.abandon('lost-abandon', startedAt, {})).toBe(true);
  });

  it('leaves a lost run with the one who took it', async () => {
    const store = openStore();
    await store.record(newRun('lost-lost'));
    await store.claim('lost-lost', startedAt, startedAt, 'worker-1');
    dynamo.loseNextAnswer('UpdateItem');
    expect(await store.takeLost('lost-lost', endedAt)).toBe(true);
    expect(await store.takeLost('lost-lost', endedAt)).toBe(false);
  });

  it('leaves progress and end kept once', async () => {
    const store = openStore();
    await store.record(newRun('lost-end'));
    await store.claim('lost-end', startedAt, deadline, 'worker-1');
    dynamo.loseNextAnswer();
    await store.progress('lost-end', { selected: 1, sent: 1, settled: 0, tiers: [] }, []);
    await store.end('lost-end', endedAt, { well: true }, [outcomeOf('1')]);
    expect(await store.read('lost-end', endedAt)).toMatchObject({
      status: 'ended',
      progress: { sent: 1 },
      summary: { well: true },
    });
    expect(await store.outcomes('lost-end')).toEqual([outcomeOf('1')]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  const { endpoint, close } = await listen(server);
  await close();
  return Number(new URL(endpoint).port);
}
