// AWS's side under attack: every fault of the table and of Lambda's invoke, at every operation, once and for as long as it lasts.
// Each trial launches one run, does it, and sweeps afterwards as the next tick would; then the table itself is asked what became of it.

import { lambdaLauncher } from '../../lib/aws/launcher.ts';
import { dynamoLeases } from '../../lib/aws/leases.ts';
import { dynamoRunStore } from '../../lib/aws/run-store.ts';
import { dynamoStateStore } from '../../lib/aws/state-store.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Action } from '../../lib/core/action.ts';
import type { Clock } from '../../lib/ports.ts';
import { conduct } from '../../lib/run/conduct.ts';
import { inProcessEngine } from '../../lib/run/engine.ts';
import { launch } from '../../lib/run/launch.ts';
import { requestHash } from '../../lib/run/name.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import { startForgotten } from '../../lib/run/sweep.ts';
import { work } from '../../lib/run/work.ts';
import type { RunStore } from '../../lib/stores.ts';
import { MemoryLog } from '../fakes/log.ts';
import { FakeCloud } from '../fakes/vm-cloud.ts';
import { type Dynalite, startDynalite } from '../fixtures/dynalite.ts';
import { localClient } from '../fixtures/local-aws.ts';
import { dev, noSchedules, policy } from '../fixtures/world.ts';
import { type AwsFaultName, startAwsProxy } from './aws-faults.ts';
import { judgeTrial } from './aws-judge.ts';
import { startLambda } from './lambda-endpoint.ts';
import { each } from './pool.ts';
import type { Tally } from './tally.ts';

const tableFaults: readonly AwsFaultName[] = [
  'throttled',
  'throttled by request limit',
  'throttled by rate',
  'denied',
  'credentials expired',
  'not there',
  'internal error',
  'unavailable',
  'transaction conflict',
  'item too large',
  'item to update too large',
  'no JSON',
  'an error of no name',
  'cut before',
  'cut after',
  'never',
  'slow',
  'done twice',
  'internal error, but done',
  'a condition fails, but done',
];
const operations = ['PutItem', 'UpdateItem', 'GetItem', 'BatchWriteItem', 'Query'] as const;
const invokeFaults: readonly AwsFaultName[] = [
  'too many requests',
  'denied, 403',
  'not there',
  'internal error',
  'unavailable',
  'no JSON',
  'an error of no name',
  'cut before',
  'cut after',
  'never',
  'slow',
  'done twice',
  'too many requests, but done',
];

interface Trial {
  readonly fault: AwsFaultName;
  readonly operation: string;
  /** At the first call, at the third, or at every one until the trouble is over. */
  readonly when: 'first' | 'third' | 'every';
  readonly action: Action;
}

/** All trials there are. Two workers of one run are told from one by a reboot: what Lambda does is tried with both actions. */
export const trials: readonly Trial[] = (['first', 'third', 'every'] as const).flatMap((when) => [
  ...[
    ...operations.flatMap((operation) => tableFaults.map((fault) => ({ fault, operation }))),
    { fault: 'nothing processed' as const, operation: 'BatchWriteItem' },
  ].map((pair, index): Trial => ({ ...pair, when, action: index % 2 === 0 ? 'reboot' : 'shutdown' })),
  ...invokeFaults.flatMap((fault) =>
    (['reboot', 'shutdown'] as const).map((action): Trial => ({ fault, operation: 'Invoke', when, action })),
  ),
]);

const begun = Date.now();
const haste = 50;
const lifetimeMs = 600_000;

/** Time passes fifty times as fast, for clock and sleepers alike: patience is over in seconds. */
const hasty: Clock = {
  now: () => Math.floor(begun + (Date.now() - begun) * haste),
  sleep: (ms, signal) => systemClock.sleep(ms / haste, signal),
};

/** Every `sample`-th trial, beginning with the seed's. */
export async function troubleAws(tally: Tally, seed: number, sample = 1): Promise<void> {
  const chosen = trials.filter((_, index) => index % sample === seed % sample);
  await each(chosen, async (trial, index) => {
    const name = `${seed}: ${trial.fault} at ${trial.when} ${trial.operation}, ${trial.action}`;
    // A table of its own: a sweep starts whatever it finds.
    const dynalite = await startDynalite('power-torture');
    try {
      tally.count('trials');
      tally.violate(name, ...(await tryOut(trial, `trial-${seed}-${index}`, dynalite, tally)));
    } finally {
      await dynalite.close();
    }
  });
  tally.seeds.add(String(seed));
}

