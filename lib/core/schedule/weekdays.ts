// Days of the week by name, in reading and in writing.
// Only the names of three letters and the full ones: a number could count from Sunday or from Monday, from 0 or from 1.

import { didYouMean, nearestNames } from './nearest.ts';

const full = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const short = full.map((name) => name.slice(0, 3));

const byName = new Map([...full, ...short].map((name, index) => [name.toLowerCase(), (index % 7) + 1]));

const groups: Readonly<Record<string, string>> = {
  weekday: 'Mon-Fri',
  weekdays: 'Mon-Fri',
  workdays: 'Mon-Fri',
  weekend: 'Sat-Sun',
  weekends: 'Sat-Sun',
  daily: 'Mon-Sun',
  everyday: 'Mon-Sun',
};

/** 1 for Mon or Monday, in any case, to 7 for Sunday; null for anything else. */
export function weekdayNamed(name: string): number | null {
  return byName.get(name.toLowerCase()) ?? null;
}

/** `; did you mean Tue?` for what is no name of a day, else how days are written. */
export function weekdayHint(name: string): string {
  const lower = name.toLowerCase();
  const group = Object.hasOwn(groups, lower) ? groups[lower] : undefined;
  if (group !== undefined) return didYouMean([group]);
  const begun = short.filter((day) => lower.startsWith(day.toLowerCase()));
  const near = begun.length > 0 ? begun : nearestNames(name, [...full, ...short], 1);
  return near.length > 0 ? didYouMean(near) : '; days are written Mon, Tue, Wed, Thu, Fri, Sat, Sun';
}

/** The days from one to the other, round the end of the week where need be. */
export function weekdayRange(from: number, to: number): readonly number[] {
  return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, index) => ((from + index - 1) % 7) + 1);
}

/** The days as briefly as they can be written: `Sun-Thu`, `Mon,Wed,Fri`. */
export function printWeekdays(days: readonly number[]): string {
  if (days.length === 7) return 'Mon-Sun';
  const isFirst = (day: number): boolean => !days.includes(day === 1 ? 7 : day - 1);
  return days
    .filter(isFirst)
    .map((first) => printRun(first, days))
    .join(',');
}

function printRun(first: number, days: readonly number[]): string {
  let length = 1;
  while (days.includes(((first + length - 1) % 7) + 1)) length += 1;
  const run = weekdayRange(first, ((first + length - 2) % 7) + 1).map((day) => short[day - 1] ?? '');
  return run.length > 2 ? `${run.at(0)}-${run.at(-1)}` : run.join(',');
}
