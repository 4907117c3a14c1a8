// What the tests of schedules share: compiling or failing loudly, and instants written as people write them.
// Date is used here only to read and write instants independently of the code under test.

import { type Calendar, type CalendarDefinition, compileCalendar } from '../../../lib/core/schedule/calendar.ts';
import { parseExpression } from '../../../lib/core/schedule/expression.ts';
import { compileNamed, type ScheduleDefinition } from '../../../lib/core/schedule/named.ts';
import { compileExpression } from '../../../lib/core/schedule/resolve.ts';
import type { Schedule } from '../../../lib/core/schedule/rule.ts';
import { transitions } from '../../../lib/core/schedule/timeline.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** The schedule of an inline expression. */
export function inline(text: string, zone: string | null = null): Schedule {
  const parsed = parseExpression(text, { zone });
  if ('fault' in parsed) throw new Error(`${text}: ${parsed.fault}`);
  return compileExpression(parsed.schedule);
}

/** What is wrong with an inline expression. */
export function faultOf(text: string, zone: string | null = 'UTC'): string {
  const parsed = parseExpression(text, { zone });
  if ('fault' in parsed) return parsed.fault;
  throw new Error(`it was read: ${text}`);
}

/** A named schedule. */
export function named(definition: ScheduleDefinition, calendars: Record<string, CalendarDefinition> = {}): Schedule {
  const compiled = compileNamed('it', definition, calendarsOf(calendars));
  if ('fault' in compiled) throw new Error(compiled.fault);
  return compiled.schedule;
}

/** What is wrong with a named schedule. */
export function namedFault(definition: ScheduleDefinition, calendars: Record<string, CalendarDefinition> = {}): string {
  const compiled = compileNamed('it', definition, calendarsOf(calendars));
  if ('fault' in compiled) return compiled.fault;
  throw new Error('it was read');
}

export function calendarsOf(definitions: Record<string, CalendarDefinition>): Map<string, Calendar> {
  return new Map(
    Object.entries(definitions).map(([name, definition]) => {
      const compiled = compileCalendar(definition);
      if ('fault' in compiled) throw new Error(compiled.fault);
      return [name, compiled.calendar];
    }),
  );
}

/** Epoch milliseconds of an instant with offset or Z. */
export function at(iso: string): number {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms) || !/(?:Z|[+-]\d\d:\d\d)$/.test(iso)) throw new Error(`no instant: ${iso}`);
  return ms;
}

/** `2026-03-29T01:00Z`. */
export function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/:00\.000Z$/, 'Z');
}

/** The transitions between two instants, as `on 2026-03-29T01:00Z`. */
export function changes(schedule: Schedule, from: string, to: string): string[] {
  return transitions(schedule, at(from), at(to)).map((each) => `${each.wanted} ${iso(each.at)}`);
}

/** How many cases a property is tried with; a mutation run tries a twentieth, since it runs them once per mutant. */
export function cases(count: number): number {
  return process.env.STRYKER_MUTATOR_WORKER === undefined ? count : Math.ceil(count / 20);
}
