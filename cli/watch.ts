// A run somewhere else, followed to its end by what is kept of it, and then reported as one that was done here.
// Only looks: Ctrl-C ends the watching, never the run.

import { PowerError } from '../lib/core/errors.ts';
import { type Ending, endingOf } from '../lib/run/ending.ts';
import type { RunReport } from '../lib/run/report.ts';
import type { RunRecord, RunStore } from '../lib/stores.ts';
import { noSuchRun } from './deployment.ts';
import { type ExitCode, exitCode, exitCodeOfReport } from './exit-code.ts';
import { sayRefusal } from './refusal.ts';
import { runJson } from './render/json.ts';
import { renderOutcomes, renderReport } from './render/outcomes.ts';
import { plain } from './render/plain.ts';
import { unreportedJson } from './render/runs.ts';
import { watchView } from './render/watch.ts';
import type { Terminal } from './terminal.ts';

const everyMs = 2_000;
// A hiccup of the network must not turn a run that goes well into an exit code that says otherwise.
const mostFailures = 5;

type Store = Pick<RunStore, 'read' | 'outcomes'>;

/** Follows the run until it is over, prints its report, and says how it went as `power run` does. Throws `not-found`, `aws`. */
export async function watchToEnd(
  name: string,
  store: Store,
  options: { readonly json?: true },
  terminal: Terminal,
): Promise<ExitCode> {
  const run = await follow(name, store, terminal);
  if (run === null) {
    terminal.notes.line(`not watching any more; the run goes on. power cancel ${name} stops it`);
    return exitCode.interrupted;
  }
  const ending = endingOf(run);
  const outcomes = await store.outcomes(name);
  if (ending?.report) return reportTo({ ...ending.report, outcomes }, options, terminal);
  return tellWithoutReport(run, ending, outcomes, options, terminal);
}

/** The run once it is over; null when the watching was interrupted. */
async function follow(name: string, store: Store, terminal: Terminal): Promise<RunRecord | null> {
  const { clock, interrupt } = terminal;
  const view = watchView(name, terminal);
  const stopped = abortOf(interrupt.stop);
  let failures = 0;
  try {
    for (;;) {
      const seen = await Promise.race([look(name, store, terminal), stopped]);
      if (seen === 'stopped') return null;
      if (seen instanceof PowerError) failures += 1;
      else failures = 0;
      if (seen instanceof PowerError && (seen.code !== 'aws' || failures === mostFailures)) throw seen;
      if (!(seen instanceof PowerError)) {
        view.show(seen);
        if (seen.status === 'ended' || seen.status === 'lost') return seen;
      }
      await clock.sleep(everyMs, interrupt.stop);
    }
  } finally {
    view.end();
  }
}

/** The run as it stands, or why it could not be seen. */
async function look(name: string, store: Store, { clock }: Terminal): Promise<RunRecord | PowerError> {
  try {
    return (await store.read(name, new Date(clock.now()).toISOString())) ?? noSuchRun(name);
  } catch (error) {
    if (error instanceof PowerError) return error;
    throw error;
  }
}

function abortOf(signal: AbortSignal): Promise<'stopped'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('stopped');
    signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
}

function reportTo(report: RunReport, { json }: { readonly json?: true }, { out, notes }: Terminal): ExitCode {
  out.write(json ? runJson(report) : renderReport(report, out));
  sayRefusal(report, notes);
  if (!report.matched && report.run.select !== null) notes.line('nothing matched: power list shows the tags there are');
  return exitCodeOfReport(report);
}

function tellWithoutReport(
  run: RunRecord,
  ending: Ending | null,
  outcomes: RunReport['outcomes'],
  { json }: { readonly json?: true },
  { out, notes }: Terminal,
): ExitCode {
  const reason =
    ending?.reason ?? `it is lost: it did not end before ${run.deadline}, and nobody knows how it went; its log may`;
  out.write(json ? unreportedJson(run, reason, outcomes) : renderOutcomes(outcomes, out));
  notes.line(`${notes.paint('red', `run ${run.name} has no report:`)} ${plain(reason)}`);
  return ending?.word === 'cancelled' ? exitCode.interrupted : exitCode.trouble;
}
