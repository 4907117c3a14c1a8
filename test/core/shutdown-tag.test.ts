import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseShutdownTag } from '../../lib/core/shutdown-tag.ts';

const hint = 'write shutdown="patience=10m escalate=power_off", or one of the two';

describe('parseShutdownTag', () => {
  it.each([
    ['patience=10m escalate=power_off', { patienceMs: 600_000, escalate: 'power_off' }],
    ['escalate=power_off patience=PT1M', { patienceMs: 60_000, escalate: 'power_off' }],
    ['patience=90s', { patienceMs: 90_000 }],
    ['escalate=power_off', { escalate: 'power_off' }],
    ['  patience=10m,;\tescalate=power_off ', { patienceMs: 600_000, escalate: 'power_off' }],
  ])('reads %j', (value, wish) => {
    expect(parseShutdownTag(value)).toStrictEqual(wish);
  });

  it.each([
    ['', `it says nothing; ${hint}`],
    [' , ', `it says nothing; ${hint}`],
    ['graceful', `"graceful" is not known; ${hint}`],
    ['patience = 10m', `"patience" is not known; ${hint}`],
    ['Patience=10m', `"Patience=10m" is not known; ${hint}`],
    ['escalate=reset', `"escalate=reset" is not known; ${hint}`],
    ['escalate=power_off=no', `"escalate=power_off=no" is not known; ${hint}`],
    ['escalate', `"escalate" is not known; ${hint}`],
    ['patience=10m force', `"force" is not known; ${hint}`],
    ['__proto__=1m', `"__proto__=1m" is not known; ${hint}`],
    ['patience=0s', `"patience=0s" leaves the VM no time; ${hint}`],
    ['patience=1m patience=2m', `"patience=2m" says the same thing a second time; ${hint}`],
    ['escalate=power_off,escalate=power_off', `"escalate=power_off" says the same thing a second time; ${hint}`],
  ])('refuses %j and says what to write', (value, fault) => {
    expect(parseShutdownTag(value)).toStrictEqual({ fault });
  });

  it.each(['patience=', 'patience=soon', 'patience=10', 'patience=-1m'])(
    'says how %j has to name its duration',
    (value) => {
      const read = parseShutdownTag(value);
      expect(read).toHaveProperty(
        'fault',
        expect.stringMatching(/^"patience=.*" has no duration: a duration is .*90s/),
      );
    },
  );

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (value) => typeof parseShutdownTag(value) === 'object'));
  });
});
