// When ticks are due, as EventBridge's cron fields.
// Not `rate(…)`: that counts from when the schedule was made, and a VM wanted on at 08:00 would start some minutes later.

const minuteMs = 60_000;

/** Every so many minutes, from the full hour on; the configuration takes only what divides an hour. */
export function tickCron(everyMs: number): string {
  const minutes = everyMs / minuteMs;
  return minutes === 60 ? '0 * * * ? *' : `0/${minutes} * * * ? *`;
}
