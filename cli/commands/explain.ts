// `power explain`: why a VM is, or is not, what somebody expects: its tag, what it wants since when, and what a tick would do.
// Sends nothing and remembers nothing; it judges with the code that ticks judge with.

import type { Command } from 'commander';
import { explainVm, explanationJson } from '../../lib/run/schedule/explain.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { openFleet } from '../fleet.ts';
import type { GlobalOptions } from '../program.ts';
import { renderExplanation } from '../render/explanation.ts';
import { documentOf } from '../render/json.ts';
import { instantOption } from '../schedules.ts';
import type { Terminal } from '../terminal.ts';

export interface ExplainOptions {
  readonly vm: string;
  readonly at?: string;
  readonly json?: true;
}

const examples = `
Examples:
  power explain 8
  power explain acme/23                          with the account where two have the same id
  power explain 8 --at 2026-11-25T19:00          what would be wanted then, with the power of now
  power explain 8 --json | jq -r .decision.reason
`;

export function explainCommand(
  program: Command,
  perform: (options: ExplainOptions & GlobalOptions) => Promise<void>,
): void {
  program
    .command('explain')
    .description('what a VM wants and why, and what the next tick would do with it')
    .argument('<vm>', "the VM's id, or account/id")
    .option('--at <instant>', 'the instant to judge by (default: now)')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', examples)
    .action((vm: string, _options, command: Command) => perform({ ...command.optsWithGlobals(), vm }));
}

export async function explain(options: ExplainOptions & GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { out, clock } = terminal;
  const { config, world } = await openFleet(options, terminal);
  const at = instantOption('--at', options.at, config.timezone, clock.now());
  const explanation = await explainVm(options.vm, at, world);
  out.write(
    options.json
      ? documentOf(explanationJson(explanation))
      : renderExplanation(explanation, at, config.timezone ?? 'UTC', out),
  );
  return exitCode.well;
}
