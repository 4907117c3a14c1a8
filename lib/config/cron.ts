// When a cron fires: EventBridge's expression handed to croner, with EventBridge's rules for clock changes.
// Apart from cron-syntax.ts, so that a Lambda, which only checks crons, does not load croner.

import { Cron as Croner } from 'croner';
import type { Cron, DaysOfMonth, DaysOfWeek } from './cron-syntax.ts';

export { parseCron } from './cron-syntax.ts';

/**
 * The next times after `after` at which EventBridge fires the cron in that zone; fewer than `count` when there are no more.
 * A time that a clock change skips does not fire, and one that it repeats fires once, as EventBridge Scheduler documents.
 */
export function nextTimes(cron: Cron, timezone: string, after: Date, count: number): Date[] {
  const croner = new Croner(toCroner(cron), { paused: true, timezone, mode: '7-part', alternativeWeekdays: true });
  const localTime = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'short' });
  const times: Date[] = [];
  for (let next = croner.nextRun(after); next !== null && times.length < count; next = croner.nextRun(next)) {
    const local = localTime.format(next);
    if (isMeant(cron, local) && !isRepeated(next, local, localTime)) times.push(next);
  }
  return times;
}

/** Whether the clock showed the same time shortly before: clocks are set back by an hour, on Lord Howe Island by half of one. */
function isRepeated(time: Date, local: string, localTime: Intl.DateTimeFormat): boolean {
  return [30, 60].some((minutes) => localTime.format(time.getTime() - minutes * 60_000) === local);
}

/** Croner moves a skipped time to after the gap; EventBridge leaves it out. */
function isMeant({ hours, minutes }: Cron, local: string): boolean {
  const [hour, minute] = local.slice(-5).split(':').map(Number);
  return hours.includes(hour ?? -1) && minutes.includes(minute ?? -1);
}

function toCroner(cron: Cron): string {
  const fields = [
    '0',
    cron.minutes,
    cron.hours,
    daysOfMonth(cron.daysOfMonth),
    cron.months,
    daysOfWeek(cron.daysOfWeek),
    cron.years ?? '*',
  ];
  return fields.map(String).join(' ');
}

function daysOfMonth(days: DaysOfMonth | null): string {
  if (days === null) return '*';
  return [...days.days, ...(days.isLast ? ['L'] : []), ...days.nearestWeekdayTo.map((day) => `${day}W`)].join(',');
}

/** Croner counts from SUN = 1 too, by `alternativeWeekdays`. All seven are `*`, or croner would heed both day fields. */
function daysOfWeek(days: DaysOfWeek | null): string {
  if (days === null || days.days.length === 7) return '*';
  if (days.nthInMonth !== null) return `${days.nthInMonth.day}#${days.nthInMonth.nth}`;
  return [...days.days, ...days.lastInMonth.map((day) => `${day}#L`)].join(',');
}
