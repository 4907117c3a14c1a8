// Calendars of a config, read: dates entry by entry, so that each fault has its path, and iCalendar files.
// A calendar at fault stands in as an empty one, so that schedules that name it are still read for faults of their own.

import type { CalendarConfig } from '../config.ts';
import { PowerError } from '../core/errors.ts';
import { type Calendar, type CalendarDefinition, compileCalendar } from '../core/schedule/calendar.ts';
import { type Faulty, isFaulty } from '../core/schedule/fault.ts';
import { pathOf } from './path.ts';
import type { ReadText } from './text-files.ts';

export interface ReadCalendars {
  readonly calendars: ReadonlyMap<string, Calendar>;
  readonly faults: readonly string[];
}

const nothing: Calendar = { has: () => false, fingerprint: '' };

/** All calendars, and the faults of all. */
export function readCalendars(calendars: Readonly<Record<string, CalendarConfig>>, readText: ReadText): ReadCalendars {
  const faults: string[] = [];
  const read = Object.entries(calendars).map(([name, calendar]) => {
    const definition = definitionOf(name, calendar, readText, faults);
    const compiled = definition === null ? null : compileCalendar(definition);
    return [name, compiled === null || isFaulty(compiled) ? nothing : compiled.calendar] as const;
  });
  return { calendars: new Map(read), faults };
}

/** The definition with its file's text, or null and at least one more fault. */
function definitionOf(
  name: string,
  { dates, ics }: CalendarConfig,
  readText: ReadText,
  faults: string[],
): CalendarDefinition | null {
  const before = faults.length;
  const add = (keys: readonly unknown[], fault: string) =>
    faults.push(`${pathOf(['calendars', name, ...keys])}: ${fault}`);
  const check = (keys: readonly unknown[], definition: CalendarDefinition) => {
    const compiled = compileCalendar(definition);
    if (isFaulty(compiled)) add(keys, compiled.fault);
  };
  for (const [index, entry] of (dates ?? []).entries()) check(['dates', index], { dates: [entry] });
  const text = ics === undefined ? {} : textOf(ics, readText);
  if (isFaulty(text)) add(['ics'], text.fault);
  else check(['ics'], text);
  return faults.length > before ? null : { ...(dates === undefined ? {} : { dates }), ...text };
}

function textOf(name: string, readText: ReadText): { readonly ics: string } | Faulty {
  try {
    return { ics: readText(name) };
  } catch (error) {
    if (!(error instanceof PowerError) || error.code !== 'config') throw error;
    return { fault: `${JSON.stringify(name)} ${error.message}` };
  }
}
