// `power check`: is the configuration right, what does it mean, and can every tag of the live fleet be read?
// Sends nothing. Without credentials it says that the fleet was not checked.

import type { Command } from 'commander';
import { explainConfig } from '../../lib/config/explain.ts';
import type { Config, Environment } from '../../lib/config.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { scheduleOf } from '../../lib/core/schedule/of-vm.ts';
import type { Schedules } from '../../lib/core/schedule/schedules.ts';
import { isBoundaryless } from '../../lib/core/schedule/timeline.ts';
import { isProtected } from '../../lib/core/tags.ts';
import type { Vm } from '../../lib/core/vm.ts';
import { inUnknownState, takeInventory } from '../../lib/run/inventory.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { loadFleet, worldOf } from '../fleet.ts';
import type { GlobalOptions } from '../program.ts';
import { renderCheck } from '../render/check.ts';
import { type CheckResult, checkJson, type LongKeep, type ScheduledCount } from '../render/json.ts';
import type { Terminal } from '../terminal.ts';

export interface CheckOptions {
  readonly json?: true;
}

const examples = `
Examples:
  power check
  power check --config staging.config.ts
  power check --json | jq -r '.fleet.faulty[] | "\\(.name): \\(.faults[])"'

Exit codes: 0 all well, 1 a VM has a faulty tag or a project could not be listed, 2 the configuration has faults.
`;

export function checkCommand(
  program: Command,
  perform: (options: CheckOptions & GlobalOptions) => Promise<void>,
): void {
  program
    .command('check')
    .description('check the configuration, say what it means, and check the tags of the live fleet')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', examples)
    .action((_options, command: Command) => perform(command.optsWithGlobals()));
}

export async function check(options: CheckOptions & GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { out } = terminal;
  const result = await examine(options, terminal);
  out.write(options.json ? checkJson(result) : renderCheck(result, out));
  if (result.faults.length > 0) return exitCode.usage;
  if (result.fleet === null) return exitCode.well;
  const { vms, unlisted, inUnknownState: strange } = result.fleet;
  const isTrouble = unlisted.length + strange.length > 0 || vms.some(({ faults }) => faults.length > 0);
  return isTrouble ? exitCode.trouble : exitCode.well;
}

async function examine(options: GlobalOptions, terminal: Terminal): Promise<CheckResult> {
  try {
    const loaded = await loadFleet(options, terminal, 'optional');
    const { config, schedules, environment } = loaded;
    const now = terminal.clock.now();
    const meaning = explainConfig(config, schedules, new Date(now));
    if (!hasCredentials(config, environment)) return { faults: [], meaning, fleet: null };
    const world = worldOf(loaded, options, terminal);
    const inventory = await takeInventory({ accounts: null, projects: null }, world);
    const { maxDurationMs } = config.overrides;
    const scheduled = countScheduled(inventory.vms, schedules, now);
    const longKeeps = longKeepsOf(inventory.vms, schedules, now + maxDurationMs);
    return {
      faults: [],
      meaning,
      fleet: { ...inventory, scheduled, longKeeps, inUnknownState: inUnknownState(inventory.vms, world) },
    };
  } catch (error) {
    if (!(error instanceof PowerError) || error.code !== 'config') throw error;
    return { faults: error.faults.length > 0 ? error.faults : [error.message], meaning: [], fleet: null };
  }
}

function hasCredentials(config: Config, { token }: Environment): boolean {
  return token !== null || config.accounts.every(({ secretId }) => secretId !== null);
}

/** How many VMs each schedule has, most first; those that are left alone do not count. */
function countScheduled(vms: readonly Vm[], schedules: Schedules, now: number): readonly ScheduledCount[] {
  const scheduled = vms.flatMap((vm) => {
    if (vm.faults.length > 0 || isProtected(vm)) return [];
    const own = scheduleOf(vm, schedules);
    return 'faults' in own || own.schedule === null ? [] : [own.schedule];
  });
  return [...Map.groupBy(scheduled, ({ text }) => text)]
    .map(([schedule, all]) => ({
      schedule,
      vms: all.length,
      neverChanges: all.some((each) => isBoundaryless(each, now)),
    }))
    .toSorted((a, b) => b.vms - a.vms);
}

/** The VMs whose own tag keeps them beyond the instant; those that are left alone do not count. */
function longKeepsOf(vms: readonly Vm[], schedules: Schedules, latestMs: number): readonly LongKeep[] {
  return vms.flatMap((vm) => {
    if (vm.faults.length > 0 || isProtected(vm)) return [];
    const own = scheduleOf(vm, schedules);
    const overrides = 'faults' in own ? [] : own.overrides;
    return overrides.flatMap(({ keep, endMs }) => (endMs > latestMs ? [{ vm, keep, untilMs: endMs, latestMs }] : []));
  });
}
