// Named schedules of the configuration, compiled: their items, periods or crons, held to calendars and dates.
// Every fault names the schedule and the field, for it is shown at start-up, before anything acts.

import { excerpt } from '../excerpt.ts';
import type { Calendar } from './calendar.ts';
import { parseDate } from './civil.ts';
import { compileCron } from './cron-days.ts';
import { parseExpression } from './expression.ts';
import { Fault, type Faulty, isFaulty, reading } from './fault.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Item } from './item.ts';
import { compilePeriod, type PeriodDefinition } from './period.ts';
import { type Rule, ruleOf, type Schedule, windowRule } from './rule.ts';
import { checkTogether } from './together.ts';
import { withCalendars } from './with-calendars.ts';
import { resolveZone } from './zone.ts';

/** A named schedule as the configuration gives it, its shape already checked. Exactly one of `on` and `cron` is there. */
export interface ScheduleDefinition {
  readonly timezone: string;
  /** Expressions of the inline language, and periods. */
  readonly on?: string | PeriodDefinition | readonly (string | PeriodDefinition)[];
  readonly cron?: { readonly start?: string; readonly stop?: string };
  /** Names of calendars on whose dates no window starts. */
  readonly except?: readonly string[];
  /** Names of calendars on whose dates alone windows start. */
  readonly only?: readonly string[];
  /** The first date that matters, `2026-11-01`; before it nothing is wanted. */
  readonly from?: string;
  /** The last date that matters; windows that start on it run to their end, and the stop is still made. */
  readonly until?: string;
  readonly enforce?: boolean;
}

export type Calendars = ReadonlyMap<string, Calendar>;

/** The schedule, in `zone` instead of its own where one is given, or a fault. */
export function compileNamed(
  name: string,
  definition: ScheduleDefinition,
  calendars: Calendars,
  zone: string = definition.timezone,
): { readonly schedule: Schedule } | Faulty {
  const compiled = reading(() => compile(name, definition, calendars, zone));
  return isFaulty(compiled) ? { fault: `schedule ${excerpt(name)}: ${compiled.fault}` } : { schedule: compiled };
}

function compile(name: string, definition: ScheduleDefinition, calendars: Calendars, zoneName: string): Schedule {
  const zone = sound(resolveZone(zoneName)).zone;
  const bare = rulesOf(definition, zone);
  const kind = bare.some((rule) => rule.kind === 'moment') ? 'moments' : 'levels';
  const isEnforced = definition.enforce ?? false;
  if (isEnforced && kind === 'moments')
    throw new Fault('enforce needs windows; one-sided items and crons are moments, and nothing is wanted between them');
  const { except = [], only = [] } = definition;
  const used = [...except, ...only].map((each) => calendars.get(each)?.fingerprint ?? '');
  return {
    text: `${name} ${zone}`,
    zone,
    kind,
    isEnforced,
    fingerprint: fingerprintOf(JSON.stringify([{ ...definition, enforce: false }, zone, used])),
    rules: withCalendars(bare, { except: named(except, calendars), only: named(only, calendars) }, zone),
    ...datesOf(definition),
  };
}

function named(names: readonly string[], calendars: Calendars): readonly Calendar[] {
  return names.map((name) => {
    const calendar = calendars.get(name);
    if (calendar === undefined)
      throw new Fault(`there is no calendar ${excerpt(name)}; there are ${[...calendars.keys()].join(', ') || 'none'}`);
    return calendar;
  });
}

function datesOf({ from, until }: ScheduleDefinition): Pick<Schedule, 'fromDay' | 'untilDay'> {
  const fromDay = from === undefined ? null : dateOf('from', from);
  const untilDay = until === undefined ? null : dateOf('until', until);
  if (fromDay !== null && untilDay !== null && untilDay < fromDay) throw new Fault('until is before from');
  return { fromDay, untilDay };
}

function dateOf(field: string, text: string): number {
  const day = parseDate(text);
  if (day === null) throw new Fault(`${field} ${excerpt(text)} is not a date; write one like 2026-11-01`);
  return day;
}

function rulesOf({ on, cron }: ScheduleDefinition, zone: string): readonly Rule[] {
  if ((on === undefined) === (cron === undefined)) throw new Fault('it needs either "on" or "cron"');
  if (cron !== undefined) return cronRules(cron, zone);
  const entries = typeof on === 'object' && Symbol.iterator in on ? on : on === undefined ? [] : [on];
  if (entries.length === 0) throw new Fault('"on" is empty; write "always off" for a VM that is never wanted');
  const items = entries.flatMap((entry) => (typeof entry === 'string' ? itemsOf(entry, zone) : []));
  checkTogether(items);
  const rules = [
    ...items.map(ruleOf),
    ...entries.flatMap((entry) => (typeof entry === 'string' ? [] : [periodRule(entry, zone)])),
  ];
  checkKinds(rules);
  return rules;
}

function checkKinds(rules: readonly Rule[]): void {
  const kinds = new Set(rules.map(({ kind }) => kind));
  if (kinds.has('moment') && kinds.size > 1)
    throw new Fault('windows and one-sided items or periods cannot stand in one schedule');
  if (kinds.has('always') && rules.length > 1) throw new Fault('"always on" and "always off" stand alone');
}

function itemsOf(text: string, zone: string): readonly Item[] {
  return sound(parseExpression(text, { zone })).schedule.items;
}

function periodRule(definition: PeriodDefinition, zone: string): Rule {
  const { isDay, times } = sound(compilePeriod(definition)).period;
  if (times.kind === 'window') return windowRule(zone, isDay, times.fromMinute, times.toMinute);
  return { kind: 'moment', zone, isDay, isWeekly: false, minutes: [times.minute], wanted: times.wanted };
}

function cronRules(
  { start, stop }: { readonly start?: string; readonly stop?: string },
  zone: string,
): readonly Rule[] {
  if (start === undefined && stop === undefined) throw new Fault('"cron" needs "start" or "stop"');
  return [
    ...(start === undefined ? [] : [cronRule(start, 'on', zone)]),
    ...(stop === undefined ? [] : [cronRule(stop, 'off', zone)]),
  ];
}

function cronRule(text: string, wanted: 'on' | 'off', zone: string): Rule {
  return { kind: 'moment', zone, wanted, isWeekly: false, ...sound(compileCron(text)).cron };
}

function sound<T extends object>(result: T | Faulty): T {
  if (isFaulty(result)) throw new Fault(result.fault);
  return result;
}
