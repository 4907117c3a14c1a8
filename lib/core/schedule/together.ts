// What items may not stand together in one schedule, because a reader would understand it otherwise than it works.
// Named schedules are held to the same rules across all their items.

import { Fault } from './fault.ts';
import type { Item, MomentItem, WindowItem } from './item.ts';

/** Throws a fault where windows meet one-sided items, where only some items name days, or where a start meets a stop. */
export function checkTogether(items: readonly Item[]): void {
  checkKinds(items);
  checkDays(items);
  checkMoments(items);
}

function checkKinds(items: readonly Item[]): void {
  const isMoment = items.map(({ kind }) => kind === 'moment');
  if (isMoment.includes(true) && isMoment.includes(false))
    throw new Fault('windows (08:00-18:00) and one-sided items (08:00- or -19:00) cannot stand in one schedule');
}

function checkDays(items: readonly Item[]): void {
  const isDaily = items.map((item) => hasTimes(item) && item.days === null);
  if (!isDaily.includes(true) || !items.some((item) => hasTimes(item) && item.days !== null)) return;
  throw new Fault(
    `item ${isDaily.indexOf(true) + 1} names no days, though another does, so it would hold on all days; name its days too (Mon-Sun for all)`,
  );
}

function hasTimes(item: Item): item is WindowItem | MomentItem {
  return item.kind === 'window' || item.kind === 'moment';
}

function checkMoments(items: readonly Item[]): void {
  const moments = items.filter((item) => item.kind === 'moment');
  const starts = moments.filter(({ wanted }) => wanted === 'on');
  const stops = moments.filter(({ wanted }) => wanted === 'off');
  if (starts.some((start) => stops.some((stop) => isSameMoment(start, stop))))
    throw new Fault('it starts and stops at the same time of the same day');
}

function isSameMoment(a: MomentItem, b: MomentItem): boolean {
  const shareDay = a.days === null || b.days === null || a.days.some((day) => b.days?.includes(day));
  return a.minute === b.minute && a.zone === b.zone && shareDay;
}
