// The last runs as a table, and the JSON contracts of what is about runs somewhere else.
// Instants are told in UTC: no configuration is read here, and so no zone is known.

import { countResults, type Outcome } from '../../lib/core/outcome.ts';
import { lineOf, type RunLine } from '../../lib/run/run-line.ts';
import type { RunRecord } from '../../lib/stores.ts';
import type { Paint, Style, Width } from '../terminal.ts';
import { sayDuration } from './duration.ts';
import { documentOf, outcomeOf } from './json.ts';
import { plain } from './plain.ts';
import { sayCounts } from './result-style.ts';
import { renderTable } from './table.ts';

interface Screen {
  readonly paint: Paint;
  readonly width: Width;
}

/** What `power runs --json` prints: the lines of GET /v1/runs. */
export function runsJson(runs: readonly RunRecord[]): string {
  return documentOf({ runs: runs.map(lineOf) });
}

/** What `power cancel --json`, and `power run --remote --no-wait --json`, print. */
export function runLineJson(run: RunRecord): string {
  return documentOf({ run: lineOf(run) });
}

/** What stands in place of a report where there is none: the same keys, and `error` with the reason. */
export function unreportedJson(run: RunRecord, error: string, outcomes: readonly Outcome[]): string {
  const { name, action, select, startedAt, endedAt } = lineOf(run);
  return documentOf({
    run: { name, action, select, dryRun: false, startedAt, endedAt },
    counts: countResults(outcomes),
    outcomes: outcomes.map(outcomeOf),
    unlisted: [],
    calls: null,
    error,
  });
}

const head = ['RUN', 'RECORDED', 'WHAT', 'STATUS', 'TOOK', 'RESULT'];

/** What `power runs` prints for a person. */
export function renderRuns(runs: readonly RunRecord[], nowMs: number, screen: Screen): string {
  if (runs.length === 0) return `${screen.paint('dim', 'no run is kept')}\n`;
  const lines = runs.map(lineOf);
  const rows = lines.map((line) => [
    plain(line.name),
    `${line.recordedAt.slice(0, 19)}Z`,
    sayWhat(line),
    line.status,
    sayTook(line, nowMs),
    plain(sayResult(line)),
  ]);
  return renderTable(head, rows, screen, (cell, column, row) => {
    const style = head[column] === 'STATUS' ? styleOf(lines[row]) : null;
    return style === null ? cell : screen.paint(style, cell);
  });
}

/** `shutdown env=dev`, `start by id`, `tick`. */
export function sayWhat({ action, select, trigger }: Pick<RunLine, 'action' | 'select' | 'trigger'>): string {
  return action === null ? plain(trigger) : `${action} ${select === null ? 'by id' : plain(select)}`;
}

function sayTook({ startedAt, endedAt, status }: RunLine, nowMs: number): string {
  if (startedAt === null) return '';
  if (status === 'lost') return '?';
  return sayDuration(Math.max(0, (endedAt === null ? nowMs : Date.parse(endedAt)) - Date.parse(startedAt)));
}

const noPaint: Paint = (_style, text) => text;

function sayResult({ status, ending, counts, progress, cancelRequestedAt }: RunLine): string {
  if (ending !== null) return counts === null ? ending : `${ending}: ${sayCounts(counts, noPaint)}`;
  if (status === 'lost') return 'nobody knows';
  const stopping = cancelRequestedAt === null ? '' : ', cancelled and stopping';
  return progress === null ? stopping.slice(2) : `${progress.settled} of ${progress.selected} settled${stopping}`;
}

function styleOf(line: RunLine | undefined): Style | null {
  if (line === undefined) return null;
  if (line.status !== 'ended') return line.status === 'lost' ? 'red' : 'cyan';
  switch (line.ending) {
    case 'well':
      return 'green';
    case 'interrupted':
    case 'cancelled':
      return 'yellow';
    default:
      return 'red';
  }
}
