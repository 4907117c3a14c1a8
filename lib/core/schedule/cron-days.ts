// A five-field cron as days and minutes of the day, which is all a cron can say; croner reads it.
// Its wall times become instants by our own clock-change rule, so croner only ever sees UTC.

import { Cron } from 'croner';
import { excerpt } from '../excerpt.ts';
import { printDate, printMinute } from './civil.ts';
import { Fault, type Faulty, reading } from './fault.ts';

export interface CronTimes {
  readonly isDay: (day: number) => boolean;
  /** Minutes of the day, sorted. */
  readonly minutes: readonly number[];
}

const longest = 200;
const options = { paused: true, timezone: 'UTC', mode: '5-part', domAndDow: true } as const;

/** The days and minutes of a cron, day fields ANDed; or a fault. One that never fires is a fault too. */
export function compileCron(text: string): { readonly cron: CronTimes } | Faulty {
  return reading(() => {
    const fields = text.trim().split(/\s+/);
    if (text.length > longest || fields.length !== 5)
      throw new Fault(`cron ${excerpt(text)} needs five fields: minute hour day-of-month month day-of-week`);
    const [minute = '', hour = '', ...days] = fields;
    const cron = readCron(fields.join(' '));
    if (cron.nextRun('2000-01-01T00:00:00') === null) throw new Fault(`cron ${excerpt(text)} never fires`);
    const minutes = minutesOf(`${minute} ${hour} * * *`);
    return { cron: { isDay: daysOf(readCron(`0 0 ${days.join(' ')}`)), minutes } };
  });
}

function readCron(text: string): Cron {
  try {
    return new Cron(text, options);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new Fault(`cron ${excerpt(text)} is not understood: ${error.message}`);
  }
}

function minutesOf(text: string): readonly number[] {
  const cron = readCron(text);
  const everyMinute = Array.from({ length: 1440 }, (_, minute) => minute);
  return everyMinute.filter((minute) => cron.match(`2000-01-01T${printMinute(minute)}:00`));
}

function daysOf(midnights: Cron): (day: number) => boolean {
  return (day) => midnights.match(`${printDate(day)}T00:00:00`);
}
