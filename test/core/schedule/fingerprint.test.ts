// What a mark remembers of the tags that it was made by, in one text and back.

import { describe, expect, it } from 'vitest';
import { fingerprintOf, joinFingerprints, splitFingerprints } from '../../../lib/core/schedule/fingerprint.ts';

describe('the fingerprints in a mark', () => {
  it.each([
    [{ schedule: 'aa', keepTag: '' }, 'aa'],
    [{ schedule: 'aa', keepTag: 'bb' }, 'aa+bb'],
    [{ schedule: '', keepTag: 'bb' }, '+bb'],
    [{ schedule: '', keepTag: '' }, ''],
  ])('%j are %j', (both, joined) => {
    expect(joinFingerprints(both)).toBe(joined);
    expect(splitFingerprints(joined)).toEqual(both);
  });

  it('are hexadecimal, so that the sign between them stands in neither', () => {
    expect(fingerprintOf('08:00-18:00 UTC+1')).toMatch(/^[0-9a-f]{14}$/);
    expect(fingerprintOf('a')).not.toBe(fingerprintOf('b'));
  });
});
