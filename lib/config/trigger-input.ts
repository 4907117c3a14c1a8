// What a person writes in power.config.ts about what sets runs off: crons, webhooks, and how many launches there may be.
// Schedules, which tags ask for, are in schedule-input.ts.

import type { Action } from '../core/action.ts';
import type { DurationText } from './schedule-input.ts';

/** Kubernetes label-selector syntax over tags, like `env=dev,tier!=db`; `*` is every VM. */
type SelectorText = string;

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

/** What power.config.ts may say about what sets runs off. */
export interface TriggerInput {
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
   * How many runs the HTTP API, and how many all webhooks together, may launch in one minute, from 1 to 10000; more are a 429.
   * Crons, ticks and terminals are not counted.
   * @default { perMinute: 30 }
   */
  readonly launches?: { readonly perMinute?: number };
}
