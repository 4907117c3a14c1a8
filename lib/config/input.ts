// What a person writes in power.config.ts, as types that an editor completes and explains.
// The schema in schema.ts checks the same at run time; these names and defaults are a contract with users.

import type { Action } from '../core/action.ts';
import type { Power } from '../core/vm.ts';

/** A length of time: `500ms`, `90s`, `5m`, `2h`, `3d`, or ISO 8601 (`PT5M`). */
type DurationText = string;

/** Kubernetes label-selector syntax over tags, like `env=dev,tier!=db`; `*` is every VM. */
type SelectorText = string;

/** One API address, the secret that holds its token, and its projects. */
interface AccountInput {
  /** Secrets Manager name or ARN of the secret that holds this account's token. */
  readonly secretId: string;
  /**
   * The projects whose VMs are listed.
   * @default ['default']
   */
  readonly projects?: readonly string[];
  /**
   * The API's address: https, or http on loopback.
   * @default the environment's OPENSCALER_API_URL, or the public API
   */
  readonly apiUrl?: string;
}

/** Which VMs a tag rule is for: all fields given must match, and of a list any one. */
interface TagMatchInput {
  /** An account's name, as in `accounts`; `main` when there is no `accounts`. */
  readonly account?: string;
  /** The VM's name: globs with `*` and `?`. */
  readonly name?: string | readonly string[];
  /** The VM's project: globs with `*` and `?`. */
  readonly project?: string | readonly string[];
  /** The VM's region: globs with `*` and `?`. */
  readonly region?: string | readonly string[];
  /** The VM's id, as text, exactly. */
  readonly id?: string | readonly string[];
}

/** Tags for the VMs that match; they win over what the API or a VM's description says. */
interface TagRuleInput {
  /** At least one field: an empty match is a fault, not "all". */
  readonly match: TagMatchInput;
  /** Tags by key; the empty string is a tag without value. */
  readonly tags: Readonly<Record<string, string>>;
}

/** An action at set times. Its key becomes part of the schedule's name. */
interface CronInput {
  /** EventBridge's six fields, `minutes hours day-of-month month day-of-week year`, like `0 19 ? * SUN-THU *`. */
  readonly cron: string;
  /** The IANA time zone the fields are read in, like `Africa/Algiers`. Required. */
  readonly timezone: string;
  /** What to do. `power_off` and `reset` need `allowDataLoss: true` beside them. */
  readonly action: Action;
  /** Which VMs. */
  readonly select: SelectorText;
  /**
   * Only this account.
   * @default all accounts
   */
  readonly account?: string | null;
  /**
   * Leave to send `power_off` or `reset`, which may lose data.
   * @default false
   */
  readonly allowDataLoss?: boolean;
  /**
   * How late the action may still be done, from 60s to 24h: a stop that was missed in the evening must not be done in the morning.
   * @default '1h'
   */
  readonly maxEventAge?: DurationText;
  /**
   * How often EventBridge delivers again when the Lambda did not take the event, from 0 to 185.
   * @default 3
   */
  readonly retries?: number;
}

/** What a verified event does. */
interface WebhookRuleInput {
  /** Fields of the verified body (dotted paths) and the values they must have: at least one. */
  readonly when: Readonly<Record<string, string | number | boolean | null>>;
  /** What to do; a webhook is never given leave for `power_off` or `reset`. */
  readonly action: Exclude<Action, 'power_off' | 'reset'>;
  /** Which VMs. */
  readonly select: SelectorText;
  /**
   * Only this account.
   * @default all accounts
   */
  readonly account?: string | null;
}