const vmIds = ['1', '2', '3'];

/** A deployment of one run, whose AWS fails as the trial has it until it is healed. */
async function startStage(trial: Trial, name: string, dynalite: Dynalite) {
  let isHealed = false;
  const choose = (operation: string, nth: number) => {
    const isNow = trial.when === 'every' || nth === (trial.when === 'first' ? 1 : 3);
    return !isHealed && operation === trial.operation && isNow ? trial.fault : null;
  };
  const proxy = await startAwsProxy(String(dynalite.client.endpoint), choose);
  const requestHandler = { connectionTimeout: 500, requestTimeout: 600, throwOnRequestTimeout: true };
  const client = { ...localClient(proxy.endpoint), requestHandler };
  const options = { table: dynalite.table, clock: hasty, client };
  const cloud = new FakeCloud({ account: name, clock: hasty, projects: { default: vmIds.map((id) => dev(id)) } });
  const store = dynamoRunStore(options);
  const log = new MemoryLog();
  const thrown: unknown[] = [];
  const working = worker(options, cloud, log);
  const lambda = await startLambda(async (run) => {
    try {
      await working(run, store);
    } catch (error) {
      thrown.push(error);
    }
  });
  const invoke = await startAwsProxy(lambda.endpoint, choose);
  const launcher = lambdaLauncher({ functionName: 'power-run', client: { ...client, endpoint: invoke.endpoint } });
  return {
    cloud,
    thrown,
    launching: { store, launcher, clock: hasty, log },
    idle: lambda.idle,
    heal: () => {
      isHealed = true;
    },
    given: () => [...proxy.given, ...invoke.given],
    close: () => Promise.all([proxy.close(), invoke.close(), lambda.close()]),
  };
}

/** The run function: each invocation is a claimant of its own. */
function worker(options: Parameters<typeof dynamoLeases>[0], cloud: FakeCloud, log: MemoryLog) {
  const engine = inProcessEngine(hasty);
  const world = {
    accounts: [{ cloud, projects: ['default'] }],
    engine,
    clock: hasty,
    log,
    policy,
    inFlight: 8,
    maxAgeMs: 0,
    tags: [],
    states: {},
    schedules: noSchedules,
    state: dynamoStateStore(options),
    leases: dynamoLeases(options),
  };
  let claimants = 0;
  return (run: string, store: RunStore) => {
    claimants += 1;
    const lasting = { engine, store, clock: hasty, log, claimant: `${run} ${claimants}`, lifetimeMs };
    return work(run, { ...lasting, conduct: (own, hooks) => conduct(own, { ...world, ...hooks }) });
  };
}

async function tryOut(trial: Trial, name: string, dynalite: Dynalite, tally: Tally): Promise<readonly string[]> {
  const stage = await startStage(trial, name, dynalite);
  const { cloud, thrown, launching, idle } = stage;
  const request = parseRunRequest({ action: trial.action, select: 'env=dev' });
  const launched = launch({ name, trigger: 'http', request, requestHash: requestHash(request) }, launching);
  const refused: unknown = await launched.then(
    () => null,
    (error: unknown) => error,
  );
  await idle();
  stage.heal();
  // The tick of three minutes later; and another one, for what the first had to leave.
  const later: Clock = { ...hasty, now: () => hasty.now() + 3 * 60_000 };
  for (let nth = 0; nth < 2; nth += 1) {
    await startForgotten({ ...launching, clock: later, lifetimeMs });
    await idle();
  }
  const plain = dynamoRunStore({ table: dynalite.table, clock: hasty, client: dynalite.client });
  const run = await plain.read(name, new Date(hasty.now()).toISOString());
  const outcomes = await plain.outcomes(name);
  for (const { fault, operation } of stage.given()) tally.inject(fault, operation);
  await stage.close();
  const isTaken = wasTaken(trial);
  return judgeTrial({ action: trial.action, vms: vmIds, cloud, run, outcomes, refused, thrown, isTaken });
}

const taking: readonly AwsFaultName[] = ['cut after', 'slow', 'done twice', 'too many requests, but done'];

/** A fault that lasts keeps every call from Lambda, unless it strikes on the way back. */
function wasTaken({ fault, operation, when }: Trial): boolean | null {
  return operation === 'Invoke' && when === 'every' && !taking.includes(fault) ? false : null;
}
