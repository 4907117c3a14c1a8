// The schema of how schedules are carried out: the tick, lateness, retries, overrides; and of what VMs cost.
// Apart from schedule-schema.ts, which says what schedules are.

import * as v from 'valibot';
import * as field from './fields.ts';
import { must, named, strict } from './strict.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Whole minutes that fill an hour, so that ticks fall on the same minutes of every hour. */
const everyMs = v.pipe(
  field.duration({ fromMs: minute, toMs: hour, unitMs: minute, words: 'whole minutes, from 1m to 1h' }),
  v.check((ms) => hour % ms === 0, 'must divide an hour: 1m, 2m, 3m, 4m, 5m, 6m, 10m, 12m, 15m, 20m, 30m or 1h'),
);

/** How far ticks are apart unless the config says otherwise; also what is reckoned with where it has no tick of its own. */
export const defaultTickEveryMs = 5 * minute;

const tickFields = strict({
  every: v.optional(everyMs, '5m'),
  maxAge: v.optional(
    field.duration({ fromMs: minute, toMs: hour, unitMs: 1000, words: 'whole seconds, from 60s to 1h' }),
    '10m',
  ),
});

/** `false` is no tick. */
export const tick = v.lazy(
  (input): v.GenericSchema<unknown, false | v.InferOutput<typeof tickFields>> =>
    typeof input === 'boolean' ? noTick : tickFields,
);
const noTick = v.literal(false, 'must be an object with "every" and "maxAge", or false for no tick, not true');

export const catchUp = field.duration({ fromMs: minute, toMs: 24 * hour, words: 'from 1m to 24h' });

export const adopt = field.oneOf(['next-boundary', 'now']);

export const retry = strict({
  pauses: v.optional(
    v.pipe(
      v.array(field.duration(field.upToOneDay), must('a list of durations')),
      v.minLength(1, 'must have at least one duration'),
      v.maxLength(20, 'must have at most 20 durations; the last one holds for all further attempts'),
    ),
    // The first is longer than a run's patience with one VM: an attempt is not followed by another while it is settling.
    ['10m', '20m', '40m', '1h'],
  ),
  alarmAfter: v.optional(field.wholeNumber(1, 100), 3),
});

export const overrides = strict({ maxDuration: v.optional(field.duration(field.upToOneYear), '7d') });

const price = v.custom<number>(
  (value) => typeof value === 'number' && value >= 0 && value <= 1_000_000,
  must('a price per hour from 0 to 1000000'),
);

const size = v.pipe(
  strict({ hourly: price, stopped: v.optional(price, 0) }),
  v.forward(
    v.check(({ hourly, stopped }) => stopped <= hourly, 'must not be more than "hourly", what a running VM costs'),
    ['stopped'],
  ),
);

export const prices = strict({
  currency: v.pipe(
    v.string(must('three capital letters like "DZD"')),
    v.regex(/^[A-Z]{3}$/, must('three capital letters like "DZD"')),
  ),
  sizes: v.pipe(
    named(/^\S(?:.{0,62}\S)?$/, 'sizes of VMs without blanks at their ends, at most 64 characters', size),
    v.check((sizes) => Object.keys(sizes).length > 0, 'is empty; name at least one size'),
  ),
});
