// What the value of a `schedule` tag means: a name, a name with a zone, or an inline expression.
// Compiled once per value, however many VMs carry it.

import { excerpt } from '../excerpt.ts';
import { type Expression, parseExpression, printExpression } from './expression.ts';
import { type Faulty, isFaulty } from './fault.ts';
import { fingerprintOf } from './fingerprint.ts';
import { type Calendars, compileNamed, type ScheduleDefinition } from './named.ts';
import { didYouMean, nearestNames } from './nearest.ts';
import { ruleOf, type Schedule } from './rule.ts';
import { weekdayNamed } from './weekdays.ts';
import { isZone, resolveZone } from './zone.ts';

export interface ScheduleContext {
  readonly names: ReadonlyMap<string, ScheduleDefinition>;
  readonly calendars: Calendars;
  /** The zone of inline items that name none. */
  readonly zone: string | null;
}

export type Resolved = { readonly schedule: Schedule } | Faulty;

const nameShape = /^[A-Za-z][A-Za-z0-9_.-]*$/;

/** The schedule that a tag's value means, or what is wrong with it. Never throws. */
export function resolveTag(value: string, context: ScheduleContext): Resolved {
  const [, name = '', rest = ''] = /^(\S+)(?:\s+(\S.*))?$/s.exec(value.trim()) ?? [];
  const definition = context.names.get(name);
  if (definition !== undefined) return resolveName(name, definition, rest, context.calendars);
  const parsed = parseExpression(value, context);
  if (!isFaulty(parsed)) return { schedule: compileExpression(parsed.schedule) };
  return isNameLike(name, rest) ? { fault: `${unknownName(name, context)} (${parsed.fault})` } : parsed;
}

function resolveName(name: string, definition: ScheduleDefinition, rest: string, calendars: Calendars): Resolved {
  if (rest === '') return compileNamed(name, definition, calendars);
  const zone = resolveZone(rest);
  if (!isFaulty(zone)) return compileNamed(name, definition, calendars, zone.zone);
  return { fault: `${zone.fault}; after the schedule's name ${excerpt(name)} only a time zone may stand` };
}

/** Whether somebody may have meant a name: one word, or one word and a zone. */
function isNameLike(name: string, rest: string): boolean {
  if (!nameShape.test(name) || nameFault(name) !== null) return false;
  return rest === '' || isZone(rest);
}

function unknownName(name: string, { names }: ScheduleContext): string {
  return `there is no schedule named ${excerpt(name)}${didYouMean(nearestNames(name, names.keys()))}`;
}

/** Why a schedule cannot have this name, or null: a name must never be mistaken for an inline expression. */
export function nameFault(name: string): string | null {
  if (!nameShape.test(name)) return `${excerpt(name)} cannot be a name: letters, digits and _ . - after a letter`;
  const lower = name.toLowerCase();
  const isTaken = /^(?:always|never|none|no|yes|on|off|true|false)$/.test(lower) || lower.split('-').some(isDay);
  return isTaken ? `${excerpt(name)} cannot be a name: it means something in the inline language` : null;
}

function isDay(word: string): boolean {
  return weekdayNamed(word) !== null;
}

/** An inline expression as a schedule. */
export function compileExpression(expression: Expression): Schedule {
  const text = printExpression(expression);
  return {
    text,
    zone: expression.zone ?? zoneOf(expression),
    kind: expression.items.some(({ kind }) => kind === 'moment') ? 'moments' : 'levels',
    isEnforced: false,
    fingerprint: fingerprintOf(text),
    rules: expression.items.map(ruleOf),
    fromDay: null,
    untilDay: null,
  };
}

function zoneOf({ items }: Expression): string | null {
  for (const item of items) if ('zone' in item) return item.zone;
  return null;
}

/** `resolveTag` that remembers its last answers, by value; `most` bounds the memory that made-up tags can take. */
export function scheduleResolver(context: ScheduleContext, most = 20_000): (value: string) => Resolved {
  const answers = new Map<string, Resolved>();
  return (value) => {
    const found = answers.get(value);
    if (found !== undefined) return found;
    const resolved = resolveTag(value, context);
    if (answers.size >= most) answers.clear();
    answers.set(value, resolved);
    return resolved;
  };
}
