// POST /v1/runs and GET /v1/runs/{name}: launch a run and follow it.
// A dry run is not launched: its plan is the answer.

import { PowerError } from '../core/errors.ts';
import { launch } from '../run/launch.ts';
import { randomRunName, requestHash } from '../run/name.ts';
import { type RunReport, verdictOf } from '../run/report.ts';
import { type RunRequest, runRequestSchema } from '../run/request.ts';
import { type HttpAnswer, jsonAnswer } from './answer.ts';
import type { ApiWorld } from './api-world.ts';
import { checkBody, readJsonBody } from './body.ts';
import { refuseDataLoss } from './data-loss.ts';
import { apiRunName, hasKey } from './idempotency-key.ts';
import { RequestProblem } from './problem.ts';
import type { HttpRequest } from './request.ts';
import { runJson, runPath } from './run-json.ts';
import { refuseStrangers } from './scope.ts';

// What a dry run may not use of the handler's time: the answer has to be written and sent.
const marginMs = 2_000;

/** POST /v1/runs: 202 and the run, or for a dry run 200 and the plan. */
export async function postRun(http: HttpRequest, world: ApiWorld): Promise<HttpAnswer> {
  const name = apiRunName(http);
  const request = checkBody(runRequestSchema, readJsonBody(http));
  refuseDataLoss(request.action, request.allowDataLoss);
  refuseStrangers(request, world.accounts);
  if (!request.dryRun) return launchFromApi(name, request, world);
  await refuseTakenKey(name, request, http, world);
  return answerPlan(request, http, world);
}

// A plan is kept nowhere; a key that stands for another request is refused all the same.
async function refuseTakenKey(name: string, request: RunRequest, http: HttpRequest, world: ApiWorld): Promise<void> {
  if (!hasKey(http)) return;
  const first = await world.store.read(name, new Date(world.clock.now()).toISOString());
  if (first === null || first.requestHash === requestHash(request)) return;
  throw new PowerError(
    'conflict',
    `the Idempotency-Key already stands for run ${name}, of another request: use a new key`,
  );
}

/** Launches an API run, or finds the one that has this name: 202 and the run either way. Throws `conflict`. */
export async function launchFromApi(name: string, request: RunRequest, world: ApiWorld): Promise<HttpAnswer> {
  const { run } = await launch({ name, trigger: 'api', request, requestHash: requestHash(request) }, world);
  return jsonAnswer(202, { run: runJson(run) }, { location: runPath(run) });
}

async function answerPlan(request: RunRequest, http: HttpRequest, world: ApiWorld): Promise<HttpAnswer> {
  const until = world.clock.now() + Math.max(0, http.remainingMs - marginMs);
  const { report, listed } = await world.plan({ name: randomRunName('plan'), request }, until);
  refuseUnlistable(listed, report);
  return jsonAnswer(200, { ...report, verdict: verdictOf(report) });
}

/** Throws problem 502 when nothing (no VM, no project) was listed and the lists' failures are why. */
export function refuseUnlistable(listed: number, { unlisted }: Pick<RunReport, 'unlisted'>): void {
  if (listed > 0 || unlisted.length === 0) return;
  const faults = unlisted.map(({ account, project, reason }) => ({ path: `${account}/${project}`, message: reason }));
  throw new RequestProblem('cloud', 'no VM could be listed', { faults });
}

/** GET /v1/runs/{name}: status, progress, outcomes and, once it has ended, the summary. */
export async function getRun({ params }: HttpRequest, { store, clock }: ApiWorld): Promise<HttpAnswer> {
  const name = params.name ?? '';
  const isName = /^[\w-]{1,64}$/.test(name);
  const run = isName ? await store.read(name, new Date(clock.now()).toISOString()) : null;
  if (run === null)
    throw new RequestProblem('not-found', 'there is no run of this name; runs are kept for a limited time');
  return jsonAnswer(200, { run: runJson(run), outcomes: await store.outcomes(name), summary: run.summary });
}
