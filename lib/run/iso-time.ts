// Instants as records, reports and names write them.
// One place, since the store compares them as texts: all of one length, in UTC.

/** `2026-01-05T18:00:00.000Z`. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
