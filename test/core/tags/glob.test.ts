import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitsGlob } from '../../../lib/core/tags/glob.ts';

describe('fitsGlob', () => {
  it.each([
    ['web-1', 'web-1', true],
    ['web-1', 'web-2', false],
    ['web-1', 'web-11', false],
    ['web-11', 'web-1', false],
    ['web', 'Web', false],
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['**', 'a', true],
    ['ci-*', 'ci-', true],
    ['ci-*', 'ci-7', true],
    ['ci-*', 'xci-7', false],
    ['*-db', 'staging-db', true],
    ['*-db', 'staging-db-1', false],
    ['*-db', 'a-db-db', true],
    ['a*b*c', 'a1b2b3c', true],
    ['a*b*c', 'a1c2b', false],
    ['?', 'a', true],
    ['?', '', false],
    ['?', 'ab', false],
    ['web-?', 'web-😀', true],
    ['*?', '', false],
    ['*?', 'ab', true],
    ['?*?', 'a', false],
    ['a*?c', 'abbc', true],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
    ['a', '*', false],
    ['a*', '*', false],
    ['*aab', 'aaab', true],
    ['*ab*ab', 'abab', true],
    ['*ab*ab', 'ab', false],
  ])('%j and %j: %s', (pattern, text, isFitting) => {
    expect(fitsGlob(pattern, text)).toBe(isFitting);
  });

  it('agrees with the same pattern as a regular expression', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (glob, given) => {
        const asRegExp = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(fitsGlob(glob, given)).toBe(asRegExp.test(given));
      }),
      { numRuns: 1000 },
    );
  });

  it('does not explode on many stars', () => {
    expect(fitsGlob('*a'.repeat(30).concat('b'), 'a'.repeat(20_000))).toBe(false);
  });
});
