// What a cold start of each handler costs, beside a naive handler's in the same run.
// Fresh processes, in turn, so that whatever else the machine does falls on all of them alike; medians.

import { fork } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as v from 'valibot';
import { dynamoRunStore } from '../../lib/aws/run-store.ts';
import { systemClock } from '../../lib/clock.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import { plainFleet } from '../../simulator/fleets.ts';
import { localClient } from '../../test/fixtures/local-aws.ts';
import { copyProject, type ProjectCopy } from '../../test/fixtures/project.ts';
import { type Bundle, bundle } from '../bundle.ts';
import { type Deployment, secretId, startDeployment } from '../deployment.ts';
import { huntConfig, post, webhookEvent, webhookSecret } from '../hunting-grounds.ts';
import type { Measured, Part } from '../part.ts';
import { median, type Sheet, whole } from '../table.ts';

const aims = { import: 0.6, whole: 1 };

/** What a bundle may load. */
const singles: Readonly<Record<string, string>> = {
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

/** What handlers cost at a cold start, beside a naive one. */
export const coldStart: Part = {
  name: 'cold-start',
  what: "import of each handler's bundle, and its first event, ÷ those of a naive handler",
  measure: ({ isQuick, tell }) =>
    onStage(async (stage) => {
      tell('cold starts, in turn');
      const subjects = await handlersIn(stage);
      await takeTurns(subjects, isQuick ? 5 : 15, stage);
      return handlersResult(subjects);
    }),
};

/** What the libraries of the handlers cost, each alone. */
export const libraries: Part = {
  name: 'libraries',
  what: 'import of each library alone: where the time of a cold start goes',
  measure: ({ isQuick, tell }) =>
    onStage(async (stage) => {
      tell('libraries, in turn');
      const subjects = await librariesIn(stage);
      await takeTurns(subjects, isQuick ? 3 : 7, stage);
      return librariesResult(subjects);
    }),
};

interface Stage {
  readonly deployment: Deployment;
  readonly project: ProjectCopy;
  /** Where bundles go. */
  readonly directory: string;
}

async function onStage<T>(use: (stage: Stage) => Promise<T>): Promise<T> {
  const project = await copyProject(huntConfig);
  const token = 'token-of-the-import-bench';
  const deployment = await startDeployment(
    { fleet: plainFleet(1, { timing: { effectMs: [0, 0] } }), token },
    { [secretId]: token, 'power/webhooks/ci': webhookSecret },
  );
  try {
    const directory = join(project.directory, 'bench');
    await mkdir(directory);
    return await use({ deployment, project, directory });
  } finally {
    await Promise.all([deployment.close(), project.remove()]);
  }
}

async function handlersIn({ deployment, project, directory }: Stage): Promise<readonly Subject[]> {
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
          ? fileURLToPath(new URL('../naive-handler.ts', import.meta.url))
          : join(project.directory, `handlers/${name}.ts`);
      return { name, event, bundle: await bundle(file, join(directory, name)), timings: [] };
    }),
  );
}

function librariesIn({ directory }: Stage): Promise<readonly Subject[]> {
  return Promise.all(
    Object.entries(singles).map(async ([name, text], index) => {
      const entry = join(directory, `library-${index}.ts`);
      await writeFile(entry, text);
      return { name, bundle: await bundle(entry, join(directory, `library-${index}`)), timings: [] };
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

async function takeTurns(subjects: readonly Subject[], rounds: number, { deployment }: Stage): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) {
      deployment.simulator.set('1', 'running');
      subject.timings.push(await startCold(subject, round, deployment));
    }
  }
}

async function startCold(
  { name, bundle: { file }, event }: Subject,
  nth: number,
  deployment: Deployment,
): Promise<v.InferOutput<typeof timing>> {
  const args = [pathToFileURL(file).href, ...(event === undefined ? [] : [JSON.stringify(await event(nth))])];
  const child = fork(fileURLToPath(new URL('../import-child.ts', import.meta.url)), args, {
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

function handlersResult(subjects: readonly Subject[]): Measured {
  const [naive, ...rest] = subjects.map(measuredOf);
  if (naive === undefined) throw new Error('there is no naive handler to compare with');
  const results = rest.map((one) => ({
    ...one,
    importRatio: one.importMs / naive.importMs,
    wholeRatio: one.wholeMs / naive.wholeMs,
  }));
  return {
    figures: { aims, naive, results },
    sheets: [handlersSheet([{ ...naive, importRatio: 1, wholeRatio: 1 }, ...results])],
    misses: results.flatMap(({ name, importRatio, wholeRatio }) => [
      ...(importRatio > aims.import ? [`${name}: import ÷ naive ${importRatio.toFixed(2)} > ${aims.import}`] : []),
      ...(wholeRatio > aims.whole
        ? [`${name}: import and first event ÷ naive ${wholeRatio.toFixed(2)} > ${aims.whole}`]
        : []),
    ]),
  };
}

type Row = ReturnType<typeof measuredOf> & { readonly importRatio: number; readonly wholeRatio: number };

function handlersSheet(rows: readonly Row[]): Sheet {
  const head = ['handler', 'KB', 'KB on import', 'import ms', '÷ naive', 'with first event ms', '÷ naive'];
  const cells = rows.map((row) => [
    row.name,
    ...[row.kilobytes, row.importedKilobytes].map(whole),
    row.importMs.toFixed(1),
    row.importRatio.toFixed(2),
    row.wholeMs.toFixed(1),
    row.wholeRatio.toFixed(2),
  ]);
  return {
    title: 'Cold starts',
    intro:
      'Each bundle imported by a fresh process, in turn; medians. The naive handler reads the token, sends one POST and records nothing.',
    rows: [head, ...cells],
    notes: [
      `Aimed at: import ≤ ${aims.import.toFixed(2)} of the naive one, import and first event ≤ ${aims.whole.toFixed(2)}.`,
    ],
  };
}

function librariesResult(subjects: readonly Subject[]): Measured {
  const measured = subjects.map(measuredOf);
  const cells = measured.map(({ name, kilobytes, importMs }) => [name, whole(kilobytes), importMs.toFixed(1)]);
  return {
    figures: measured,
    sheets: [{ title: 'Libraries', rows: [['a library alone', 'KB', 'import ms'], ...cells] }],
    misses: [],
  };
}

function measuredOf({ name, bundle: made, timings }: Subject) {
  return {
    name,
    kilobytes: made.kilobytes,
    importedKilobytes: made.importedKilobytes,
    importMs: median(timings.map(({ importMs }) => importMs)),
    wholeMs: median(timings.map(({ wholeMs }) => wholeMs)),
    heaviest: made.packages.slice(0, 5).map(([part, size]) => `${part} ${size.toFixed(0)}`),
  };
}
