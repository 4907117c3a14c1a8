// `power watch`: a run of the deployment, followed live, tier by tier, until it ends; then its report.
// For a run that somebody else, a cron or a tick launched; its exit code is that of `power run`.

import type { Command } from 'commander';
import { openRuns, runNamed } from '../deployment.ts';
import type { ExitCode } from '../exit-code.ts';
import type { GlobalOptions } from '../program.ts';
import type { Terminal } from '../terminal.ts';
import { watchToEnd } from '../watch.ts';

export interface WatchOptions {
  readonly run: string;
  readonly json?: true;
}

const examples = `
Examples:
  power watch cron-4995a36f994dbc48747244a7d1e3db6f
  power watch api-5b4995889580f795aab3605861643a89 --json | jq .counts

Needs POWER_TABLE. Ctrl-C ends the watching, not the run: power cancel does that.
Exit codes as of power run; 1 also when the run broke off or is lost, 130 when it was cancelled.
`;

export function watchCommand(
  program: Command,
  perform: (options: WatchOptions & GlobalOptions) => Promise<void>,
): void {
  program
    .command('watch')
    .description('follow a run of the deployment to its end, and print its report')
    .argument('<run>', 'its name, as power runs lists it')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', examples)
    .action((run: string, _options, command: Command) => perform({ ...command.optsWithGlobals(), run }));
}

export async function watch(options: WatchOptions & GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const name = runNamed(options.run);
  return watchToEnd(name, openRuns(terminal), options, terminal);
}
