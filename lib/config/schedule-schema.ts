// The schema of named schedules and calendars: the shape of each field, as far as that can be told without reading schedules.
// What they say is read by schedules.ts, apart, so that a Lambda which only launches loads no time zones.

import * as v from 'valibot';
import type { PeriodDefinition } from '../core/schedule/period.ts';
import * as field from './fields.ts';
import { isPlainObject, must, named, strict } from './strict.ts';

/** Which of these would be mistaken for an expression is told by schedules.ts. */
const scheduleName = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const scheduleNameAllowed = 'letters, digits, "_", "." and "-", at most 64 of them, the first a letter';

/** What the config says elsewhere that its schedules depend on. */
export interface ScheduleSurroundings {
  readonly calendars: readonly string[];
  /** Whether it has a `timezone`, for those that name none. */
  readonly hasTimezone: boolean;
}

/** What stands around the input's schedules, right or not. */
export function surroundingsIn(input: unknown): ScheduleSurroundings {
  if (!isPlainObject(input)) return { calendars: [], hasTimezone: false };
  const has = (key: string) => Object.hasOwn(input, key) && input[key] !== undefined;
  return {
    calendars: has('calendars') && isPlainObject(input.calendars) ? Object.keys(input.calendars) : [],
    hasTimezone: has('timezone'),
  };
}

/** The named schedules of a config. */
export function schedulesSchema(surroundings: ScheduleSurroundings) {
  return named(scheduleName, scheduleNameAllowed, scheduleSchema(surroundings), (schedules, addFault) => {
    if (surroundings.hasTimezone) return;
    for (const [name, value] of Object.entries(schedules)) {
      const isZoneless = typeof value === 'string' || (isPlainObject(value) && value.timezone === undefined);
      if (isZoneless) addFault(name, 'has no time zone; give it a "timezone", or write one for all beside "schedules"');
    }
  });
}

/** One named schedule; a bare text is its `on`. */
function scheduleSchema({ calendars }: ScheduleSurroundings) {
  const fields = strict(scheduleEntries(calendars), ({ on, cron }, addFault) => {
    if (on === undefined && cron === undefined) addFault('on', 'is missing; a schedule needs "on" or "cron"');
    if (on !== undefined && cron !== undefined) addFault('cron', 'cannot stand beside "on"; make two schedules of it');
  });
  const expression = v.pipe(
    v.string(),
    v.transform((on) => ({ on })),
  );
  const neither = v.custom<never>(
    () => false,
    must('an expression like "Sun-Thu 08:00-18:00", or an object with "on" or "cron"'),
  );
  return v.lazy((input): v.GenericSchema<unknown, v.InferOutput<typeof fields>> => {
    if (typeof input === 'string') return v.pipe(v.unknown(), expression);
    return isPlainObject(input) ? fields : neither;
  });
}

function scheduleEntries(calendars: readonly string[]) {
  const calendarNames = field.listOf('calendar names', field.reference('calendar', calendars));
  return {
    timezone: v.exactOptional(field.timezone),
    on: v.exactOptional(on),
    cron: v.exactOptional(cron),
    except: v.exactOptional(calendarNames),
    only: v.exactOptional(calendarNames),
    from: v.exactOptional(field.date),
    until: v.exactOptional(field.date),
    enforce: v.exactOptional(field.flag),
  };
}

const periodFields = strict({
  days: v.exactOptional(v.string(must('days like "Mon-Fri", "mon#1" or "friL"'))),
  monthDays: v.exactOptional(v.string(must('days of the month like "1-15", "L" or "15W"'))),
  months: v.exactOptional(v.string(must('months like "Nov-Feb" or "1/3"'))),
  from: v.exactOptional(v.string(must('a time like "08:00"'))),
  to: v.exactOptional(v.string(must('a time like "18:00"'))),
});

/** An empty one would hold always; whoever means that says so. */
const period = v.pipe(
  periodFields,
  v.check(
    (fields) => Object.keys(fields).length > 0,
    'is empty; name at least one of days, monthDays, months, from, to, or write "always on"',
  ),
);

const itemAllowed = 'an expression like "Sun-Thu 08:00-18:00", or a period { days, monthDays, months, from, to }';
const noItem = v.custom<never>(() => false, must(itemAllowed));
const noOn = v.custom<never>(() => false, must(`${itemAllowed}, or a list of them`));

type OnItem = string | PeriodDefinition;

const onItem = v.lazy((input): v.GenericSchema<unknown, OnItem> => itemSchema(input) ?? noItem);
const onList = v.pipe(v.array(onItem), v.minLength(1, 'is empty; write "always off" for VMs that are never wanted on'));
const on = v.lazy((input): v.GenericSchema<unknown, OnItem | OnItem[]> => {
  return Array.isArray(input) ? v.pipe(v.unknown(), onList) : (itemSchema(input) ?? noOn);
});

function itemSchema(input: unknown): v.GenericSchema<unknown, OnItem> | null {
  if (typeof input === 'string') return v.pipe(v.unknown(), v.string());
  return isPlainObject(input) ? period : null;
}

const cronText = v.string(must('five cron fields like "0 8 * * 1-5": minute hour day-of-month month day-of-week'));
const cron = strict(
  { start: v.exactOptional(cronText), stop: v.exactOptional(cronText) },
  ({ start, stop }, addFault) => {
    if (start === undefined && stop === undefined) addFault('start', 'is missing; a cron needs "start" or "stop"');
  },
);

/** A file beside the config and nowhere else: what a deployment takes along, and no way out of its directory. */
const icsFile = v.custom<string>(
  (value) => typeof value === 'string' && /^[A-Za-z0-9_][A-Za-z0-9_. -]{0,99}\.ics$/.test(value),
  must('the name of an .ics file beside the config, like "holidays.ics", without a path'),
);

/** One calendar. Its dates are read by schedules.ts. */
const calendarSchema = strict(
  {
    dates: v.exactOptional(
      field.listOf('dates', v.string(must('a date like "2026-11-01", "2027-03-09/2027-03-11" or "07-05"'))),
    ),
    ics: v.exactOptional(icsFile),
  },
  ({ dates, ics }, addFault) => {
    if (dates === undefined && ics === undefined) addFault('dates', 'is missing; a calendar needs "dates" or "ics"');
  },
);

/** The calendars of a config. */
export const calendarsSchema = named(
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
  'letters, digits, "_", "." and "-", at most 64 of them, the first a letter or digit',
  calendarSchema,
);
