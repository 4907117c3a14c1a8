// `power schedule`: what an expression or a name wants and when, before it stands on any VM.
// Needs no credentials and no network; several expressions at once come line by line on standard input.

import type { Command } from 'commander';
import { PowerError } from '../../lib/core/errors.ts';
import { dayMs } from '../../lib/core/schedule/civil.ts';
import { isFaulty } from '../../lib/core/schedule/fault.ts';
import type { Schedules } from '../../lib/core/schedule/schedules.ts';
import { transitions, wantedAt } from '../../lib/core/schedule/timeline.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { GlobalOptions } from '../program.ts';
import { plain } from '../render/plain.ts';
import { type Foreseen, foreseenJson, renderForeseen } from '../render/schedule.ts';
import { instantOption, openSchedules } from '../schedules.ts';
import type { Terminal } from '../terminal.ts';

export interface ScheduleOptions {
  /** Absent: one per line of standard input. */
  readonly expression?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: true;
}

// Enough for any question about leap years, and an answer that still fits into memory.
const longestMs = 3660 * dayMs;

const examples = `
Examples:
  power schedule "Mon-Fri 08:00-18:00 Africa/Algiers"
  power schedule office-hours
  power schedule "office-hours Europe/Paris" --from 2026-03-28 --to 2026-04-04
  power schedule "Sun-Thu 20:00-06:00 UTC" --json | jq -r '.transitions[] | "\\(.local) \\(.wanted)"'
  power schedule --json < expressions.txt             one JSON line for each line

--from and --to are instants (2026-03-29T01:00Z) or times of the schedule's zone (2026-03-29T03:00, 2026-03-29).
Exit codes: 0 it can be read, 2 it can't: the message says where and what would be right.
`;

export function scheduleCommand(
  program: Command,
  perform: (options: ScheduleOptions & GlobalOptions) => Promise<void>,
): void {
  program
    .command('schedule')
    .description('what a schedule wants, and when: its transitions and a bar per day')
    .argument('[expression...]', 'an expression, or the name of a configured schedule')
    .option('--from <instant>', 'where to begin (default: now)')
    .option('--to <instant>', 'where to end, exclusive (default: a week later)')
    .option('--json', 'one JSON document on standard output')
    // An expression may begin with a hyphen: "-19:00" only ever stops.
    .allowUnknownOption()
    .addHelpText('after', examples)
    .action((words: readonly string[], _options, command: Command) => {
      const unknown = words.find((word) => /^--?[A-Za-z]/.test(word));
      if (unknown !== undefined) command.error(`error: unknown option '${plain(unknown)}'`);
      const expression = words.length === 0 ? {} : { expression: words.join(' ') };
      return perform({ ...command.optsWithGlobals(), ...expression });
    });
}

export async function schedule(options: ScheduleOptions & GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { expression, json } = options;
  if (expression === undefined && !json)
    throw new PowerError('request', 'say which schedule; with --json, several are read from standard input');
  const schedules = await openSchedules(options, terminal);
  const now = terminal.clock.now();
  const tell = (text: string): ExitCode => {
    const foreseen = foresee(text, schedules, options, now);
    terminal.out.write(json ? foreseenJson(foreseen) : renderForeseen(foreseen, terminal.out));
    return isFaulty(foreseen) ? exitCode.usage : exitCode.well;
  };
  if (expression !== undefined) return tell(expression);
  let worst: ExitCode = exitCode.well;
  for await (const line of terminal.lines()) worst = tell(line) === exitCode.well ? worst : exitCode.usage;
  return worst;
}

/** What the text wants within the options' time, or its fault. Throws `request` for options that can't be read. */
export function foresee(
  text: string,
  schedules: Schedules,
  options: Pick<ScheduleOptions, 'from' | 'to'>,
  now: number,
): Foreseen {
  const resolved = schedules.resolve(text);
  const zone = isFaulty(resolved) ? schedules.zone : (resolved.schedule.zone ?? schedules.zone);
  if (isFaulty(resolved)) return { zone, fault: resolved.fault };
  const fromMs = instantOption('--from', options.from, zone, now);
  const toMs = instantOption('--to', options.to, zone, fromMs + 7 * dayMs);
  if (toMs <= fromMs) throw new PowerError('request', '--to is not after --from');
  if (toMs - fromMs > longestMs) throw new PowerError('request', '--to is more than ten years after --from');
  const { schedule } = resolved;
  return {
    schedule,
    zone: zone ?? 'UTC',
    fromMs,
    toMs,
    wantedAtFrom: wantedAt(schedule, fromMs, schedules.settings.catchUpMs).wanted,
    transitions: transitions(schedule, fromMs, toMs),
  };
}
