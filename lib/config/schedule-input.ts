// What a person writes in power.config.ts about schedules, as types that an editor completes and explains.
// Checked at run time by schedule-schema.ts and tick-schema.ts; these names and defaults are a contract with users.

/** A length of time: `500ms`, `90s`, `5m`, `2h`, `3d`, or ISO 8601 (`PT5M`). */
export type DurationText = string;

/** Days and times, all of which must hold. Without times it means whole days; with one of `from` and `to`, a moment. */
interface PeriodInput {
  /** `Mon-Fri`, `Mon,Wed`, `mon#1` (the first Monday of the month) to `mon#5`, `friL` (the last Friday). */
  readonly days?: string;
  /** `1,15`, `28-3`, `1/10`, `L` (the last), `15W` (the weekday nearest the 15th), `LW`. */
  readonly monthDays?: string;
  /** `Jan-Mar`, `Nov-Feb`, `1/3`. */
  readonly months?: string;
  /** When it begins, `08:00`. */
  readonly from?: string;
  /** When it ends, `18:00`; `24:00` is the end of the day, and before `from` it is on the next day. */
  readonly to?: string;
}

/** When the VMs that carry the tag `schedule` with this name are to be up. Exactly one of `on` and `cron`. */
interface ScheduleInput {
  /**
   * The IANA zone of its times and dates.
   * @default the config's `timezone`
   */
  readonly timezone?: string;
  /** When they are on: inline expressions like `Sun-Thu 08:00-18:00`, and periods. */
  readonly on?: string | PeriodInput | readonly (string | PeriodInput)[];
  /** When they are started and stopped: five cron fields each, `minute hour day-of-month month day-of-week`, all of which must hold. */
  readonly cron?: { readonly start?: string; readonly stop?: string };
  /**
   * Names of calendars on whose dates nothing is started; what runs on from the day before still ends.
   * @default none
   */
  readonly except?: readonly string[];
  /**
   * Names of calendars on whose dates alone something is started.
   * @default all dates
   */
  readonly only?: readonly string[];
  /**
   * The first date on which it matters, `2026-11-01`.
   * @default always
   */
  readonly from?: string;
  /**
   * The last date on which it matters; windows that start on it run to their end.
   * @default for ever
   */
  readonly until?: string;
  /**
   * Whether what is changed by hand is changed back at the next tick, not left until the next boundary.
   * @default false
   */
  readonly enforce?: boolean;
}

/** A set of dates. At least one of `dates` and `ics`. */
interface CalendarInput {
  /** `2026-11-01`, `2027-03-09/2027-03-11` (both included), `07-05` (every year), `12-24/01-02`. */
  readonly dates?: readonly string[];
  /** The name of an iCalendar file with whole-day events, beside the config: `holidays.ics`. */
  readonly ics?: string;
}

/** What a VM of one size costs per hour. */
interface SizePriceInput {
  /** While it is on. */
  readonly hourly: number;
  /**
   * While it is off: what its disks and addresses still cost.
   * @default 0
   */
  readonly stopped?: number;
}

/** The part of power.config.ts that is about schedules. */
export interface SchedulingInput {
  /**
   * The IANA zone of schedules that name none, in tags and here. Required as soon as a named schedule has no zone of its own.
   * @default none: an expression in a tag must name its own
   */
  readonly timezone?: string;
  /**
   * Schedules by name, for the tag `schedule=<name>`; a bare text is an inline expression.
   * @default {}
   */
  readonly schedules?: Readonly<Record<string, string | ScheduleInput>>;
  /**
   * Sets of dates by name, for schedules' `except` and `only`.
   * @default {}
   */
  readonly calendars?: Readonly<Record<string, CalendarInput>>;
  /**
   * How often schedules are looked after (a divisor of an hour, from 1m), and how late a tick may come and still act (60s to 1h);
   * `false` is not at all.
   * @default { every: '5m', maxAge: '10m' }
   */
  readonly tick?: { readonly every?: DurationText; readonly maxAge?: DurationText } | false;
  /**
   * How long after it a moment (of a one-sided item or a `cron`) is still done, up to 24h and not shorter than `tick.every`.
   * @default '2h'
   */
  readonly catchUp?: DurationText;
  /**
   * What becomes of a VM at first sight: left as it is until its schedule's next boundary, or made what is wanted now.
   * @default 'next-boundary'
   */
  readonly adopt?: 'next-boundary' | 'now';
  /**
   * When a schedule's act that changed nothing is tried again: after each of these pauses, the last one for all further attempts;
   * and from how many attempts in vain on an alarm says so.
   * @default { pauses: ['10m', '20m', '40m', '1h'], alarmAfter: 3 }
   */
  readonly retry?: { readonly pauses?: readonly DurationText[]; readonly alarmAfter?: number };
  /**
   * How long an override ("keep on", "keep off") may last, up to 366d.
   * @default { maxDuration: '7d' }
   */
  readonly overrides?: { readonly maxDuration?: DurationText };
  /**
   * What VMs cost, by the size that the API names, to say in money what schedules save.
   * @default none: savings are told in hours
   */
  readonly prices?: { readonly currency: string; readonly sizes: Readonly<Record<string, SizePriceInput>> };
}
