// `power tick`: what the scheduled tick does, done once from here, and reported VM by VM.
// The same judging and the same run as on Lambda; this file only asks and shows.

import type { Command } from 'commander';
import { type ExitCode, exitCode, exitCodeOfReport } from '../exit-code.ts';
import { openFleet } from '../fleet.ts';
import { followToEnd } from '../follow-to-end.ts';
import { type LocalTick, tickHere } from '../local-tick.ts';
import type { GlobalOptions } from '../program.ts';
import { sayRefusal } from '../refusal.ts';
import { renderTick, tickJson } from '../render/tick.ts';
import { instantOption } from '../schedules.ts';
import type { Terminal } from '../terminal.ts';

export interface TickOptions {
  readonly at?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

// For a configuration whose deployment has no tick.
const defaultMaxAgeMs = 600_000;

const examples = `
Examples:
  power tick --dry-run                           what the next tick would do
  power tick --dry-run --at 2026-11-25T19:00     what one would do then, with the power of now
  power tick                                     do it now
  power tick --state power-state.json            with marks kept in a file, where there is no table
  power tick --json | jq '.outcomes[] | select(.result != "succeeded")'

Exit codes as of power run; also 1 when a VM has a faulty tag, or does not become what its schedule wants, attempt after
attempt.
`;

export function tickCommand(program: Command, perform: (options: TickOptions & GlobalOptions) => Promise<void>): void {
  program
    .command('tick')
    .description('make the fleet what its schedules want now, once, as the scheduled tick does')
    .option('--at <instant>', 'the instant to judge by (default: now)')
    .option('--dry-run', 'say what would be done; send nothing, remember nothing')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', examples)
    .action((_options, command: Command) => perform(command.optsWithGlobals()));
}

export async function tick(options: TickOptions & GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { out, notes, clock, interrupt } = terminal;
  const isDryRun = options.dryRun ?? false;
  const { config, world, isRemembered } = await openFleet(options, terminal);
  const at = instantOption('--at', options.at, config.timezone, clock.now());
  if (!isRemembered)
    notes.line(
      `${notes.paint('yellow', 'nothing is remembered')}: every VM is seen for the first time. Set POWER_TABLE, or name a file with --state`,
    );
  const maxAgeMs = config.tick?.maxAgeMs ?? defaultMaxAgeMs;
  const ticked = await followToEnd(isDryRun ? 'tick (dry run)' : 'tick', terminal, (controls) =>
    tickHere(at, isDryRun, { ...world, ...controls, maxAgeMs }),
  );
  if (ticked === null) return exitCode.interrupted;
  const calls = world.accounts.map(({ cloud }) => cloud.calls);
  out.write(options.json ? tickJson(ticked, calls) : renderTick(ticked, out));
  if (ticked.run !== null) sayRefusal(ticked.run, notes);
  return codeOf(ticked, interrupt.stop.aborted);
}

function codeOf({ tick, run }: LocalTick, wasInterrupted: boolean): ExitCode {
  const code = run === null ? exitCode.well : exitCodeOfReport(run, wasInterrupted);
  if (code !== exitCode.well) return code;
  if (wasInterrupted) return exitCode.interrupted;
  const { unlisted, inVain, atFault, inUnknownState } = tick;
  const troubles = [unlisted, inVain, atFault, inUnknownState];
  return troubles.some(({ length }) => length > 0) ? exitCode.trouble : exitCode.well;
}
