// Every alarm is made to ring by its cause: for our own figures, on what the deployed handlers print of it;
// for what AWS counts, by showing that what fails is the very thing that the alarm is on. One that no cause can ring is a fault.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { alarmTable } from '../../deploy/alarm-table.ts';
import { alarmId } from '../../deploy/alarms.ts';
import { functionId, functionKeysOf } from '../../deploy/functions.ts';
import { keepFunction } from '../../deploy/links.ts';
import { makeResources } from '../../deploy/resources.ts';
import { rotateFunction } from '../../deploy/rotation.ts';
import { runFunction } from '../../deploy/run-function.ts';
import { loadConfig, readEnvironment } from '../../lib/config.ts';
import { decideSchedule, type ScheduleFacts } from '../../lib/core/schedule/decide-schedule.ts';
import type { Mark } from '../../lib/core/schedule/mark.ts';
import { resolveTag } from '../../lib/core/schedule/resolve.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import { type AlarmStage, type Invoked, startAlarmStage, token } from '../fixtures/alarm-stage.ts';
import { root } from '../fixtures/documents.ts';
import { dataIn, linesOf } from '../fixtures/emf.ts';
import { breaches, namespaceOf, periodOf } from '../fixtures/ringing.ts';
import { httpEvent } from '../http/api-bench.ts';

const deployment = { service: 'openscaler-power', stage: 'dev' };
const input = {
  settle: { every: '100ms', atMost: '100ms' },
  guard: { maxShare: 1 },
  retry: { pauses: ['10m'], alarmAfter: 3 },
  schedules: { 'office-hours': { on: 'Mon-Fri 08:00-18:00', timezone: 'UTC' } },
  crons: { night: { cron: '0 19 ? * * *', timezone: 'UTC', action: 'shutdown', select: 'env=dev' } },
  reservedConcurrency: 2,
};

function made(more: object = {}) {
  const environment = readEnvironment({ OPENSCALER_SECRET_ID: 'openscaler/token' });
  const config = loadConfig({ ...input, ...more }, environment, { where: 'lambda' });
  return { config, table: alarmTable(config), resources: makeResources(config, deployment).Resources };
}

/** With everything that has alarms of its own. */
const durable = made({
  rotation: { every: '1d' },
  notify: { kind: 'slack', secret: 'power/notify', before: '30m' },
});
const inline = made({ engine: 'inline' });
const properties = (name: string) => durable.resources[alarmId({ name })]?.Properties ?? {};
const shown = new Set<string>();
const serverless = readFileSync(`${root}/serverless.yml`, 'utf8');

/** That the alarm rings on these data, and on what was counted when all was well does not. */
function expectRings(name: string, { data }: Pick<Invoked, 'data'>, well: Pick<Invoked, 'data'>): void {
  expect([name, breaches(properties(name), data)]).toEqual([name, true]);
  expect([name, breaches(properties(name), well.data)]).toEqual([name, false]);
  shown.add(name);
}

/** That the alarm is on this metric of this resource. */
function expectOn(name: string, metric: string, dimension: string, value: unknown): void {
  expect([name, properties(name)]).toMatchObject([
    name,
    {
      MetricName: metric,
      Dimensions: [{ Name: dimension, Value: value }],
      Statistic: expect.any(String),
      Threshold: 1,
    },
  ]);
  shown.add(name);
}

const fleet = [
  { id: 1, name: 'dev', description: '[env=dev]', behaviour: 'prompt' },
  // What a reboot makes of a bad gateway, nobody can find out.
  { id: 2, name: 'odd', description: '[env=odd]', behaviour: 'html-error' },
  { id: 3, name: 'deaf', description: '[schedule="always off"]', behaviour: 'accepted-but-nothing' },
] as const;

const inTenMinutes = new Date(Date.now() + 600_000).toISOString().replace(/:\d+\.\d+Z$/, ':00Z');
const inThreeDays = Math.floor(Date.now() / 1000) + 3 * 86_400;
const secret = JSON.stringify({ access_token: token, expires_at: inThreeDays });
const namespace = 'openscaler-power-dev';

let stage: AlarmStage;
let quiet: AlarmStage;
/** A tick and a run of a fleet in which all is well. */
let wellTick: Invoked;

