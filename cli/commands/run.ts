// `power run`: one action on the VMs that were selected, followed live, reported VM by VM.
// The same request and the same run as every other trigger; this file only asks and shows.

import { Argument, type Command } from 'commander';
import { type Action, actions } from '../../lib/core/action.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { conduct } from '../../lib/run/conduct.ts';
import { type Scope, takeInventory } from '../../lib/run/inventory.ts';
import { randomRunName } from '../../lib/run/name.ts';
import type { RunReport } from '../../lib/run/report.ts';
import type { RunWorld } from '../../lib/run/world.ts';
import { type ExitCode, exitCode, exitCodeOfReport } from '../exit-code.ts';
import { openFleet } from '../fleet.ts';
import { followToEnd } from '../follow-to-end.ts';
import type { GlobalOptions } from '../program.ts';
import { sayRefusal } from '../refusal.ts';
import { runRemotely } from '../remote-run.ts';
import { runJson } from '../render/json.ts';
import { nothingMatched } from '../render/nothing-matched.ts';
import { renderReport } from '../render/outcomes.ts';
import { type RunOptions, requestOf } from '../run-request.ts';
import type { Terminal } from '../terminal.ts';

export interface RunArguments extends RunOptions {
  readonly action: Action;
  readonly json?: true;
  /** In the deployment instead of here. */
  readonly remote?: true;
  /** False: launched is enough. */
  readonly wait?: boolean;
}

const examples = `
Examples:
  power run shutdown -l env=dev --dry-run
  power run shutdown -l 'env=dev,tier!=db'
  power run start --id 8 --id acme/23                 ids; with the account where two have the same
  power run power_off -l env=ci --allow-data-loss     like cutting the power
  power run start --all --project sandbox
  power run shutdown -l env=dev --json | jq '.outcomes[] | select(.result != "succeeded")'
  power run shutdown -l env=dev --remote              on AWS, watched from here
  power run shutdown -l env=dev --remote --no-wait    prints the run's name

--id and -l together act on the VMs that both name. Ctrl-C sends nothing more, settles what is
in flight, and prints the report; a second Ctrl-C ends at once. A --remote run goes on after
Ctrl-C: power watch comes back to it, power cancel stops it. It needs POWER_TABLE and POWER_RUN_FUNCTION.
`;

export function runCommand(program: Command, perform: (options: RunArguments & GlobalOptions) => Promise<void>): void {
  program
    .command('run')
    .description('act on the selected VMs and see what became of each')
    .addArgument(new Argument('<action>', 'what to do').choices(actions))
    .option('-l, --selector <selector>', "VMs whose tags match, in Kubernetes' label-selector language")
    .option('--all', 'every VM (protected ones excepted, always)')
    .option('--id <id>', 'this VM; repeat for more', collect)
    .option('--account <name>', 'only VMs of this account; repeat for more', collect)
    .option('--project <name>', 'only VMs of this project; repeat for more', collect)
    .option('--dry-run', 'say what would be done, send nothing')
    .option('--allow-data-loss', 'needed for power_off and reset')
    .option('--override-guard', 'stop more VMs than the guard of the configuration allows')
    .option('--allow-empty', 'matching no VM is fine')
    .option('--remote', 'let the deployment do it, and watch')
    .option('--no-wait', 'with --remote: print the name of the run and leave it to itself')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', examples)
    .action((action: Action, _options, command: Command) => perform({ ...command.optsWithGlobals(), action }));
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

export async function run(options: RunArguments & GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { out, interrupt } = terminal;
  const request = requestOf(options.action, options);
  if (options.remote) return runRemotely(request, options, terminal);
  if (options.wait === false)
    throw new PowerError('request', '--no-wait goes with --remote: here a run is always waited for');
  const fleet = await openFleet(options, terminal);
  const title = `${request.action} ${request.select ?? 'by id'}${request.dryRun ? ' (dry run)' : ''}`;
  const run = { name: randomRunName('cli'), request, requestedAt: terminal.clock.now() };
  const report = await followToEnd(title, terminal, (controls) => conduct(run, { ...fleet.world, ...controls }));
  if (report === null) return exitCode.interrupted;
  out.write(options.json ? runJson(report) : renderReport(report, out));
  await explainVerdict(report, request, fleet.world, terminal);
  return exitCodeOfReport(report, interrupt.stop.aborted);
}

async function explainVerdict(
  report: RunReport,
  scope: Scope,
  world: RunWorld,
  { notes, interrupt }: Terminal,
): Promise<void> {
  sayRefusal(report, notes);
  if (report.matched || interrupt.stop.aborted || report.run.select === null) return;
  const could = report.outcomes.length > 0 ? ' (what is listed above has faulty tags, and could match)' : '';
  // What could not be listed has been said: listing once more would say it again.
  const isListed = report.unlisted.length < report.calls.lists;
  const vms = isListed ? (await takeInventory(scope, world)).vms : [];
  for (const line of nothingMatched(vms, report.unlisted.length, could)) notes.line(line);
}
