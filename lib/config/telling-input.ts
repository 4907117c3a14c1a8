// What a person writes in power.config.ts about who is told: by alarms, by events, and in messages to people.
// All of it may be left out; the alarms are there all the same.

import type { DurationText } from './schedule-input.ts';

/** What power.config.ts may say about who is told. */
export interface TellingInput {
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
   * Who is told, in Slack, Teams or elsewhere: of runs that ended, and of scheduled stops ahead of them.
   * @default nobody
   */
  readonly notify?: {
    /** Slack's incoming webhook, a workflow of Teams, or an endpoint of Standard Webhooks. */
    readonly kind: 'slack' | 'teams' | 'webhook';
    /** Secrets Manager name or ARN of the secret with the address; of a `webhook` also with what signs, as JSON. */
    readonly secret: string;
    /**
     * Of which runs: those that did not end well, or all.
     * @default 'trouble'
     */
    readonly when?: 'trouble' | 'always';
    /**
     * How long ahead of a scheduled stop there is a warning: whole minutes, `tick.every` or more, at most 24h.
     * @default no warning
     */
    readonly before?: DurationText;
    /**
     * By how much one use of a warning's link puts the stop off.
     * @default '2h'
     */
    readonly keep?: DurationText;
    /**
     * How often each link can be used, from 1 to 10.
     * @default 1
     */
    readonly quota?: number;
  };
}
