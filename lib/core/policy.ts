// How patient a run is, and how much it may stop: the part of the configuration that the pure core needs.
// All times in milliseconds.

import type { Action } from './action.ts';

/** For how long and how often an action is tried on one VM. */
export interface SendPolicy {
  /** From the VM's first send (or first wait) to its last look. */
  readonly patienceMs: number;
  /** From an answer after which the VM did not change, to the next send. */
  readonly resendAfterMs: number;
  /** How many sends may follow the first. */
  readonly resends: number;
}

export interface GuardPolicy {
  readonly maxVms: number;
  /** Of the successfully listed VMs, from 5 listed VMs up. */
  readonly maxShare: number;
}

/** What must answer before the tier after this one is started: a connection that opens, or an HTTP status 2xx. */
export type ReadyCheck = (
  | { readonly tcp: { readonly host: string; readonly port: number } }
  | { readonly http: string }
) & {
  /** From the first try to the last. */
  readonly withinMs: number;
};

/** How a run goes from tier to tier. */
export interface TierPolicy {
  /** `verified`: a tier that did not get there stops the rest. `best-effort`: the rest goes on, with a warning. */
  readonly gate: 'verified' | 'best-effort';
  /** How long a tier may take in all; null is as long as its VMs' own patience lets it. */
  readonly patienceMs: number | null;
  /** Between a tier that was acted on and the next. */
  readonly delayMs: number;
  /** By the tier's number, as text. */
  readonly ready: Readonly<Record<string, ReadyCheck>>;
}

export interface RunPolicy {
  readonly shutdown: SendPolicy;
  readonly start: SendPolicy;
  /** Whether a VM's own `escalate=power_off` is heeded (rule 2). */
  readonly allowEscalation: boolean;
  readonly timeouts: { readonly readMs: number; readonly actionMs: number };
  /** The pause between two looks: the first, and what it grows to. */
  readonly settle: { readonly everyMs: number; readonly atMostMs: number };
  readonly guard: GuardPolicy;
  readonly tiers: TierPolicy;
  /** Over how long the first sends of a tier are spread, by action; 0 is not at all. */
  readonly staggerMs: Readonly<Record<Action, number>>;
}

/** At most so many calls under way, and so many started per second, for one account. */
export interface PacePolicy {
  readonly inFlight: number;
  readonly perSecond: number;
}
