// Whatever stands in a config file, loading it ends in a Config or in PowerError('config').
// Anything else would be a stack trace where a person needs a sentence.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadConfig } from '../../lib/config.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { rightEnvironment } from './loaded.ts';

const topLevel =
  'projects, accounts, tags, crons, webhooks, shutdown, allowEscalation, start, timeouts, settle, guard, pace, states, alarms';
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
);
const leaves = fc.oneof(
  fc.constantFrom('*', 'env=dev', 'start', 'reset', '5m', 'UTC', '0 19 ? * 1 *', 'standard', 0, 1, 0.5, true, null),
  fc.string(),
);
const configLike = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 5 }, leaves, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
  object: fc.array(fc.tuple(keys, tie('value')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
})).object;

it('any JSON value either loads or is refused with at least one fault, and nothing reaches a prototype', () => {
  fc.assert(
    fc.property(fc.oneof(configLike, fc.jsonValue()), (input) => {
      try {
        const config = loadConfig(input, rightEnvironment);
        expect(config.accounts.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(PowerError);
        expect(error).toMatchObject({ code: 'config' });
        expect(error instanceof PowerError && error.faults.length).toBeGreaterThan(0);
      }
      expect(Object.keys(Object.prototype)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
