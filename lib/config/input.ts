// What a person writes in power.config.ts, as types that an editor completes and explains.
// The schema in schema.ts checks the same at run time; these names and defaults are a contract with users.

import type { Power } from '../core/vm.ts';
import type { DurationText, SchedulingInput } from './schedule-input.ts';
import type { TellingInput } from './telling-input.ts';
import type { OrderInput } from './tier-input.ts';
import type { TokenInput } from './token-input.ts';
import type { TriggerInput } from './trigger-input.ts';

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
export interface PowerConfigInput extends TriggerInput, SchedulingInput, OrderInput, TokenInput, TellingInput {
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
