// `power plan`: what the schedules of the fleet want in the days to come, and what that saves against always on.
// Sends nothing: it can be asked before a single schedule is enabled.

import { type Command, InvalidArgumentError } from 'commander';
import { PowerError } from '../../lib/core/errors.ts';
import { dayMs } from '../../lib/core/schedule/civil.ts';
import { outlook, outlookJson } from '../../lib/run/schedule/outlook.ts';
import { savings } from '../../lib/run/schedule/savings.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { openFleet } from '../fleet.ts';
import type { GlobalOptions } from '../program.ts';
import { documentOf } from '../render/json.ts';
import { renderOutlook } from '../render/outlook.ts';
import { renderSavings, savingsOf } from '../render/savings.ts';
import type { Terminal } from '../terminal.ts';

export interface PlanOptions {
  readonly selector?: string;
  readonly all?: true;
  readonly days: number;
  readonly savings?: true;
  readonly json?: true;
}

const mostDays = 366;

const examples = `
Examples:
  power plan
  power plan -l env=dev --days 7
  power plan --savings                           hours, and money where the configuration has prices
  power plan --all --json | jq '.vms[] | select(.schedule == null) | .name'

VMs that share a schedule are drawn once. Exit codes: 0 all well, 1 a VM has a faulty tag or a project could not be listed.
`;

export function planCommand(program: Command, perform: (options: PlanOptions & GlobalOptions) => Promise<void>): void {
  program
    .command('plan')
    .description("what the fleet's schedules want in the days to come")
    .option('-l, --selector <selector>', "VMs whose tags match, in Kubernetes' label-selector language")
    .option('--all', 'every VM (the default)')
    .option('--days <number>', `how many days from now, at most ${mostDays}`, daysOf, 14)
    .option('--savings', 'say what the schedules save against always on')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', examples)
    .action((_options, command: Command) => perform(command.optsWithGlobals()));
}

function daysOf(text: string): number {
  const days = Number(text);
  if (/^\d{1,3}$/.test(text) && days >= 1 && days <= mostDays) return days;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${mostDays}.`);
}

export async function plan(options: PlanOptions & GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { out, clock } = terminal;
  const { selector, all, days, json } = options;
  if (selector !== undefined && all) throw new PowerError('request', 'say either -l or --all, not both');
  const { config, world } = await openFleet(options, terminal);
  const fromMs = clock.now();
  const toMs = fromMs + days * dayMs;
  const found = await outlook({ select: selector ?? null, ids: null, fromMs, toMs }, world);
  const saved = options.savings ? savings(found, config.prices, fromMs, toMs) : null;
  if (json) out.write(documentOf({ ...outlookJson(found), ...(saved === null ? {} : { savings: savingsOf(saved) }) }));
  else {
    out.write(renderOutlook(found, { fromMs, days, defaultZone: config.timezone ?? 'UTC' }, out));
    if (saved !== null) out.write(renderSavings(saved, out));
  }
  return found.atFault.length > 0 || found.unlisted.length > 0 ? exitCode.trouble : exitCode.well;
}
