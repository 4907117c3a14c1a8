// Whatever stands in a config file, loading it ends in a Config or in PowerError('config').
// Anything else would be a stack trace where a person needs a sentence.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Config, loadConfig } from '../../lib/config.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { rightEnvironment, withSchedules } from './loaded.ts';

const topLevel =
  'projects, accounts, tags, crons, webhooks, timezone, schedules, calendars, tick, catchUp, adopt, retry, overrides, prices, shutdown, allowEscalation, start, timeouts, settle, guard, tiers, stagger, pace, states, alarms, events';
const keys = fc.constantFrom(
  ...topLevel.split(', '),
  '__proto__',
  'constructor',
  'c',
  'cron',
  'timezone',
  'action',
  'select',
  'match',
  'name',
  'id',
  'on',
  'when',
  'allow',
  'every',
  'secretId',
  'dates',
  'ics',
  'except',
  'days',
  'from',
  'sizes',
);
const leaves = fc.oneof(
  fc.constantFrom('*', 'env=dev', 'start', 'reset', '5m', 'UTC', '0 19 ? * 1 *', 'standard', 0, 1, 0.5, true, null),
  fc.constantFrom(
    'Sun-Thu 08:00-18:00',
    'always off',
    '08:00-',
    'Mon',
    '0 8 * * 1',
    '11-01',
    '2026-11-01',
    'a.ics',
    'c',
  ),
  fc.string(),
);
const configLike = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 5 }, leaves, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
  object: fc.array(fc.tuple(keys, tie('value')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
})).object;

// Whole configs are mostly refused for something else: here only what schedules are made of varies.
const scheduleLike = fc.record({
  timezone: fc.constantFrom('UTC', 'Africa/Algiers', 'x'),
  schedules: fc.dictionary(fc.constantFrom('a', 'b', 'off', 'constructor'), configLike),
  calendars: fc.dictionary(fc.constantFrom('c', 'd', '__proto__'), configLike),
});

it('any JSON value either loads or is refused with at least one fault, and nothing reaches a prototype', () => {
  fc.assert(
    fc.property(fc.oneof(configLike, scheduleLike, fc.jsonValue()), (input) => {
      expectConfigOrFault(() => loadConfig(input, rightEnvironment));
      expectConfigOrFault(() => withSchedules(input, { 'a.ics': 'not one' }).config);
      expect(Object.keys(Object.prototype)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

function expectConfigOrFault(load: () => Config): void {
  try {
    expect(load().accounts.length).toBeGreaterThan(0);
  } catch (error) {
    expect(error).toBeInstanceOf(PowerError);
    expect(error).toMatchObject({ code: 'config' });
    expect(error instanceof PowerError && error.faults.length).toBeGreaterThan(0);
  }
}