const tickNow = (on: AlarmStage) => on.invoke('reconcile', { tick: new Date().toISOString() });

async function record(on: AlarmStage, name: string, request: object, recordedAt = new Date().toISOString()) {
  await on.store.record({ name, trigger: 'test', request: parseRunRequest(request), requestHash: name, recordedAt });
}

/** What the run function has printed until it told of so many runs. */
function printedOf(on: AlarmStage, runs: number) {
  return vi.waitFor(
    () => {
      const data = dataIn(linesOf(on.backend.printed));
      expect(data.filter(({ metric }) => metric === 'Runs')).toHaveLength(runs);
      return { data };
    },
    { timeout: 20_000, interval: 50 },
  );
}

beforeAll(async () => {
  stage = await startAlarmStage({ fleet, config: input, secret, namespace });
  quiet = await startAlarmStage({ fleet: fleet.slice(0, 1), config: input, secret: token, namespace });
  wellTick = await tickNow(quiet);
}, 60_000);

afterAll(async () => {
  await Promise.all([stage?.close(), quiet?.close()]);
});

describe('a figure that an alarm is on', () => {
  it('is told by a tick in which all is well, and rings nothing', () => {
    expect(wellTick.end).toMatchObject({ kind: 'answered' });
    const rung = durable.table.filter(({ watches }) => watches.of === 'figures' && watches.metric !== 'FailedVms');
    for (const { name } of rung) expect([name, breaches(properties(name), wellTick.data)]).toEqual([name, false]);
  });

  it('rings for a VM that nobody can find out about, and the run’s execution fails', async () => {
    await record(quiet, 'good', { action: 'shutdown', select: 'env=dev' });
    expect(await quiet.backend.run('power-run', { run: 'good' }, { name: 'good' })).toMatchObject({
      status: 'SUCCEEDED',
    });
    await record(stage, 'bad', { action: 'reboot', select: 'env=odd' });
    expect(await stage.backend.run('power-run', { run: 'bad' }, { name: 'bad' })).toMatchObject({ status: 'FAILED' });
    const [bad, good] = [await printedOf(stage, 1), await printedOf(quiet, 1)];
    expectRings('vms-failed', bad, good);
    // Where runs are inline, the function ends in an error too.
    await record(stage, 'bad-inline', { action: 'reboot', select: 'env=odd' });
    const alone = await stage.invoke('run', { run: 'bad-inline' });
    expect(alone.end.kind).toBe('threw');
    expectRings('vms-failed', alone, good);
    const outcomes = bad.data.filter(({ metric }) => metric === 'Outcomes');
    expect(outcomes).toMatchObject([{ dimensions: { result: 'unknown', action: 'reboot' }, value: 1 }]);
    expectOn('run-failed', 'DurableExecutionFailed', 'FunctionName', { Ref: functionId('run') });
  }, 60_000);

  it('rings for faults in tags, for states that nobody has explained, and for VMs acted on in vain', async () => {
    const schedule = resolveTag('always off', { names: new Map(), calendars: new Map(), zone: null });
    if (!('schedule' in schedule)) throw new Error(schedule.fault);
    // What ticks would have noted had they acted on it every 20 minutes.
    const { scheduling: settings } = durable.config;
    const wanted = { power: 'on', schedule: schedule.schedule, override: null, keepTag: '', settings } as const;
    let mark: Mark | null = null;
    for (let minutesAgo = 80; minutesAgo > 0; minutesAgo -= 20) {
      const now = Date.now() - minutesAgo * 60_000;
      const facts: ScheduleFacts = { ...wanted, mark, now };
      mark = decideSchedule(facts).newMark ?? mark;
    }
    if (mark === null) throw new Error('nothing was marked');
    expect(await stage.state.putMarks([{ key: 'main/3', from: null, to: mark }])).toEqual([]);
    const faulty = await startAlarmStage({
      fleet: [{ id: 1, name: 'typo', description: '[Protected]', behaviour: 'prompt' }],
      config: input,
      secret: token,
      namespace,
    });
    try {
      expectRings('tick-tags', await tickNow(faulty), wellTick);
    } finally {
      await faulty.close();
    }
    const foreign = await startAlarmStage({
      fleet: [{ id: 1, name: 'mail', description: '[env=dev]', behaviour: 'prompt' }],
      quirks: { stateNames: 'foreign' },
      config: input,
      secret: token,
      namespace,
    });
    try {
      expectRings('tick-states', await tickNow(foreign), wellTick);
    } finally {
      await foreign.close();
    }
    const ticked = await tickNow(stage);
    expectRings('tick-in-vain', ticked, wellTick);
    const ofSchedule = ticked.data.filter(({ dimensions }) => dimensions.schedule === 'inline');
    expect(ofSchedule.map(({ metric, value }) => [metric, value])).toEqual([
      ['VmsWantedOn', 0],
      ['VmsWantedOff', 1],
      ['VmsSeenOn', 1],
      ['VmsSeenOff', 0],
    ]);
  }, 60_000);

  it('rings for a token that ends within days, which nobody renews', async () => {
    expectRings('token-expiring', await tickNow(stage), wellTick);
  });

  it('rings for such a token where there are no ticks too, once a day: whatever used it tells of it', async () => {
    const { resources } = made({ tick: false });
    const alarm = resources[alarmId({ name: 'token-expiring' })]?.Properties;
    expect(periodOf(alarm)).toBe(86_400);
    const untimed = await startAlarmStage({ fleet, config: { ...input, tick: false }, secret, namespace });
    try {
      await record(untimed, 'down', { action: 'shutdown', select: 'env=dev' });
      const used = await untimed.invoke('run', { run: 'down' });
      expect(used.end).toMatchObject({ kind: 'answered' });
      expect([breaches(alarm, used.data), breaches(alarm, wellTick.data)]).toEqual([true, false]);
    } finally {
      await untimed.close();
    }
  }, 60_000);

  it('rings for a run that was never started', async () => {
    const longAgo = new Date(Date.now() - 20 * 60_000).toISOString();
    await record(stage, 'forgotten', { action: 'start', select: 'env=dev' }, longAgo);
    expectRings('never-started', await tickNow(stage), wellTick);
    expect((await tickNow(stage)).data).toContainEqual(
      expect.objectContaining({ metric: 'RunsNeverStarted', value: 0 }),
    );
  });

  it('rings for a message that its channel does not take, and not for a run or tick because of it', async () => {
    const told = await startAlarmStage({
      fleet: [{ id: 1, name: 'soon off', description: `[schedule="always off" keep-on-until="${inTenMinutes}"]` }],
      // There is no such secret.
      config: { ...input, notify: { kind: 'slack', secret: 'power/nowhere', before: '30m' } },
      secret: token,
      namespace,
    });
    try {
      const ticked = await tickNow(told);
      expect(ticked.end).toMatchObject({ kind: 'answered' });
      expectRings('messages-unsent', ticked, wellTick);
    } finally {
      await told.close();
    }
  }, 30_000);

  it('rings for projects that cannot be listed, for the tick that failed over it, and at last for the ticks that are missed', async () => {
    quiet.simulator.rotateToken('another-token');
    const blind = await tickNow(quiet);
    quiet.simulator.rotateToken(token);
    expectRings('tick-unlisted', blind, wellTick);
    expectRings('tick-missed', blind, wellTick);
    expectRings('tick-missed', { data: [] }, wellTick);
    expect(blind.end.kind).toBe('threw');
    expectOn('reconcile-errors', 'Errors', 'FunctionName', { Ref: functionId('reconcile') });
  });

  it('holds no secret, and no VM', async () => {
    const lines = linesOf([
      ...wellTick.lines.map((line) => `${line}\n`),
      ...stage.backend.printed,
      ...quiet.backend.printed,
    ]);
    const figures = lines.filter((line) => line.includes('CloudWatchMetrics'));
    expect(figures.length).toBeGreaterThan(5);
    expect(lines.join('')).not.toContain(token);
    for (const { name } of fleet) expect(figures.join('')).not.toContain(`"${name}"`);
    const words = new Set(dataIn(figures).flatMap(({ dimensions }) => Object.keys(dimensions)));
    for (const word of words)
      expect(['account', 'action', 'call', 'ending', 'result', 'schedule', 'service']).toContain(word);
  });
});

