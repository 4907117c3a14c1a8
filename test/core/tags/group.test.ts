// Where a quote does not open a value, and what a slip leaves unclear.

import { describe, expect, it } from 'vitest';
import { readDescription } from '../../../lib/core/tags/description.ts';
import { valueFault } from '../../../lib/core/tags/special.ts';

describe('a quote', () => {
  it.each(['[ab" x] [protected] "', '[a ="x] [protected] "', '["x] [protected] "', '="x [protected] "'])(
    'that no key and "=" come before hides no group: %s',
    (description) => {
      expect(readDescription(description).entries).toEqual([{ key: 'protected', value: '' }]);
    },
  );

  it('after a key of one character keeps the brackets in its value', () => {
    expect(readDescription('[k="a [b] c"]').entries).toEqual([{ key: 'k', value: 'a [b] c' }]);
    expect(readDescription('[k="a [b"]').entries).toEqual([{ key: 'k', value: 'a [b' }]);
  });
});

describe('a slip in one tag of a group', () => {
  it('leaves every key of the group unclear', () => {
    const { entries, unclear } = readDescription('[env=dev Tier=1 owner=ops]');
    expect(entries).toEqual([]);
    expect(new Set(unclear)).toEqual(new Set(['env', 'Tier', 'tier', 'owner']));
    expect(new Set(readDescription('[env=dev schedule=office hours]').unclear)).toEqual(
      new Set(['env', 'schedule', 'hours']),
    );
  });
});

describe('a tier', () => {
  it.each(['0', '1', '-1', '12', '1.5', '1.25', '-0.125'])('may be %s', (value) => {
    expect(valueFault('tier', value)).toBeUndefined();
  });

  it.each(['', 'a', '1.', '.5', '1.2.3', '1e3', '--1', ' 1', '9'.repeat(400)])('may not be "%s"', (value) => {
    expect(valueFault('tier', value)).toBe('it is not a number; write tier=1');
  });
});
