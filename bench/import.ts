// `npm run bench:import`: what a cold start of each handler costs, beside a naive handler's in the same run.
// Fresh processes, in turn, so that whatever else the machine does falls on all of them alike; medians.

import { fork } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { dynamoRunStore } from '../lib/aws/run-store.ts';
import { systemClock } from '../lib/clock.ts';
import { parseRunRequest } from '../lib/run/request.ts';
import { plainFleet } from '../simulator/fleets.ts';
import { localClient } from '../test/fixtures/local-aws.ts';
import { copyProject } from '../test/fixtures/project.ts';
import { type Bundle, bundle } from './bundle.ts';
import { type Deployment, secretId, startDeployment } from './deployment.ts';
import { huntConfig, post, webhookEvent, webhookSecret } from './hunting-grounds.ts';
import { renderTable } from './table.ts';

const wanted = { import: 0.6, whole: 1 };

/** What a bundle may load, alone: where the time of a cold start goes. */
const parts: Readonly<Record<string, string>> = {
  valibot: `export * from 'valibot'`,
  '@middy/core': `export { default } from '@middy/core'`,
  '@middy/http-router': `export { default } from '@middy/http-router'`,
  '@aws-lambda-powertools/logger': `export { Logger } from '@aws-lambda-powertools/logger'`,
  '@aws-sdk/client-dynamodb': `export { DynamoDBClient, UpdateItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'`,
  '@aws-sdk/client-lambda': `export { LambdaClient, InvokeCommand } from '@aws-sdk/client-lambda'`,
  '@aws-sdk/client-secrets-manager': `export { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'`,
  'axios (browser build)': `export { default } from 'axios/dist/browser/axios.cjs'`,
  'axios (node build)': `export { default } from 'axios'`,
  'p-queue': `export { default } from 'p-queue'`,
  standardwebhooks: `export { Webhook } from 'standardwebhooks'`,
  '@octokit/webhooks-methods': `export { verify } from '@octokit/webhooks-methods'`,
  oauth4webapi: `export { clientCredentialsGrantRequest } from 'oauth4webapi'`,
};

const timing = v.object({ importMs: v.number(), wholeMs: v.number(), status: v.nullable(v.number()) });

interface Subject {
  readonly name: string;
  readonly bundle: Bundle;
  /** The n-th first event; left out where only the import is measured. */
  readonly event?: (nth: number) => Promise<unknown>;
  readonly timings: v.InferOutput<typeof timing>[];
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    parts: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});

const project = await copyProject(huntConfig);
const token = 'token-of-the-import-bench';
const deployment = await startDeployment(
  { fleet: plainFleet(1, { timing: { effectMs: [0, 0] } }), token },
  { [secretId]: token, 'power/webhooks/ci': webhookSecret },
);
try {
  const directory = join(project.directory, 'bench');
  await mkdir(directory);
  const subjects = await handlersIn(directory);
  await takeTurns(subjects, Number(values.rounds));
  const single = await partsIn(directory);
  await takeTurns(single, Number(values.parts));
  tell(subjects, single);
} finally {
  await Promise.all([deployment.close(), project.remove()]);
}

async function handlersIn(directory: string): Promise<readonly Subject[]> {
  const events: Readonly<Record<string, (nth: number) => Promise<unknown>>> = {
    naive: async () => ({ vm: '1', type: 'shutdown' }),
    api: async () => post({ action: 'shutdown', ids: ['1'] }),
    webhook: async (nth) => webhookEvent(webhookSecret, `msg_${nth}`),
    scheduled: async (nth) => ({ cron: 'night', scheduledTime: new Date(Date.now() - nth * 1_000).toISOString() }),
    reconcile: async () => ({ tick: new Date().toISOString() }),
    run: (nth) => recordRun(`bench-${nth}`, deployment),
  };
  return Promise.all(
    Object.entries(events).map(async ([name, event]) => {
      const file =
        name === 'naive'
          ? fileURLToPath(new URL('naive-handler.ts', import.meta.url))
          : join(project.directory, `handlers/${name}.ts`);
      return { name, event, bundle: await bundle(file, join(directory, name)), timings: [] };
    }),
  );
}

