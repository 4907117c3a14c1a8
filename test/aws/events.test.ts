// The announcer on EventBridge, over real sockets: a local bus takes ten entries at a time, some of them, or none.
// Its own time-outs are a fraction of the real ones; nothing is asserted of how long anything takes.

import { afterEach, describe, expect, it } from 'vitest';
import { eventBus } from '../../lib/aws/events.ts';
import { systemClock } from '../../lib/clock.ts';
import { PowerError } from '../../lib/core/errors.ts';
import type { Clock, PowerEvent } from '../../lib/ports.ts';
import { awsError, type LocalAws, type LocalAwsAnswer, startLocalAws } from '../fixtures/local-aws.ts';

const secret = 'the-token-of-this-test';
const at = '2026-01-01T00:00:01.000Z';

let aws: LocalAws | undefined;

afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

/** Waits as long as it must to give way, and remembers for how long it was to wait. */
class HastyClock implements Clock {
  readonly pauses: number[] = [];

  now(): number {
    return systemClock.now();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms === 30_000) return systemClock.sleep(ms, signal);
    this.pauses.push(ms);
    return systemClock.sleep(1, signal);
  }
}

async function bench(answers: readonly LocalAwsAnswer[], withinMs = 30_000) {
  const local = await startLocalAws(answers);
  aws = local;
  const clock = withinMs === 30_000 ? new HastyClock() : systemClock;
  const announcer = eventBus({ bus: 'default', clock, withinMs, client: local.client });
  const entries = () => local.requests.map(({ body }): Record<string, unknown>[] => JSON.parse(body).Entries);
  const fault = async (events: readonly PowerEvent[]) => {
    const error: unknown = await announcer.announce(events).catch((thrown: unknown) => thrown);
    if (!(error instanceof PowerError)) throw new Error(`no PowerError: ${error}`);
    expect(JSON.stringify([error.message, error.stack])).not.toContain(secret);
    return error;
  };
  return { announcer, entries, fault, clock, requests: local.requests };
}

function event(id: string, more: Readonly<Record<string, unknown>> = {}): PowerEvent {
  return { type: 'VmSettled', at: null, detail: { version: 1, id, ...more } };
}

function events(count: number): PowerEvent[] {
  return Array.from({ length: count }, (_, index) => event(`e${index}`));
}

const taken = (count = 10): LocalAwsAnswer => ({
  status: 200,
  body: { FailedEntryCount: 0, Entries: Array.from({ length: count }, (_, index) => ({ EventId: `id-${index}` })) },
});

/** An answer that takes the entries marked `true`. */
const partly = (...places: readonly (true | string)[]): LocalAwsAnswer => ({
  status: 200,
  body: {
    FailedEntryCount: places.filter((place) => place !== true).length,
    Entries: places.map((place, index) =>
      place === true ? { EventId: `id-${index}` } : { ErrorCode: place, ErrorMessage: `not with ${secret}` },
    ),
  },
});

const idsOf = (entries: readonly Record<string, unknown>[] = []) =>
  entries.map(({ Detail }) => JSON.parse(String(Detail)).id);

