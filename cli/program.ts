// The grammar of the `power` command: its subcommands, and what --help says.
// Only the grammar: what a command does is handed in, so that parsing can be tested without a fleet.

import { Command, CommanderError } from 'commander';
import { PowerError } from '../lib/core/errors.ts';
import { type CancelRunOptions, cancelCommand } from './commands/cancel.ts';
import { type CheckOptions, checkCommand } from './commands/check.ts';
import { type ExplainOptions, explainCommand } from './commands/explain.ts';
import { type KeepOptions, keepCommand } from './commands/keep.ts';
import { type ListOptions, listCommand } from './commands/list.ts';
import { type CancelOptions, type OverridesOptions, overridesCommand } from './commands/overrides.ts';
import { type PlanOptions, planCommand } from './commands/plan.ts';
import { type RunArguments, runCommand } from './commands/run.ts';
import { type RunsOptions, runsCommand } from './commands/runs.ts';
import { type ScheduleOptions, scheduleCommand } from './commands/schedule.ts';
import { type SimOptions, simCommand } from './commands/sim.ts';
import { type TickOptions, tickCommand } from './commands/tick.ts';
import { type TokenOptions, tokenCommand } from './commands/token.ts';
import { type WatchOptions, watchCommand } from './commands/watch.ts';
import { type ExitCode, exitCode, exitCodeOfError } from './exit-code.ts';
import { plain } from './render/plain.ts';
import type { Terminal } from './terminal.ts';

/** Options that every subcommand takes. */
export interface GlobalOptions {
  readonly config?: string;
  readonly verbose?: true;
  /** The file where marks, overrides and leases are kept, where there is no table. */
  readonly state?: string;
}

/** What the subcommands do; each resolves to the exit code. */
export interface Commands {
  list(options: ListOptions & GlobalOptions): Promise<ExitCode>;
  run(options: RunArguments & GlobalOptions): Promise<ExitCode>;
  runs(options: RunsOptions & GlobalOptions): Promise<ExitCode>;
  watch(options: WatchOptions & GlobalOptions): Promise<ExitCode>;
  cancel(options: CancelRunOptions & GlobalOptions): Promise<ExitCode>;
  check(options: CheckOptions & GlobalOptions): Promise<ExitCode>;
  schedule(options: ScheduleOptions & GlobalOptions): Promise<ExitCode>;
  plan(options: PlanOptions & GlobalOptions): Promise<ExitCode>;
  explain(options: ExplainOptions & GlobalOptions): Promise<ExitCode>;
  keep(options: KeepOptions & GlobalOptions): Promise<ExitCode>;
  overrides(options: OverridesOptions & GlobalOptions): Promise<ExitCode>;
  cancelOverrides(options: CancelOptions & GlobalOptions): Promise<ExitCode>;
  tick(options: TickOptions & GlobalOptions): Promise<ExitCode>;
  token(options: TokenOptions & GlobalOptions): Promise<ExitCode>;
  sim(options: SimOptions & GlobalOptions): Promise<ExitCode>;
}

const examples = `
Examples:
  power list                                   every VM, its power and its tags
  power run shutdown -l env=dev --dry-run      what would happen
  power run shutdown -l env=dev                do it, and see what became of each VM
  power run start --id 8 --id 23
  power run shutdown -l env=dev --remote       the same on AWS, watched from here
  power runs                                   the last runs of the deployment
  power check                                  is the configuration right, and the fleet's tags?
  power schedule "Mon-Fri 08:00-18:00 UTC"     what a schedule wants, and when
  power plan --savings                         the same for the fleet, and what it saves
  power explain 8                              why VM 8 is what it is, and what comes next
  power keep on --id 8 --until-next-start --reason "migration"
  power tick --dry-run                         what the next tick would do
  power token                                  whose tokens, until when, and do they work?
  power sim                                    an OpenScaler on this machine, to rehearse with

Exit codes:
  0  all well                  1  some VM failed, is unknown or was refused, or nothing matched
  2  usage or configuration    3  refused by the guard or a data-loss rule, nothing was sent
  130  interrupted, after the report
`;

/** Runs the command that the arguments name. Never throws: whatever goes wrong becomes a message and an exit code. */
export async function runProgram(
  args: readonly string[],
  commands: Commands,
  { out, notes }: Pick<Terminal, 'out' | 'notes'>,
): Promise<ExitCode> {
  let code: ExitCode = exitCode.well;
  const perform =
    <T>(command: (options: T) => Promise<ExitCode>) =>
    async (options: T) => {
      code = await command(options);
    };
  const program = new Command('power')
    .description('Powers OpenScaler VMs on and off, by tag, and says what really became of each.')
    .option('--config <file>', 'configuration file (default: power.config.ts here, else the one of this project)')
    .option('-v, --verbose', 'log every call, on standard error')
    .option('--state <file>', 'keep marks, overrides and leases in this file (not needed with POWER_TABLE)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: out.write, writeErr: (text) => notes.line(text.trimEnd()) })
    .addHelpText('after', examples)
    .exitOverride();
  listCommand(program, perform(commands.list));
  runCommand(program, perform(commands.run));
  runsCommand(program, perform(commands.runs));
  watchCommand(program, perform(commands.watch));
  cancelCommand(program, perform(commands.cancel));
  checkCommand(program, perform(commands.check));
  scheduleCommand(program, perform(commands.schedule));
  planCommand(program, perform(commands.plan));
  explainCommand(program, perform(commands.explain));
  keepCommand(program, perform(commands.keep));
  overridesCommand(program, { list: perform(commands.overrides), cancel: perform(commands.cancelOverrides) });
  tickCommand(program, perform(commands.tick));
  tokenCommand(program, perform(commands.token));
  simCommand(program, perform(commands.sim));
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    notes.clear();
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.well : exitCode.usage;
    for (const line of sayError(error)) notes.line(`${notes.paint('red', 'power:')} ${line}`);
    return exitCodeOfError(error);
  }
}

/** A fault of ours is told in full; a bug of ours as one line, never with what its objects hold. */
function sayError(error: unknown): string[] {
  if (!(error instanceof PowerError)) {
    return [`this is a bug in power: ${plain(error instanceof Error ? error.message : String(error))}`];
  }
  const faults = error.faults.map((fault) => `- ${plain(fault)}`);
  if (error.code === 'config' && faults.length === 1) return ['the configuration has a fault:', ...faults];
  if (faults.length <= 1) return [plain(error.message)];
  return [`the ${error.code === 'config' ? 'configuration' : error.code} has ${faults.length} faults:`, ...faults];
}