describe('what AWS counts, and an alarm is on', () => {
  it.each(functionKeysOf(durable.config))('are the errors and throttles of %s, whose handler fails', async (key) => {
    // Whoever deploys what cannot be loaded has every invocation fail.
    expect((await stage.invokeBroken(key)).end.kind).not.toBe('answered');
    const generated: Readonly<Record<string, { readonly handler: string }>> = {
      ...rotateFunction(durable.config),
      ...keepFunction(durable.config, deployment),
    };
    expect(Object.keys(generated)).toEqual(['rotate', 'keep']);
    if (key in generated) expect(generated[key]?.handler).toBe(`handlers/${key}.handler`);
    else expect(serverless).toContain(`\n  ${key}:\n    handler: handlers/${key}.handler\n`);
    expectOn(`${key}-errors`, 'Errors', 'FunctionName', { Ref: functionId(key) });
    // Lambda throttles what has no concurrency left, reserved or of the account.
    expectOn(`${key}-throttles`, 'Throttles', 'FunctionName', { Ref: functionId(key) });
  });

  it.each([
    ['scheduled', {}],
    ['reconcile', { tick: 'yesterday' }],
    ['run', { run: '' }],
    ['rotate', {}],
  ])('are errors of %s for an event that it refuses', async (key, event) => {
    expect((await stage.invoke(key, event)).end.kind).toBe('threw');
  });

  it('are the ends of runs that Lambda makes itself, of the function that has the executions', () => {
    const { name, address, durableConfig } = runFunction('durable', deployment);
    expect(address).toBe(`${name}:durable`);
    expect(durableConfig?.executionTimeout).toBe(86_400);
    expectOn('run-timed-out', 'DurableExecutionTimedOut', 'FunctionName', { Ref: functionId('run') });
    expectOn('run-stopped', 'DurableExecutionStopped', 'FunctionName', { Ref: functionId('run') });
    expect(serverless).toMatch(/\n {2}run:\n(?: {4}.*\n)+ {4}maximumEventAge: 900\n/);
    expectOn('run-dropped', 'AsyncEventsDropped', 'FunctionName', { Ref: functionId('run') });
  });

  it('is the queue that all schedules, and the function of crons, leave their undeliverable events in', () => {
    const schedules = Object.values(durable.resources).filter(({ Type }) => Type === 'AWS::Scheduler::Schedule');
    expect(schedules).toHaveLength(2);
    const queue = { DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] } } };
    for (const { Properties } of schedules) expect(Properties.Target).toMatchObject(queue);
    expect(serverless).toContain('onFailure: { type: sqs, arn: !GetAtt DeadLetterQueue.Arn }');
    expect(runFunction('inline', deployment).destinations?.onFailure.arn).toEqual(queue.DeadLetterConfig.Arn);
    const name = { 'Fn::GetAtt': ['DeadLetterQueue', 'QueueName'] };
    expectOn('dead-letters', 'ApproximateNumberOfMessagesVisible', 'QueueName', name);
    expect(properties('dead-letters')).toMatchObject({ Statistic: 'Maximum' });
  });

  it('are answers of 5xx by the HTTP API, as when the table cannot be reached', async () => {
    const nowhere = { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' };
    const { end } = await stage.invoke('api', httpEvent({ method: 'GET', path: '/v1/runs' }), nowhere);
    expect(end).toMatchObject({ kind: 'answered', output: { statusCode: expect.any(Number) } });
    const status = end.kind === 'answered' ? Object(end.output).statusCode : 0;
    expect(status).toBeGreaterThanOrEqual(500);
    expectOn('http-5xx', '5xx', 'ApiId', { Ref: 'HttpApi' });
  });
});

describe('the table', () => {
  it('has no alarm that was not made to ring above, with either engine', () => {
    expect([...shown].toSorted()).toEqual(durable.table.map(({ name }) => name).toSorted());
    expect(durable.table.map(({ name }) => name)).toEqual(expect.arrayContaining(inline.table.map(({ name }) => name)));
  });

  it('looks for figures where the functions tell them', () => {
    expect(serverless).toContain(`\n    POWERTOOLS_METRICS_NAMESPACE: \${self:service}-\${sls:stage}\n`);
    expect(serverless).toContain(`\nservice: ${deployment.service}\n`);
    for (const { name, watches } of durable.table)
      if (watches.of === 'figures') expect([name, namespaceOf(properties(name))]).toEqual([name, namespace]);
  });
});
