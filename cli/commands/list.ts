// `power list`: the fleet as a run would see it, with the tags it would read.
// Sends nothing; what could not be listed is said, and makes the exit code 1.

import type { Command } from 'commander';
import { matches, parseSelector } from '../../lib/core/selector.ts';
import { takeInventory } from '../../lib/run/inventory.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { openFleet } from '../fleet.ts';
import type { GlobalOptions } from '../program.ts';
import { listJson } from '../render/json.ts';
import { nothingMatched } from '../render/nothing-matched.ts';
import { renderVms } from '../render/vms.ts';
import type { Terminal } from '../terminal.ts';

export interface ListOptions {
  readonly selector?: string;
  readonly json?: true;
}

const examples = `
Examples:
  power list
  power list -l 'env in (dev,ci),!protected'
  power list --json | jq -r '.vms[] | select(.power == "on") | .name'

VMs with a faulty tag are shown when their readable tags match or could match.
`;

export function listCommand(program: Command, perform: (options: ListOptions & GlobalOptions) => Promise<void>): void {
  program
    .command('list')
    .description('list VMs with their power and tags')
    .option('-l, --selector <selector>', "only VMs whose tags match, in Kubernetes' label-selector language")
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', examples)
    .action((_options, command: Command) => perform(command.optsWithGlobals()));
}

export async function list(options: ListOptions & GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { out, notes } = terminal;
  const selector = options.selector === undefined ? null : parseSelector(options.selector);
  const { world } = await openFleet(options, terminal);
  const { vms, unlisted } = await takeInventory({ accounts: null, projects: null }, world);
  const shown = selector === null ? vms : vms.filter((vm) => matches(selector, vm) !== 'no');
  out.write(options.json ? listJson(shown, unlisted) : renderVms(shown, unlisted, out));
  if (shown.length === 0 && selector !== null) {
    for (const line of nothingMatched(vms, unlisted.length)) notes.line(line);
  }
  return unlisted.length > 0 ? exitCode.trouble : exitCode.well;
}
