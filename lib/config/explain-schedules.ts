// What a config's schedules mean, in plain words, and when each changes next: for `power check`.
// A schedule that never changes acts on every VM at first sight, so it is said aloud.

import type { Config } from '../config.ts';
import { printDuration } from '../core/duration.ts';
import { isFaulty } from '../core/schedule/fault.ts';
import type { Schedule, Want } from '../core/schedule/rule.ts';
import type { Schedules } from '../core/schedule/schedules.ts';
import { isBoundaryless, nextTransitions, wantedAt } from '../core/schedule/timeline.ts';
import { printLocal } from './explain-time.ts';

/** One sentence per fact: the zone, the calendars, each schedule, the tick and how it decides, overrides, prices. */
export function explainSchedules(config: Config, schedules: Schedules, now: Date): readonly string[] {
  return [
    config.timezone === null
      ? 'There is no default time zone: an expression in a schedule tag must name its own.'
      : `Schedules that name no time zone are in ${config.timezone}.`,
    ...Object.entries(config.calendars).map(explainCalendar),
    ...schedules.names.map((name) => explainSchedule(name, config, schedules, now.getTime())),
    ...explainTick(config),
    `An override ("keep on", "keep off") lasts at most ${printDuration(config.overrides.maxDurationMs)}.`,
    ...explainPrices(config),
  ];
}

function explainCalendar([name, { dates = [], ics }]: [string, Config['calendars'][string]]): string {
  const sources = [...dates, ...(ics === undefined ? [] : [`the whole-day events of ${ics}`])];
  return `Calendar ${name}: ${sources.join(', ')}.`;
}

function explainSchedule(name: string, config: Config, { resolve, settings }: Schedules, now: number): string {
  const resolved = resolve(name);
  // schedulesOf has refused what is at fault.
  if (isFaulty(resolved)) return `Schedule ${name} has a fault: ${resolved.fault}`;
  const { schedule } = resolved;
  const { except, only } = config.schedules[name] ?? {};
  const held = [
    ...(except === undefined ? [] : [` Nothing starts on dates of ${except.join(', ')}.`]),
    ...(only === undefined ? [] : [` Something starts only on dates of ${only.join(', ')}.`]),
    ...(schedule.isEnforced ? [' What is changed by hand is changed back.'] : []),
  ];
  return `Schedule ${name}: ${explainChanges(schedule, now, settings.catchUpMs)}${held.join('')}`;
}

function explainChanges(schedule: Schedule, now: number, catchUpMs: number): string {
  const zone = schedule.zone ?? 'UTC';
  const next = nextTransitions(schedule, now, 3);
  const { wanted } = wantedAt(schedule, now, catchUpMs);
  if (isBoundaryless(schedule, now))
    return `it wants ${saidOf(wanted)} all the time and never changes, so every VM that carries it is made so at first sight.`;
  if (next.length === 0) return `it wants ${saidOf(wanted)}, and never changes again.`;
  const changes = next.map(({ at, wanted }) => `${saidOf(wanted)} from ${printLocal(at, zone)}`);
  return `${saidOf(wanted)} now, ${changes.join(', ')} (${zone}).`;
}

function saidOf(wanted: Want): string {
  return wanted === 'none' ? 'nothing' : wanted;
}

function explainTick({ tick, scheduling }: Config): readonly string[] {
  if (tick === null) return ['The tick is off: no schedule ever acts.'];
  const { catchUpMs, adopt, retryPausesMs, alarmAfter } = scheduling;
  const pauses = retryPausesMs.map(printDuration);
  return [
    `Every ${printDuration(tick.everyMs)} the VMs with a schedule are made what it wants; a tick that comes more than ${printDuration(tick.maxAgeMs)} late does nothing.`,
    `A start or stop that a one-sided schedule or a cron asks for is still done up to ${printDuration(catchUpMs)} late.`,
    adopt === 'now'
      ? 'A VM that is seen for the first time is at once made what its schedule wants.'
      : 'A VM that is seen for the first time is left as it is until its schedule next changes.',
    `What changed nothing is tried again after ${pauses.join(', ')}, the last again and again; with attempt ${alarmAfter} in vain there is an alarm.`,
  ];
}

function explainPrices({ prices }: Config): readonly string[] {
  if (prices === null) return [];
  return Object.entries(prices.sizes).map(
    ([size, { hourly, stopped }]) =>
      `A VM of size ${size} costs ${hourly} ${prices.currency} an hour, and ${stopped} while it is off.`,
  );
}
