// Instants as people write them, in a zone or with an offset; nothing looser.

import { describe, expect, it } from 'vitest';
import { localInstant } from '../../../lib/core/schedule/local-instant.ts';

const hint = 'write one like 2026-11-25T22:00 or 2026-11-25T22:00+01:00';

describe('an instant', () => {
  it.each([
    ['2026-11-25T22:00Z', null, '2026-11-25T22:00:00Z'],
    ['2026-11-25T22:00+01:00', null, '2026-11-25T21:00:00Z'],
    ['2026-11-25T22:00+01:00', 'Africa/Algiers', '2026-11-25T21:00:00Z'],
    ['2026-11-25T22:05', 'Africa/Algiers', '2026-11-25T21:05:00Z'],
    ['2026-11-25T22:00', 'UTC', '2026-11-25T22:00:00Z'],
    ['2026-11-25', 'Africa/Algiers', '2026-11-24T23:00:00Z'],
    ['2026-11-25T23:59', 'UTC', '2026-11-25T23:59:00Z'],
    // The one clock-change rule: as far after the gap, and the first of two.
    ['2026-03-29T02:15', 'Europe/Berlin', '2026-03-29T01:15:00Z'],
    ['2026-10-25T02:15', 'Europe/Berlin', '2026-10-25T00:15:00Z'],
  ])('%s in %s is %s', (text, zone, instant) => {
    expect(localInstant(text, zone)).toEqual({ ms: Date.parse(instant) });
  });

  it.each([
    'tomorrow',
    '',
    '2026-02-30T10:00',
    '2026-11-25T24:00',
    '2026-11-25T22:60',
    '2026-11-25 22:00',
    'x2026-11-25',
    '2026-11-25T22:00x',
  ])('%j is none, and the fault says how to write one', (text) => {
    const read = localInstant(text, 'UTC');
    expect(read).toMatchObject({ fault: expect.stringContaining(hint) });
  });

  it('without an offset needs a zone to be read in', () => {
    expect(localInstant('2026-11-25T22:00', null)).toEqual({
      fault: '"2026-11-25T22:00" needs an offset (like 2026-11-25T22:00Z), for there is no time zone to read it in',
    });
  });
});
