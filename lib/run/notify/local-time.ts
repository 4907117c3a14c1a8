// Instants as people read them in a message: `Tue 18:00 (Africa/Algiers)`.
// By Intl alone, so that the page behind a link needs none of the code of time zones.

/** The instant by the clocks of the zone; with the date where it is more than a day from `now`. */
export function sayTime(ms: number, zone: string, now: number): string {
  const isFar = Math.abs(ms - now) > 86_400_000;
  const date = isFar ? ({ day: 'numeric', month: 'short', year: 'numeric' } as const) : {};
  const time = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone } as const;
  return `${new Intl.DateTimeFormat('en-GB', { ...time, ...date }).format(ms).replace(',', '')} (${zone})`;
}
