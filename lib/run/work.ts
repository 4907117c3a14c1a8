// The worker: claims a launched run, conducts it, and keeps in the store how it goes and how it ended.
// Trouble is thrown only when the report is safely out, so that the alarm rings and nothing is lost.

import { describeError } from '../core/describe-error.ts';
import { PowerError } from '../core/errors.ts';
import type { EmitFigures } from '../core/metric.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Clock, Engine, Log, RunEvent } from '../ports.ts';
import type { RunRecord, RunStore } from '../stores.ts';
import type { Run } from './conduct.ts';
import { isoTime } from './iso-time.ts';
import { brokeOffFigures, runFigures } from './metrics/run-figures.ts';
import { type RunRecorder, runRecorder } from './recorder.ts';
import { type RunReport, verdictOf } from './report.ts';
import { parseRecordedRequest } from './request.ts';

export interface RunHooks {
  readonly engine: Engine;
  readonly onEvent: (event: RunEvent) => void;
  readonly recorder: RunRecorder;
  readonly isCancelled: () => Promise<boolean>;
  /** The instant (epoch ms) at which the report must be there. */
  readonly until: number;
}

export interface WorkWorld {
  readonly engine: Engine;
  readonly store: RunStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Who does this run, the same in each of its turns: of two of them only one claims it. */
  readonly claimant: string;
  /** For how long the run may last, from now on. */
  readonly lifetimeMs: number;
  readonly conduct: (run: Run, hooks: RunHooks) => Promise<RunReport>;
  /** Where there is somebody who counts. */
  readonly emit?: EmitFigures;
}

/** What of the run's time belongs to the end: the last outcomes have to be written after the report is made. */
export const endMarginMs = 20_000;

/**
 * Does the run of this name, unless somebody else has claimed it or it is over: then it does nothing, so that a repeated
 * invocation is harmless. Throws `run-trouble` after the report is kept and logged, `aws` when it could not be kept.
 */
export async function work(name: string, world: WorkWorld): Promise<void> {
  const { log } = world;
  const run = await world.engine.step('claim', () => claim(name, world));
  if (run === null) {
    log.info('nothing to do: the run is unknown, under way or over', { run: name });
    return;
  }
  tell(await conductAndKeep(run, world), log);
}

async function claim(name: string, { store, clock, log, claimant, lifetimeMs }: WorkWorld): Promise<RunRecord | null> {
  const now = clock.now();
  const run = await store.claim(name, isoTime(now), isoTime(now + lifetimeMs), claimant);
  if (run !== null) log.info('run started', { run: name, trigger: run.trigger });
  return run;
}

async function conductAndKeep(run: RunRecord, world: WorkWorld): Promise<RunReport> {
  const { name } = run;
  const { engine, store, log } = world;
  const recorder = runRecorder(name, world);
  try {
    const hooks: RunHooks = {
      engine,
      recorder,
      onEvent: recorder.onEvent,
      isCancelled: () => store.isCancelled(name),
      until: Date.parse(run.deadline ?? '') - endMarginMs,
    };
    const requestedAt = Date.parse(run.recordedAt);
    const report = await world.conduct({ name, request: parseRecordedRequest(run.request), requestedAt }, hooks);
    const { outcomes, ...rest } = report;
    await engine.step('keep', async () => {
      const summary = { ...rest, verdict: verdictOf(report) };
      await store.end(name, report.run.endedAt, summary, await recorder.finish(outcomes));
      // Within the step: a replay does not count again, and a process that ends before the step is remembered counts twice.
      await world.emit?.(runFigures(report));
      return null;
    });
    return report;
  } catch (error) {
    log.error('the run broke off', { run: name, error });
    await keepBreakOff(name, error, await recorder.finish(), world);
    await world.emit?.(brokeOffFigures());
    throw error;
  }
}

// Without this, whoever follows the run would see it running until its deadline, and then never learn why.
async function keepBreakOff(
  name: string,
  error: unknown,
  outcomes: readonly Outcome[],
  { store, clock, log }: WorkWorld,
): Promise<void> {
  try {
    await store.end(name, isoTime(clock.now()), { error: describeError(error) }, outcomes);
  } catch (second) {
    log.error('the run broke off and its end could not be kept', { run: name, error: second });
  }
}

function tell(report: RunReport, log: Log): void {
  const { run, counts, unlisted, calls, interrupted, matched } = report;
  const verdict = verdictOf(report);
  for (const { vm, account, result, code, reason } of report.outcomes) {
    const isTrouble = result === 'failed' || result === 'unknown' || result === 'refused';
    if (isTrouble) log.warn('a VM needs attention', { run: run.name, vm, account, result, code, reason });
  }
  const fields = { run: run.name, action: run.action, verdict, counts, unlisted, calls, interrupted, matched };
  if (verdict === 'well') {
    log.info('run ended well', fields);
    return;
  }
  log.error('run ended, not well: its outcomes say what to do', fields);
  throw new PowerError(
    'run-trouble',
    `run ${run.name} ended in ${verdict}: see its outcomes (GET /v1/runs/${run.name})`,
    { faults: unlisted.map(({ account, project, reason }) => `${account}/${project}: ${reason}`) },
  );
}
