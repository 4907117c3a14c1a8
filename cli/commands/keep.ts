// `power keep on|off`: an override that expires by itself: skip tonight's stop, or keep something off for the holidays.
// The selector is resolved to VMs now, and they are printed with the instant at which it ends for each.

import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { Argument, type Command } from 'commander';
import { durationHint, parseDuration } from '../../lib/core/duration.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { makeOverride, type Until } from '../../lib/run/schedule/overrides.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { openFleet } from '../fleet.ts';
import type { GlobalOptions } from '../program.ts';
import { madeJson, renderMade } from '../render/overrides.ts';
import { plain } from '../render/plain.ts';
import { instantOption } from '../schedules.ts';
import type { Terminal } from '../terminal.ts';

export interface KeepOptions {
  readonly keep: 'on' | 'off';
  readonly selector?: string;
  readonly all?: true;
  readonly id?: readonly string[];
  readonly for?: string;
  readonly until?: string;
  readonly untilNextStart?: true;
  readonly untilNextStop?: true;
  readonly reason?: string;
  readonly by?: string;
  readonly json?: true;
}

const examples = `
Examples:
  power keep on -l env=dev --for 3h --reason "load test"
  power keep on --id 8 --until-next-start --reason "tonight's migration"     skips tonight's stop
  power keep off -l team=data --until 2026-12-27T08:00 --reason holidays
  power keep off --all --for P1D --reason "power maintenance" --json

At its end a VM returns to what its schedule wants then. Exit codes: 0 kept, 1 kept, but a project could not be
listed, 2 nothing was kept: the message says why.
`;

export function keepCommand(program: Command, perform: (options: KeepOptions & GlobalOptions) => Promise<void>): void {
  program
    .command('keep')
    .description('keep VMs on or off for a while, whatever their schedules want')
    .addArgument(new Argument('<power>', 'how to keep them').choices(['on', 'off']))
    .option('-l, --selector <selector>', "VMs whose tags match, in Kubernetes' label-selector language")
    .option('--all', 'every VM (protected ones excepted, always)')
    .option('--id <id>', 'this VM; repeat for more', collect)
    .option('--for <duration>', 'for so long: 90m, 3h, 2d, PT3H')
    .option('--until <instant>', 'until then: 2026-11-25T22:00 (in the configured zone), or with an offset')
    .option('--until-next-start', "until each VM's schedule next starts it")
    .option('--until-next-stop', "until each VM's schedule next stops it")
    .option('--reason <text>', 'why; shown in every decision that it makes (needed)')
    .option('--by <name>', 'who (default: your user name)')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', examples)
    .action((keep: 'on' | 'off', _options, command: Command) => perform({ ...command.optsWithGlobals(), keep }));
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

export async function keep(options: KeepOptions & GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { out } = terminal;
  const target = targetOf(options);
  const reason = options.reason?.trim() ?? '';
  if (!canBeShown(reason)) throw new PowerError('request', 'say why, with --reason: others will see it and wonder');
  const by = options.by?.trim() ?? userInfo().username;
  if (!canBeShown(by)) throw new PowerError('request', 'say who, with --by: the name has nothing that can be shown');
  const { config, world, isRemembered } = await openFleet(options, terminal);
  const until = untilOf(options, config.timezone);
  if (!isRemembered)
    throw new PowerError(
      'request',
      "nothing was kept, for it would be forgotten at once: set POWER_TABLE to the deployment's table, or name a file with --state",
    );
  const made = await makeOverride(
    { keep: options.keep, ...target, until, reason, by },
    { ...world, maxDurationMs: config.overrides.maxDurationMs, newId: () => randomUUID() },
  );
  out.write(options.json ? madeJson(made) : renderMade(made, config.timezone ?? 'UTC', out));
  return made.unlisted.length > 0 ? exitCode.trouble : exitCode.well;
}

/** Whether anything remains of a text that a terminal shows. */
function canBeShown(text: string): boolean {
  return /[^\p{C}\s]/u.test(plain(text));
}

function targetOf({ selector, all, id }: KeepOptions): { select: string | null; ids: readonly string[] | null } {
  if (selector !== undefined && all) throw new PowerError('request', 'say either -l or --all, not both');
  if (selector === undefined && !all && !id) throw new PowerError('request', 'say which: -l, --id or --all');
  if (selector?.trim() === '*') throw new PowerError('request', 'to keep every VM, say --all instead of -l "*"');
  return { select: all ? '*' : (selector ?? null), ids: id ?? null };
}

/** Exactly one of the four. Throws `request`. */
export function untilOf(
  options: Pick<KeepOptions, 'for' | 'until' | 'untilNextStart' | 'untilNextStop'>,
  zone: string | null,
): Until {
  const said = [options.for, options.until, options.untilNextStart, options.untilNextStop];
  if (said.filter((each) => each !== undefined).length !== 1)
    throw new PowerError(
      'request',
      'say how long, with one of --for, --until, --until-next-start and --until-next-stop',
    );
  if (options.untilNextStart) return { kind: 'next-start' };
  if (options.untilNextStop) return { kind: 'next-stop' };
  if (options.for === undefined) return { kind: 'at', ms: instantOption('--until', options.until, zone, 0) };
  const ms = parseDuration(options.for);
  if (ms === null || ms === 0) throw new PowerError('request', `--for: ${durationHint}`);
  return { kind: 'for', ms };
}
