// The run function as the durable service on localhost invokes it: the real engine, worker, run and client, on compressed time.
// Its store, leases and attic are in memory, for one process serves all its turns: DynamoDB is counted by another part.

import { writeFile } from 'node:fs/promises';
import type { DurableExecutionInvocationInput } from '@aws/durable-execution-sdk-js';
import type { Context } from 'aws-lambda';
import { durableHandler } from '../lib/aws/durable/handler.ts';
import type { Attic } from '../lib/aws/durable/payloads.ts';
import type { Clock } from '../lib/ports.ts';
import { conduct } from '../lib/run/conduct.ts';
import { parseRunRequest } from '../lib/run/request.ts';
import { work } from '../lib/run/work.ts';
import { readPartEvent } from '../lib/run/work-event.ts';
import { MemoryRunStore } from '../test/fakes/run-store.ts';
import { type DurableTask, type DurableTold, taskVariable } from './durable/task.ts';
import { peakRssMb } from './peak-memory.ts';
import { plainWorld, simulatorCloud } from './plain-world.ts';
import { silentLog as log } from './silent-log.ts';

const task: DurableTask = JSON.parse(process.env[taskVariable] ?? '{}');
const { speed } = task;

const begunAt = Date.now();
// The whole process lives `speed` times as fast, so that what is remembered and what is waited for agree with the cloud's time.
const clock: Clock = {
  now: () => Math.round(begunAt + (Date.now() - begunAt) * speed),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const timer = setTimeout(resolve, ms / speed);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};

const store = new MemoryRunStore();
const world = plainWorld({ ...task, clock, cloud: simulatorCloud({ ...task, clock }) });

const kept = new Map<string, Uint8Array>();
let atticBytes = 0;
const attic: Attic = {
  put: async (key, bytes) => {
    kept.set(key, bytes);
    atticBytes += bytes.length;
  },
  get: async (key) => kept.get(key) ?? new Uint8Array(),
};

const durable = durableHandler({
  clock,
  attic: () => attic,
  child: () => ({ functionName: 'power-run', mostVmsHere: Number.MAX_SAFE_INTEGER }),
  readEvent: readPartEvent,
  work: (name, { engine, execution }) =>
    work(name, {
      engine,
      claimant: execution,
      lifetimeMs: 24 * 60 * 60_000,
      store,
      clock,
      log,
      conduct: async (run, hooks) => {
        const report = await conduct(run, { ...world, ...hooks });
        const tookMs = clock.now() - run.requestedAt;
        const told: DurableTold = { report, tookMs, atticBytes, peakRssMb: await peakRssMb() };
        await writeFile(task.tellInto, JSON.stringify(told));
        return report;
      },
    }),
  workPart: () => Promise.reject(new Error('a run that is settled in one process has no parts')),
});

/** One turn of the run that the event names; it is recorded when it is first heard of. */
export async function handler(event: DurableExecutionInvocationInput, context: Context): Promise<unknown> {
  const request = parseRunRequest({ action: 'shutdown', select: 'env=dev' });
  const recordedAt = new Date(clock.now()).toISOString();
  await store.record({ name: task.run, trigger: 'bench', request, requestHash: task.run, recordedAt });
  // In the run's own time; the service lets it live longer, for a busy machine would cut it off where Lambda would not.
  const endsAt = clock.now() + task.timeoutMs;
  const getRemainingTimeInMillis = () => Math.max(0, endsAt - clock.now());
  return durable(event, { ...context, getRemainingTimeInMillis });
}
