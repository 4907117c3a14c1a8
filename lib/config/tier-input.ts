// What a person writes in power.config.ts about tiers, as types that an editor completes and explains.
// Checked at run time by tier-schema.ts; these names and defaults are a contract with users.

import type { Action } from '../core/action.ts';
import type { DurationText } from './schedule-input.ts';

/** What must answer before the tier after this one is started. Exactly one of `tcp` and `http`. */
interface ReadyInput {
  /** A host and a port to which a connection must open: `db.internal:5432`. */
  readonly tcp?: string;
  /** An address that must answer GET with a status 2xx. No redirect is followed, and nothing secret is sent. */
  readonly http?: string;
  /**
   * For how long it is tried, up to 1h.
   * @default '5m'
   */
  readonly within?: DurationText;
}

/** The part of power.config.ts that is about the order in which a run acts. */
export interface OrderInput {
  /** How a run goes from tier to tier: `start` up, `shutdown` down, by the VMs' tag `tier`. */
  readonly tiers?: {
    /**
     * Whether a tier that ended badly stops the rest, or the rest goes on all the same.
     * @default 'verified'
     */
    readonly gate?: 'verified' | 'best-effort';
    /**
     * How long a tier may take in all, up to 24h; its VMs' own patience still counts.
     * @default as long as its VMs' own patience
     */
    readonly patience?: DurationText;
    /**
     * The pause between a tier that was acted on and the next, up to 1h.
     * @default none
     */
    readonly delay?: DurationText;
    /**
     * What must answer after a tier was started (or restarted), before the next one is: by the tier's number.
     * @default {}
     */
    readonly ready?: Readonly<Record<string, ReadyInput>>;
  };
  /**
   * Over how long the first sends of a tier are spread, up to 1h: for all actions, or by action.
   * @default none
   */
  readonly stagger?: DurationText | Readonly<Partial<Record<Action, DurationText>>>;
}