/** A signed webhook, at `POST /v1/webhooks/<its key>`. At least one of `on` and `allow`. */
interface WebhookInput {
  /** How deliveries are signed: Standard Webhooks, or GitHub's `X-Hub-Signature-256`. */
  readonly verify: 'standard' | 'github';
  /** Secrets Manager name or ARN of the secret that holds the signing secrets. */
  readonly secretId: string;
  /**
   * Which events do what.
   * @default []
   */
  readonly on?: readonly WebhookRuleInput[];
  /**
   * What the sender may name itself: one of these actions, and a selector that is ANDed with this one.
   * @default nothing
   */
  readonly allow?: {
    readonly actions: readonly Exclude<Action, 'power_off' | 'reset'>[];
    readonly select: SelectorText;
  };
}

/** How an action is sent to one VM. */
interface SendInput {
  /**
   * From the VM's first send (or first wait) to its last look.
   * @default '8m' for `shutdown`, '3m' for `start`
   */
  readonly patience?: DurationText;
  /**
   * From an answer after which the VM did not change, to the next send.
   * @default '90s' for `shutdown`, '60s' for `start`
   */
  readonly resendAfter?: DurationText;
  /**
   * How many sends may follow the first, from 0 to 20.
   * @default 1 for `shutdown`, 2 for `start`
   */
  readonly resends?: number;
}

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

/** Everything that power.config.ts may say. All of it has a default. */
export interface PowerConfigInput {
  /**
   * The projects whose VMs are listed. Either this or `accounts`.
   * @default ['default']
   */
  readonly projects?: readonly string[];
  /**
   * Several accounts by name, instead of `projects`. A run covers all of them unless told otherwise.
   * @default one account `main`, with the secret named by OPENSCALER_SECRET_ID
   */
  readonly accounts?: Readonly<Record<string, AccountInput>>;
  /**
   * Tags by rule, for VMs whose own description cannot carry them.
   * @default []
   */
  readonly tags?: readonly TagRuleInput[];
  /**
   * Actions at set times, by name.
   * @default {}
   */
  readonly crons?: Readonly<Record<string, CronInput>>;
  /**
   * Signed webhooks, by name.
   * @default {}
   */
  readonly webhooks?: Readonly<Record<string, WebhookInput>>;
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
   * @default { pauses: ['5m', '10m', '20m', '40m', '1h'], alarmAfter: 3 }
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
  /**
   * How patiently VMs are shut down.
   * @default { patience: '8m', resendAfter: '90s', resends: 1 }
   */
  readonly shutdown?: SendInput;
  /**
   * Whether a VM's own tag `shutdown="escalate=power_off"` is heeded. It may lose that VM's data.
   * @default false
   */
  readonly allowEscalation?: boolean;
  /**
   * How patiently VMs are started.
   * @default { patience: '3m', resendAfter: '60s', resends: 2 }
   */
  readonly start?: SendInput;
  /**
   * How long one GET (`read`) and one POST (`action`) may take, at most 15m.
   * @default { read: '10s', action: '2m' }
   */
  readonly timeouts?: { readonly read?: DurationText; readonly action?: DurationText };
  /**
   * The pause between two looks: the first, and what it grows to.
   * @default { every: '3s', atMost: '15s' }
   */
  readonly settle?: { readonly every?: DurationText; readonly atMost?: DurationText };
  /**
   * How many VMs one run may disrupt: a number, and a share of the listed VMs (above 0, up to 1). Beyond it the whole run is refused.
   * @default { maxVms: 500, maxShare: 0.8 }
   */
  readonly guard?: { readonly maxVms?: number; readonly maxShare?: number };
  /**
   * For each account: how many calls may be under way, and how many may start per second.
   * @default { inFlight: 200, perSecond: 25 }
   */
  readonly pace?: { readonly inFlight?: number; readonly perSecond?: number };
  /**
   * What further state names of the API mean, e.g. `{ 'shut off': 'off' }`; they win over the built-in table.
   * @default {}
   */
  readonly states?: Readonly<Record<string, Power>>;
  /**
   * Who is told when a run ends in trouble.
   * @default nobody
   */
  readonly alarms?: { readonly email: string };
  /**
   * Lambda concurrency reserved for runs; opt-in, since new AWS accounts have too little.
   * @default none
   */
  readonly reservedConcurrency?: number;
}
