import { expect, it } from 'vitest';
import { sayTime } from '../../../lib/run/notify/local-time.ts';

const now = Date.UTC(2026, 10, 24, 12);

it.each([
  [Date.UTC(2026, 10, 24, 18), 'UTC', 'Tue 18:00 (UTC)'],
  [Date.UTC(2026, 10, 24, 23, 5), 'Africa/Algiers', 'Wed 00:05 (Africa/Algiers)'],
  [Date.UTC(2026, 10, 25, 12), 'UTC', 'Wed 12:00 (UTC)'],
  [Date.UTC(2026, 10, 25, 12, 1), 'UTC', 'Wed 25 Nov 2026 12:01 (UTC)'],
])('%i in %s is %s', (ms, zone, said) => {
  // What parts date from time is the locale data's.
  expect(sayTime(ms, zone, now).replace(/,| at/, '')).toBe(said);
});
