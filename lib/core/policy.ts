// How patient a run is, and how much it may stop: the part of the configuration that the pure core needs.
// All times in milliseconds.

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

export interface RunPolicy {
  readonly shutdown: SendPolicy;
  readonly start: SendPolicy;
  /** Whether a VM's own `escalate=power_off` is heeded (rule 2). */
  readonly allowEscalation: boolean;
  readonly timeouts: { readonly readMs: number; readonly actionMs: number };
  /** The pause between two looks: the first, and what it grows to. */
  readonly settle: { readonly everyMs: number; readonly atMostMs: number };
  readonly guard: GuardPolicy;
}

/** At most so many calls under way, and so many started per second, for one account. */
export interface PacePolicy {
  readonly inFlight: number;
  readonly perSecond: number;
}
