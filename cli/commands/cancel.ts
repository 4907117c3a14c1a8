// `power cancel`: a run of the deployment that is not to begin, or is to stop.
// A running one sends nothing more, settles what it has sent for a short while, and reports, as Ctrl-C makes a local one do.

import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { PowerError } from '../../lib/core/errors.ts';
import { noSuchRun, openRuns, runNamed } from '../deployment.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { GlobalOptions } from '../program.ts';
import { runLineJson } from '../render/runs.ts';
import type { Terminal } from '../terminal.ts';

export interface CancelRunOptions {
  readonly run: string;
  readonly by?: string;
  readonly json?: true;
}

const examples = `
Examples:
  power cancel cron-4995a36f994dbc48747244a7d1e3db6f
  power cancel api-5b4995889580f795aab3605861643a89 && power watch api-5b4995889580f795aab3605861643a89

Needs POWER_TABLE. Cancelling twice is fine; a run that was over before is told so, with exit code 2.
`;

export function cancelCommand(
  program: Command,
  perform: (options: CancelRunOptions & GlobalOptions) => Promise<void>,
): void {
  program
    .command('cancel')
    .description('cancel a run of the deployment')
    .argument('<run>', 'its name, as power runs lists it')
    .option('--by <name>', 'who cancels it (default: your user name)')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', examples)
    .action((run: string, _options, command: Command) => perform({ ...command.optsWithGlobals(), run }));
}

export async function cancel(
  options: CancelRunOptions & GlobalOptions,
  { out, clock }: Pick<Terminal, 'out' | 'clock'>,
): Promise<ExitCode> {
  const name = runNamed(options.run);
  const at = new Date(clock.now()).toISOString();
  const run = await openRuns({ clock }).cancel(name, at, options.by ?? userInfo().username);
  if (run === null) throw noSuchRun(name);
  if (run.cancelRequestedAt === null || run.status === 'lost')
    throw new PowerError('conflict', `run ${name} is over (${run.status}): there is nothing to cancel`);
  const how =
    run.status === 'running'
      ? `it sends nothing more, settles what it has sent, and reports; power watch ${name} shows it`
      : `it has ended; power watch ${name} shows how`;
  out.write(options.json ? runLineJson(run) : `${out.paint('bold', 'cancelled')} run ${name}: ${how}\n`);
  return exitCode.well;
}
