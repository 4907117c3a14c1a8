import { describe, expect, it } from 'vitest';
import { isoLocal, sayDay, sayLocal } from '../../../cli/render/local-time.ts';

describe('an instant in the time of a zone', () => {
  it.each([
    ['Europe/Berlin', '2026-03-29T00:59:00Z', '2026-03-29T01:59+01:00', 'Sun 2026-03-29 01:59 +01:00'],
    ['Europe/Berlin', '2026-03-29T01:00:00Z', '2026-03-29T03:00+02:00', 'Sun 2026-03-29 03:00 +02:00'],
    ['UTC', '2026-11-24T23:59:07Z', '2026-11-24T23:59:07+00:00', 'Tue 2026-11-24 23:59:07 +00:00'],
    ['America/St_Johns', '2026-01-01T00:00:00Z', '2025-12-31T20:30-03:30', 'Wed 2025-12-31 20:30 -03:30'],
    ['Asia/Kathmandu', '2026-01-01T18:15:00.250Z', '2026-01-02T00:00+05:45', 'Fri 2026-01-02 00:00 +05:45'],
    // Before Liberia had whole minutes.
    ['Africa/Monrovia', '1971-01-01T00:00:00Z', '1970-12-31T23:15:30-00:44:30', 'Thu 1970-12-31 23:15:30 -00:44:30'],
  ])('%s %s', (zone, text, iso, said) => {
    expect(isoLocal(zone, Date.parse(text))).toBe(iso);
    expect(sayLocal(zone, Date.parse(text))).toBe(said);
  });

  it.each([
    [0, 'Thu 1970-01-01'],
    [3, 'Sun 1970-01-04'],
    [-1, 'Wed 1969-12-31'],
  ])('day %i is %s', (day, said) => {
    expect(sayDay(day)).toBe(said);
  });
});
