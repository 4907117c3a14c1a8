// Says why nothing was sent, where a guard or the data-loss rule said no.
// Apart from the commands, because whoever shows a report says it: `run`, `tick` and `watch`.

import { type RunReport, verdictOf } from '../lib/run/report.ts';
import { plain } from './render/plain.ts';
import type { Notes } from './terminal.ts';

/** A line on standard error, if the run was refused. */
export function sayRefusal(report: RunReport, notes: Notes): void {
  if (verdictOf(report) !== 'refused') return;
  const refusal = report.outcomes.find(({ code }) => code === 'guard' || code === 'data-loss');
  notes.line(`${notes.paint('red', 'refused, nothing was sent:')} ${plain(refusal?.reason ?? '')}`);
}
