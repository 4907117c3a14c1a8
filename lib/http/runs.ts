// POST and GET of /v1/runs, GET and DELETE of /v1/runs/{name}: launch runs, list them, follow and cancel one.
// A dry run is not launched: its plan is the answer.

import { PowerError } from '../core/errors.ts';
import { countResults } from '../core/outcome.ts';
import { endingOf } from '../run/ending.ts';
import { isoTime } from '../run/iso-time.ts';
import { launch } from '../run/launch.ts';
import { randomRunName, requestHash } from '../run/name.ts';
import { type RunReport, verdictOf } from '../run/report.ts';
import { type RunRequest, runRequestSchema } from '../run/request.ts';
import { lineOf } from '../run/run-line.ts';
import { type HttpAnswer, jsonAnswer } from './answer.ts';
import type { ApiWorld } from './api-world.ts';
import { checkBody, readJsonBody } from './body.ts';
import { refuseDataLoss } from './data-loss.ts';
import { apiRunName, hasKey } from './idempotency-key.ts';
import { RequestProblem } from './problem.ts';
import type { HttpRequest } from './request.ts';
import { runJson, runPath } from './run-json.ts';
import { pageOfOutcomes, readOutcomesQuery, readRunsQuery, runsPath } from './run-pages.ts';
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
  const first = await world.store.read(name, isoNow(world.clock));
  if (first === null || first.requestHash === requestHash(request)) return;
  throw new PowerError(
    'conflict',
    `the Idempotency-Key already stands for run ${name}, of another request: use a new key`,
  );
}

/** Launches an API run, or finds the one that has this name: 202 and the run either way. Throws `conflict` and problem 429. */
export async function launchFromApi(name: string, request: RunRequest, world: ApiWorld): Promise<HttpAnswer> {
  await world.admit('api');
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

/** GET /v1/runs: the last runs, newest first, a page at a time. */
export async function getRuns({ query }: HttpRequest, { store, clock }: ApiWorld): Promise<HttpAnswer> {
  const { limit, before } = readRunsQuery(query);
  const { runs, next } = await store.list(isoNow(clock), limit, before);
  return jsonAnswer(200, { runs: runs.map(lineOf), next: next === null ? null : runsPath(limit, next) });
}

/** GET /v1/runs/{name}: status, progress, a page of outcomes and, once it has ended, the summary. */
export async function getRun({ params, query }: HttpRequest, { store, clock }: ApiWorld): Promise<HttpAnswer> {
  const asked = readOutcomesQuery(query);
  const name = runNameIn(params);
  const run = name === null ? null : await store.read(name, isoNow(clock));
  if (run === null) throw noSuchRun();
  const all = asked.limit === 0 ? null : await store.outcomes(run.name);
  const { page, next } = pageOfOutcomes(all ?? [], asked);
  return jsonAnswer(200, {
    run: runJson(run),
    counts: all === null ? (endingOf(run)?.report?.counts ?? null) : countResults(all),
    outcomes: page,
    next: next === null ? null : `${runPath(run)}?limit=${asked.limit}&cursor=${next}`,
    summary: run.summary,
  });
}

/** DELETE /v1/runs/{name}: 202 when it was running and is asked to stop, 200 when it is cancelled. Throws problem 409 when it was over. */
export async function deleteRun({ params, caller }: HttpRequest, { store, clock, log }: ApiWorld): Promise<HttpAnswer> {
  const name = runNameIn(params);
  const run = name === null ? null : await store.cancel(name, isoNow(clock), caller);
  if (run === null) throw noSuchRun();
  if (run.cancelRequestedAt === null || run.status === 'lost')
    throw new RequestProblem('over', `run ${run.name} is over (${run.status}): there is nothing to cancel`);
  log.info('a run is cancelled', { run: run.name, by: run.cancelRequestedBy, status: run.status });
  return jsonAnswer(run.status === 'running' ? 202 : 200, { run: runJson(run) }, { location: runPath(run) });
}

function runNameIn({ name = '' }: HttpRequest['params']): string | null {
  return /^[\w-]{1,64}$/.test(name) ? name : null;
}

function noSuchRun(): RequestProblem {
  return new RequestProblem('not-found', 'there is no run of this name; runs are kept for a limited time');
}

function isoNow(clock: ApiWorld['clock']): string {
  return isoTime(clock.now());
}
