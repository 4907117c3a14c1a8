// The report of a run for a person: every VM with its reason, then what it adds up to.
// Trouble comes last, closest to the prompt.

import { type Outcome, results, type Unlisted } from '../../lib/core/outcome.ts';
import type { RunReport } from '../../lib/run/report.ts';
import type { Paint, Width } from '../terminal.ts';
import { sayDuration } from './duration.ts';
import { plain } from './plain.ts';
import { paintResult, sayCounts, signOf } from './result-style.ts';
import { renderTable } from './table.ts';

interface Screen {
  readonly paint: Paint;
  readonly width: Width;
}

/** An outcome as it is shown; also one that was read back from `power run --json`. */
export type ShownOutcome = Omit<Outcome, 'code'> & { readonly code: string };

export interface ShownReport extends Pick<RunReport, 'run' | 'counts' | 'calls'> {
  readonly outcomes: readonly ShownOutcome[];
  readonly unlisted: readonly Unlisted[];
  readonly interrupted?: boolean;
}

/** A column: its title, its cell of an outcome, and whether these outcomes on this screen need it. */
interface Column {
  readonly title: string;
  readonly cell: (outcome: ShownOutcome) => string;
  readonly isNeeded?: (outcomes: readonly ShownOutcome[], width: Width) => boolean;
}

// Below this width the reason needs the room more.
const wideEnough = 110;
const isWide = (_outcomes: readonly ShownOutcome[], width: Width) => width === null || width >= wideEnough;

const columns: readonly Column[] = [
  { title: 'VM', cell: ({ vm }) => plain(vm) },
  { title: 'NAME', cell: ({ name }) => plain(name) },
  {
    title: 'ACCOUNT',
    cell: ({ account }) => plain(account),
    isNeeded: (outcomes) => new Set(outcomes.map(({ account }) => account)).size > 1,
  },
  { title: 'PROJECT', cell: ({ project }) => plain(project), isNeeded: isWide },
  {
    title: 'ACTION',
    cell: ({ action }) => action ?? '',
    isNeeded: (outcomes) => new Set(outcomes.flatMap(({ action }) => action ?? [])).size > 1,
  },
  { title: 'RESULT', cell: ({ result }) => `${signOf(result)} ${result}` },
  { title: 'POWER', cell: ({ power }) => power },
  { title: 'SENT', cell: ({ attempts }) => String(attempts), isNeeded: isWide },
  { title: 'TOOK', cell: ({ durationMs }) => sayDuration(durationMs), isNeeded: isWide },
  { title: 'REASON', cell: ({ reason }) => plain(reason) },
];

/** One row per VM, in the order of the results. Empty when there are no outcomes. */
export function renderOutcomes(outcomes: readonly ShownOutcome[], screen: Screen): string {
  if (outcomes.length === 0) return '';
  const rows = outcomes.toSorted((a, b) => results.indexOf(a.result) - results.indexOf(b.result));
  const shown = columns.filter(({ isNeeded }) => isNeeded?.(outcomes, screen.width) ?? true);
  const head = shown.map(({ title }) => title);
  const cells = rows.map((outcome) => shown.map(({ cell }) => cell(outcome)));
  return renderTable(head, cells, screen, (cell, column, row) => {
    const result = rows[row]?.result;
    return head[column] === 'RESULT' && result ? paintResult(result, cell, screen.paint) : cell;
  });
}

/** Table and summary: what `power run` prints on stdout without `--json`. */
export function renderReport(report: ShownReport, screen: Screen): string {
  const { paint } = screen;
  const lines = report.unlisted.map(
    ({ account, project, reason }) =>
      `${paint('red', '✗ not listed')} ${plain(`${account}/${project}`)}: ${plain(reason)}`,
  );
  return [
    renderOutcomes(report.outcomes, screen),
    ...[...lines, ...summaryOf(report, paint)].map((line) => `${line}\n`),
  ].join('');
}

function summaryOf(report: ShownReport, paint: Paint): string[] {
  const { run, calls, counts } = report;
  const took = sayDuration(Date.parse(run.endedAt) - Date.parse(run.startedAt));
  const whom = run.action === null ? 'tick' : `${run.action} ${run.select === null ? 'by id' : plain(run.select)}`;
  const what = `${whom}${run.dryRun ? ' (dry run: nothing was sent)' : ''}`;
  const acted = report.outcomes.filter(({ attempts }) => attempts > 0).length;
  const all = calls.actions + calls.lists + calls.reads;
  const perVm = acted === 0 ? '' : ` (${(all / acted).toFixed(2)} per acted VM)`;
  return [
    `${paint('bold', what)}: ${sayCounts(counts, paint)}, in ${took}${report.interrupted ? paint('yellow', ' (interrupted)') : ''}`,
    paint(
      'dim',
      `run ${plain(run.name)}: ${all} calls = ${calls.actions} actions + ${calls.lists} lists + ${calls.reads} single reads${perVm}`,
    ),
  ];
}
