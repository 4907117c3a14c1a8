// POST /v1/runs and GET /v1/runs/{name}: launch a run and follow it.
// A dry run is not launched: its plan is the answer.

import { launch } from '../run/launch.ts';
import { requestHash } from '../run/name.ts';
import { type RunReport, verdictOf } from '../run/report.ts';
import { type RunRequest, runRequestSchema } from '../run/request.ts';
import { type HttpAnswer, jsonAnswer } from './answer.ts';
import type { ApiWorld } from './api-world.ts';
import { checkBody, readJsonBody } from './body.ts';
import { refuseDataLoss } from './data-loss.ts';
import { apiRunName } from './idempotency-key.ts';
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
  return request.dryRun ? answerPlan(name, request, http, world) : launchFromApi(name, request, world);
}

/** Launches an API run, or finds the one that has this name: 202 and the run either way. Throws `conflict`. */
export async function launchFromApi(name: string, request: RunRequest, world: ApiWorld): Promise<HttpAnswer> {
  const { run } = await launch({ name, trigger: 'api', request, requestHash: requestHash(request) }, world);
  return jsonAnswer(202, { run: runJson(run) }, { location: runPath(run) });
}

async function answerPlan(name: string, request: RunRequest, http: HttpRequest, world: ApiWorld): Promise<HttpAnswer> {
  const until = world.clock.now() + Math.max(0, http.remainingMs - marginMs);
  const { report, listed } = await world.plan({ name, request }, until);
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