describe('the event bus', () => {
  it('gets an event with source, kind, time and detail', async () => {
    const { announcer, requests, entries } = await bench([taken(1)]);
    await announcer.announce([
      { type: 'RunStarted', at, detail: { version: 1, id: 'run-1/RunStarted', trigger: 'cron' } },
    ]);
    expect(requests).toMatchObject([{ path: '/', operation: 'PutEvents' }]);
    expect(entries()).toEqual([
      [
        {
          EventBusName: 'default',
          Source: 'openscaler-power',
          DetailType: 'RunStarted',
          Time: Date.parse(at) / 1000,
          Detail: '{"version":1,"id":"run-1/RunStarted","trigger":"cron"}',
        },
      ],
    ]);
  });

  it('is not told a time that nobody knows, and not called for nothing', async () => {
    const { announcer, entries } = await bench([taken(1)]);
    await announcer.announce([]);
    expect(entries()).toEqual([]);
    await announcer.announce([event('e1')]);
    expect(entries()[0]?.[0]).not.toHaveProperty('Time');
  });

  it('gets ten events at a time, each once', async () => {
    const { announcer, entries } = await bench([taken()]);
    await announcer.announce(events(25));
    const calls = entries();
    expect(calls.map(({ length }) => length).sort()).toEqual([10, 10, 5].sort());
    expect(calls.flatMap(idsOf).sort()).toEqual(
      idsOf(events(25).map(({ detail }) => ({ Detail: JSON.stringify(detail) }))).sort(),
    );
  });

  it('gets at most 256 KB at a time', async () => {
    // With two bytes to each letter: what counts is what is sent.
    const large = (id: string) => event(id, { text: 'é'.repeat(50_000) });
    const { announcer, entries } = await bench([taken()]);
    await announcer.announce(['a', 'b', 'c', 'd', 'e'].map(large));
    expect(entries().map(idsOf).sort()).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('is sent again what it did not take, and only that, after pauses that grow', async () => {
    const answers = [
      partly(true, 'ThrottlingException', 'InternalFailure', true),
      partly('ThrottlingException', true),
      partly('InternalFailure'),
      taken(1),
    ];
    const { announcer, entries, clock } = await bench(answers);
    await announcer.announce(events(4));
    expect(entries().map(idsOf)).toEqual([['e0', 'e1', 'e2', 'e3'], ['e1', 'e2'], ['e1'], ['e1']]);
    expect(clock).toMatchObject({ pauses: [100, 200, 400] });
  });

  it('that never takes some of them makes a fault that counts them and says why, and the others are not held up', async () => {
    const never = partly(true, 'ThrottlingException');
    const refused = partly('ThrottlingException');
    const { fault, entries } = await bench([never, refused]);
    const error = await fault(events(2));
    expect(error.code).toBe('aws');
    expect(error.message).toBe(
      'could not announce 2 events to the event bus default: 1 were not taken (ThrottlingException), also when sent again; ' +
        'if it lasts, look at the quotas of EventBridge',
    );
    expect(entries().map(idsOf)).toEqual([['e0', 'e1'], ['e1'], ['e1'], ['e1']]);
  });

  it('that answers with fewer entries than it got has not taken the rest', async () => {
    const { announcer, entries } = await bench([partly(true), taken(1)]);
    await announcer.announce(events(2));
    expect(entries().map(idsOf)).toEqual([['e0', 'e1'], ['e1']]);
  });

  it.each([
    ['throttles', awsError('ThrottlingException', 'Rate exceeded', 400)],
    ['fails', awsError('InternalException', 'broken', 500)],
    ['cuts the connection', { status: 200, cut: true }],
  ])('that %s once is asked again', async (_does, answer) => {
    const { announcer, entries } = await bench([answer, taken(2)]);
    await announcer.announce(events(2));
    expect(entries().map(idsOf)).toEqual([
      ['e0', 'e1'],
      ['e0', 'e1'],
    ]);
  });

  it.each([
    ['throttles', awsError('ThrottlingException', `Rate exceeded by ${secret}`), 'AWS throttles, also after retries'],
    ['fails', awsError('InternalException', secret, 500), 'AWS answers InternalException'],
    [
      'cuts every connection',
      { status: 200, cut: true },
      'AWS does not answer: check the network and AWS_ENDPOINT_URL_*',
    ],
    ['does not exist', awsError('ResourceNotFoundException', secret), 'the bus does not exist: deploy the stack'],
    [
      'denies',
      awsError('AccessDeniedException', `${secret} is not authorized to perform: events:PutEvents on resource`),
      'AWS denies events:PutEvents: allow it in the role',
    ],
  ])('that %s makes a fault that says what to do', async (_does, answer, advice) => {
    const { fault, requests } = await bench([answer]);
    const error = await fault(events(1));
    expect(error).toMatchObject({
      code: 'aws',
      message: expect.stringContaining(`could not announce 1 event to the event bus default: ${advice}`),
    });
    expect(requests.length).toBeLessThanOrEqual(2);
  });

  it('that denies is not asked a thousand times', async () => {
    const { fault, requests } = await bench([awsError('AccessDeniedException', 'no')]);
    await fault(events(1_000));
    // Four calls are under way at once.
    expect(requests.length).toBeLessThanOrEqual(4);
  });

  it('that takes too long is given up, and there again for the next', async () => {
    const { announcer, fault } = await bench([{ status: 200, late: true }, taken(1)], 200);
    const error = await fault(events(1));
    expect(error.message).toContain('AWS does not answer');
    await announcer.announce(events(1));
  });
});
