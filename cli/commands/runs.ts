// `power runs`: the last runs of the deployment, whoever launched them: when, what, how far, how they ended.
// Where to begin when something happened over night; `power watch` shows each of them whole.

import { type Command, InvalidArgumentError } from 'commander';
import { openRuns } from '../deployment.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { GlobalOptions } from '../program.ts';
import { renderRuns, runsJson } from '../render/runs.ts';
import type { Terminal } from '../terminal.ts';

export interface RunsOptions {
  readonly limit: number;
  readonly json?: true;
}

const most = 500;

const examples = `
Examples:
  power runs
  power runs --limit 100 --json | jq -r '.runs[] | select(.ending == "trouble") | .name'

Needs POWER_TABLE. A run that was just launched may take a moment to be listed.
`;

export function runsCommand(program: Command, perform: (options: RunsOptions & GlobalOptions) => Promise<void>): void {
  program
    .command('runs')
    .description('list the last runs of the deployment')
    .option('--limit <number>', `how many at most (1 to ${most})`, limitOf, 20)
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', examples)
    .action((_options, command: Command) => perform(command.optsWithGlobals()));
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (/^\d{1,3}$/.test(text) && limit >= 1 && limit <= most) return limit;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
}

export async function runs(
  { limit, json }: RunsOptions & GlobalOptions,
  { out, clock }: Pick<Terminal, 'out' | 'clock'>,
): Promise<ExitCode> {
  const found = await openRuns({ clock }).list(new Date(clock.now()).toISOString(), limit, null);
  out.write(json ? runsJson(found.runs) : renderRuns(found.runs, clock.now(), out));
  return exitCode.well;
}
