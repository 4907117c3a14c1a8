// What a person writes in power.config.ts, as types that an editor completes and explains.
// The schema in schema.ts checks the same at run time; these names and defaults are a contract with users.

import type { Action } from '../core/action.ts';
import type { Power } from '../core/vm.ts';
import type { DurationText, SchedulingInput } from './schedule-input.ts';
import type { OrderInput } from './tier-input.ts';

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

/** Everything that power.config.ts may say. All of it has a default. */
export interface PowerConfigInput extends SchedulingInput, OrderInput {
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
   * What a deployed run announces as events on the default event bus: that it started and ended, and of which VMs how they settled.
   * `false` is nothing at all.
   * @default { vmSettled: 'failures' }
   */
  readonly events?: false | { readonly vmSettled?: 'failures' | 'all' | 'none' };
  /**
   * Lambda concurrency reserved for runs; opt-in, since new AWS accounts have too little.
   * @default none
   */
  readonly reservedConcurrency?: number;
  /**
   * How a run lasts on AWS: as a Lambda durable function for up to 24h, its waits unpaid, or inline, within one Lambda's 15m, for
   * regions that have no durable functions.
   * @default 'durable'
   */
  readonly engine?: 'durable' | 'inline';
  /**
   * From how many VMs on a durable run is settled in parts of at most that size, by executions of their own that share its pace.
   * @default { maxVms: 5000 }
   */
  readonly parts?: { readonly maxVms?: number };
}
