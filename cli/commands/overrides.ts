// `power overrides`: which overrides hold, on which VMs, until when, why and by whom; and how to take one back.
// They go by themselves; this is for finding out who keeps a VM on, and for changing one's mind.

import type { Command } from 'commander';
import { cancelOverride, listOverrides } from '../../lib/run/schedule/overrides.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { type Fleet, openFleet } from '../fleet.ts';
import type { GlobalOptions } from '../program.ts';
import { cancelledJson, overridesJson, renderCancelled, renderOverrides } from '../render/overrides.ts';
import type { Notes, Terminal } from '../terminal.ts';

export interface OverridesOptions {
  readonly json?: true;
}

export interface CancelOptions extends OverridesOptions {
  readonly overrideId: string;
}

const examples = `
Examples:
  power overrides
  power overrides --json | jq -r '.overrides[] | "\\(.id) \\(.by): \\(.reason)"'
  power overrides cancel 0b7c1d52-6f0e-4f6e-9a42-2b6c1f3d8e11
`;

export function overridesCommand(
  program: Command,
  perform: {
    readonly list: (options: OverridesOptions & GlobalOptions) => Promise<void>;
    readonly cancel: (options: CancelOptions & GlobalOptions) => Promise<void>;
  },
): void {
  const overrides = program
    .command('overrides')
    .description('list the overrides that hold, or cancel one')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', examples)
    .action((_options, command: Command) => perform.list(command.optsWithGlobals()));
  overrides
    .command('cancel')
    .description('end an override now, for all its VMs')
    .argument('<id>', 'its id, as listed')
    .action((overrideId: string, _options, command: Command) =>
      perform.cancel({ ...command.optsWithGlobals(), overrideId }),
    );
}

export async function overrides(options: OverridesOptions & GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { out, notes, clock } = terminal;
  const fleet = await openFleet(options, terminal);
  const found = await listOverrides(fleet.world, clock.now());
  out.write(options.json ? overridesJson(found) : renderOverrides(found, fleet.config.timezone ?? 'UTC', out));
  sayForgetful(fleet, notes);
  return exitCode.well;
}

export async function cancelOverrides(options: CancelOptions & GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { out } = terminal;
  const fleet = await openFleet(options, terminal);
  const cancelled = await cancelOverride(options.overrideId, fleet.world);
  out.write(options.json ? cancelledJson(cancelled) : renderCancelled(cancelled, out));
  return exitCode.well;
}

function sayForgetful({ isRemembered }: Fleet, { line, paint }: Notes): void {
  if (isRemembered) return;
  line(`${paint('yellow', 'nothing is remembered')}: set POWER_TABLE, or name a file with --state`);
}
