// The `power` command: hands the process's arguments, streams and signals to the program, and its code back.
// All that only a real process has is here, so that everything else can be tested without one.

import { systemClock } from '../lib/clock.ts';
import { cancel } from './commands/cancel.ts';
import { check } from './commands/check.ts';
import { explain } from './commands/explain.ts';
import { keep } from './commands/keep.ts';
import { list } from './commands/list.ts';
import { cancelOverrides, overrides } from './commands/overrides.ts';
import { plan } from './commands/plan.ts';
import { run } from './commands/run.ts';
import { runs } from './commands/runs.ts';
import { schedule } from './commands/schedule.ts';
import { sim } from './commands/sim.ts';
import { tick } from './commands/tick.ts';
import { token } from './commands/token.ts';
import { watch } from './commands/watch.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { listenForInterrupt } from './interrupt.ts';
import { runProgram } from './program.ts';
import { linesOf, makeNotes, makeOut, type Terminal } from './terminal.ts';

let unwritten: string | null = null;

// `power list | head` closes the pipe while we write: what is left has no reader, and that is not a fault.
process.stdout.on('error', ({ code = 'unknown error' }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') unwritten = code;
});
// There is nowhere to say that notes are lost, and no reason to break off what they are about.
process.stderr.on('error', () => {});

const terminal: Terminal = {
  out: makeOut(process.stdout),
  notes: makeNotes(process.stderr),
  clock: systemClock,
  interrupt: listenForInterrupt(process, systemClock.now),
  lines: () => linesOf(process.stdin),
  directory: process.cwd(),
};

const code = await runProgram(
  process.argv.slice(2),
  {
    list: (options) => endingAtOnce(list(options, terminal)),
    run: (options) => run(options, terminal),
    runs: (options) => endingAtOnce(runs(options, terminal)),
    watch: (options) => watch(options, terminal),
    cancel: (options) => endingAtOnce(cancel(options, terminal)),
    check: (options) => endingAtOnce(check(options, terminal)),
    schedule: (options) => endingAtOnce(schedule(options, terminal)),
    plan: (options) => endingAtOnce(plan(options, terminal)),
    explain: (options) => endingAtOnce(explain(options, terminal)),
    keep: (options) => endingAtOnce(keep(options, terminal)),
    overrides: (options) => endingAtOnce(overrides(options, terminal)),
    cancelOverrides: (options) => endingAtOnce(cancelOverrides(options, terminal)),
    tick: (options) => tick(options, terminal),
    token: (options) => endingAtOnce(token(options, terminal)),
    sim: (options) => sim(options, terminal),
  },
  terminal,
);

await terminal.out.flush();
if (unwritten !== null) terminal.notes.line(`power: the result could not be written (${unwritten})`);
// Not left to the event loop: a POST that the API still holds would keep an interrupted process alive for minutes.
process.exit(unwritten !== null && code === exitCode.well ? exitCode.trouble : code);

/** For a command that only reads: there is nothing to settle, so the first Ctrl-C ends it. */
function endingAtOnce(command: Promise<ExitCode>): Promise<ExitCode> {
  const { stop } = terminal.interrupt;
  const stopped = new Promise<ExitCode>((resolve) => {
    stop.addEventListener('abort', () => resolve(exitCode.interrupted), { once: true });
  });
  return Promise.race([command, stopped]);
}
