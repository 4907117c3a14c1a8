// The report: what a run says when everyone has been served, and the verdict it adds up to.
// Its shape is the contract of `power run --json` and of GET /v1/runs/{name}.

import type { Action } from '../core/action.ts';
import { type Counts, countResults, type Outcome, type Unlisted } from '../core/outcome.ts';
import { isoTime } from './iso-time.ts';
import type { RunRequest, TickRequest } from './request.ts';

export interface RunReport {
  readonly run: {
    readonly name: string;
    /** Null for a tick's run: each outcome has its own. */
    readonly action: Action | null;
    readonly select: string | null;
    readonly dryRun: boolean;
    readonly startedAt: string;
    readonly endedAt: string;
  };
  readonly counts: Counts;
  readonly outcomes: readonly Outcome[];
  readonly unlisted: readonly Unlisted[];
  /** Whether any VM surely matched; one that only could (its tags are at fault) does not count (rule 1). */
  readonly matched: boolean;
  /** Whether the request said that matching nothing is fine. */
  readonly allowEmpty: boolean;
  /** Whether the run was stopped from outside before it was done. */
  readonly interrupted: boolean;
  /** What the run cost in API calls. */
  readonly calls: { readonly lists: number; readonly reads: number; readonly actions: number };
}

/**
 * `refused`: a guard or the data-loss rule said no and nothing was sent. `trouble`: a VM failed, is unknown or was refused by the
 * API, a project was not listed, or nothing matched. Otherwise `well`.
 */
export type Verdict = 'well' | 'trouble' | 'refused';

export function verdictOf(report: RunReport): Verdict {
  if (report.outcomes.some(({ code }) => code === 'guard' || code === 'data-loss')) return 'refused';
  const { failed = 0, unknown = 0, refused = 0 } = report.counts;
  const isEmpty = !report.matched && !report.allowEmpty;
  // Left alone on purpose; but what was asked for was not done.
  if (report.outcomes.some(({ code }) => code === 'tier' || code === 'interrupted')) return 'trouble';
  return failed + unknown + refused > 0 || report.unlisted.length > 0 || isEmpty ? 'trouble' : 'well';
}

export function makeReport(
  name: string,
  request: RunRequest | TickRequest,
  parts: Omit<RunReport, 'run' | 'counts' | 'allowEmpty'> & { readonly startedAt: number; readonly endedAt: number },
): RunReport {
  const { startedAt, endedAt, ...rest } = parts;
  return {
    run: {
      name,
      action: request.action,
      select: request.select,
      dryRun: request.dryRun,
      startedAt: isoTime(startedAt),
      endedAt: isoTime(endedAt),
    },
    counts: countResults(parts.outcomes),
    allowEmpty: request.action === null || request.allowEmpty,
    ...rest,
  };
}
