// How an instant is shown to people: the day of the week, the date and the time in one zone.

/**
 * The instant as the zone's clocks show it.
 * @example printLocal(Date.UTC(2026, 6, 1, 18), 'Africa/Algiers') // 'Wed 2026-07-01 19:00'
 */
export function printLocal(time: Date | number, timeZone: string): string {
  const weekday = new Intl.DateTimeFormat('en', { timeZone, weekday: 'short' });
  // Swedish dates are written as ISO 8601 writes them.
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return `${weekday.format(time)} ${shown.format(time)}`;
}
