// The schedules of a config, read: what config.ts has checked by its shape only becomes Schedules here, or faults.
// Apart from config.ts, because reading them takes time zones and crons, which most Lambdas never need.

import * as v from 'valibot';
import { type Config, configFault, type Environment, type LoadOptions, loadConfig } from '../config.ts';
import { makeSchedules, type Schedules } from '../core/schedule/schedules.ts';
import { zoned } from './assemble.ts';
import { timezone } from './fields.ts';
import { readCalendars } from './read-calendars.ts';
import { scheduleFaults } from './schedule-faults.ts';
import { calendarsSchema, schedulesSchema, surroundingsIn } from './schedule-schema.ts';
import { isPlainObject } from './strict.ts';
import type { ReadText } from './text-files.ts';

export { type ReadText, textFilesIn } from './text-files.ts';

type Parts = Pick<Config, 'schedules' | 'calendars'>;

/**
 * The schedules of a loaded config, with the texts of its iCalendar files. Make them once per process: they remember what they
 * resolved. Throws `config` with every fault of schedules and calendars at once.
 */
export function schedulesOf(config: Config, readText: ReadText): Schedules {
  const { calendars, faults } = read(config, readText);
  if (faults.length > 0) throw configFault(faults);
  const names = new Map(Object.entries(config.schedules));
  return makeSchedules({ names, calendars, zone: config.timezone }, config.scheduling);
}

/** `loadConfig` and `schedulesOf` in one. Throws `config` with every fault of everything at once. */
export function loadWithSchedules(
  input: unknown,
  environment: Environment,
  { readText, ...options }: LoadOptions & { readonly readText: ReadText },
): { readonly config: Config; readonly schedules: Schedules } {
  const furtherFaults = (raw: unknown) => read(soundParts(raw), readText).faults;
  const config = loadConfig(input, environment, { ...options, furtherFaults });
  return { config, schedules: schedulesOf(config, readText) };
}

function read({ schedules, calendars }: Parts, readText: ReadText) {
  const found = readCalendars(calendars, readText);
  const faults = Object.entries(schedules).flatMap(([name, each]) => scheduleFaults(name, each, found.calendars));
  return { calendars: found.calendars, faults: [...found.faults, ...faults] };
}

/** The schedules and calendars whose shape is right, of an input that may be wrong in anything else. */
function soundParts(input: unknown): Parts {
  const raw = isPlainObject(input) ? input : {};
  const zone = v.safeParse(timezone, raw.timezone);
  const schedules = soundEntries(schedulesSchema({ ...surroundingsIn(input), hasTimezone: true }), raw.schedules);
  return {
    schedules: zoned(schedules, zone.success ? zone.output : null),
    calendars: soundEntries(calendarsSchema, raw.calendars),
  };
}

function soundEntries<Value>(
  schema: v.GenericSchema<unknown, Record<string, Value>>,
  raw: unknown,
): Readonly<Record<string, Value>> {
  const entries = isPlainObject(raw) ? Object.entries(raw) : [];
  const sound = entries.flatMap((entry) => {
    const parsed = v.safeParse(schema, Object.fromEntries([entry]));
    return parsed.success ? Object.entries(parsed.output) : [];
  });
  return Object.fromEntries(sound);
}
