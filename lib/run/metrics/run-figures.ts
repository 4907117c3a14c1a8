// The figures of a run, from its report; of one without a report, that it broke off.
// Told once a report is kept; a process that ends right then has them told again, and a figure too many is better than none.

import { type Figure, figure } from '../../core/metric.ts';
import type { Outcome } from '../../core/outcome.ts';
import { type RunReport, verdictOf } from '../report.ts';

/** What a run's report adds up to, in figures. Calls are counted where they leave (call-tally.ts): a report has them by runs only. */
export function runFigures(report: RunReport): readonly Figure[] {
  const { failed = 0, unknown = 0 } = report.counts;
  const { startedAt, endedAt } = report.run;
  const resent = report.outcomes.reduce((sum, { attempts }) => sum + Math.max(0, attempts - 1), 0);
  return [
    figure('Runs', 1, { ending: report.interrupted ? 'interrupted' : verdictOf(report) }),
    figure('FailedVms', failed + unknown, {}),
    figure('RunDuration', Date.parse(endedAt) - Date.parse(startedAt), {}),
    figure('ApiRetries', resent, {}),
    ...outcomeFigures(report.outcomes),
  ];
}

/** That a run has no report. */
export function brokeOffFigures(): readonly Figure[] {
  return [figure('Runs', 1, { ending: 'broke-off' })];
}

function outcomeFigures(outcomes: readonly Outcome[]): readonly Figure[] {
  const groups = Map.groupBy(outcomes, ({ result, action }) => `${result} ${action}`);
  return [...groups.values()].flatMap((group) =>
    group
      .slice(0, 1)
      .map(({ result, action }) => figure('Outcomes', group.length, { result, action: action ?? 'none' })),
  );
}