function partsIn(directory: string): Promise<readonly Subject[]> {
  return Promise.all(
    Object.entries(parts).map(async ([name, text], index) => {
      const entry = join(directory, `part-${index}.ts`);
      await writeFile(entry, text);
      return { name, bundle: await bundle(entry, join(directory, `part-${index}`)), timings: [] };
    }),
  );
}

/** A run of one VM, recorded as launch would have. */
async function recordRun(name: string, { environment }: Deployment): Promise<unknown> {
  const client = localClient(environment.AWS_ENDPOINT_URL_DYNAMODB ?? '');
  const store = dynamoRunStore({ table: environment.POWER_TABLE ?? '', clock: systemClock, client });
  const request = parseRunRequest({ action: 'shutdown', ids: ['1'] });
  await store.record({ name, trigger: 'bench', request, requestHash: name, recordedAt: new Date().toISOString() });
  return { run: name };
}

async function takeTurns(subjects: readonly Subject[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) {
      deployment.simulator.set('1', 'running');
      subject.timings.push(await coldStart(subject, round));
    }
  }
}

async function coldStart(
  { name, bundle: { file }, event }: Subject,
  nth: number,
): Promise<v.InferOutput<typeof timing>> {
  const args = [pathToFileURL(file).href, ...(event === undefined ? [] : [JSON.stringify(await event(nth))])];
  const child = fork(fileURLToPath(new URL('import-child.ts', import.meta.url)), args, {
    env: { ...deployment.environment, LOG_LEVEL: 'INFO' },
    silent: true,
    timeout: 60_000,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (printed += text));
  const told = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}: ${printed}`)));
  });
  const measured = v.parse(timing, told);
  if ((measured.status ?? 200) >= 300) throw new Error(`${name} answered ${measured.status}: ${printed}`);
  return measured;
}

function tell(subjects: readonly Subject[], single: readonly Subject[]): void {
  const measured = [...subjects, ...single].map(({ name, bundle: made, timings }) => ({
    name,
    kilobytes: made.kilobytes,
    importedKilobytes: made.importedKilobytes,
    importMs: median(timings.map(({ importMs }) => importMs)),
    wholeMs: median(timings.map(({ wholeMs }) => wholeMs)),
    heaviest: made.packages.slice(0, 5).map(([part, size]) => `${part} ${size.toFixed(0)}`),
  }));
  const [naive, ...rest] = measured.slice(0, subjects.length);
  const results = rest.map((one) => ({
    ...one,
    importRatio: one.importMs / (naive?.importMs ?? Number.NaN),
    wholeRatio: one.wholeMs / (naive?.wholeMs ?? Number.NaN),
  }));
  const isReached = results.every((one) => one.importRatio <= wanted.import && one.wholeRatio <= wanted.whole);
  process.exitCode = isReached ? 0 : 1;
  const singles = measured.slice(subjects.length);
  if (values.json) process.stdout.write(`${JSON.stringify({ wanted, naive, results, parts: singles }, null, 2)}\n`);
  else process.stdout.write(`${handlersTable([...(naive ? [naive] : []), ...results])}\n${partsTable(singles)}`);
}

type Row = {
  name: string;
  kilobytes: number;
  importedKilobytes: number;
  importMs: number;
  wholeMs: number;
  heaviest: readonly string[];
  importRatio?: number;
  wholeRatio?: number;
};

function handlersTable(rows: readonly Row[]): string {
  const head = [
    'handler',
    'KB',
    'on import',
    'import ms',
    `÷ naive (≤ ${wanted.import})`,
    'with first event ms',
    `÷ naive (≤ ${wanted.whole})`,
    'heaviest inputs, KB',
  ];
  const cells = rows.map(
    ({ name, kilobytes, importedKilobytes, importMs, wholeMs, heaviest, importRatio = 1, wholeRatio = 1 }) => [
      name,
      kilobytes.toFixed(0),
      importedKilobytes.toFixed(0),
      importMs.toFixed(1),
      importRatio.toFixed(2),
      wholeMs.toFixed(1),
      wholeRatio.toFixed(2),
      heaviest.join(', '),
    ],
  );
  return renderTable([head, ...cells]);
}

function partsTable(rows: readonly Row[]): string {
  const cells = rows.map(({ name, kilobytes, importMs }) => [name, kilobytes.toFixed(0), importMs.toFixed(1)]);
  return renderTable([['a library alone', 'KB', 'import ms'], ...cells]);
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
