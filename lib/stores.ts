// What is kept between processes, and where, as types only: runs, marks, overrides, leases and warnings.
// Beside ports.ts, which has what a run needs of the world while it goes.

import type { Outcome } from './core/outcome.ts';
import type { Mark } from './core/schedule/mark.ts';

export type RunStatus =
  /** Launched, not yet claimed by a worker. */
  | 'recorded'
  | 'running'
  /** Its report is out. */
  | 'ended'
  /** It was `running` past its deadline: nobody knows its end. */
  | 'lost';

export type TierState =
  /** The tiers before it are not settled, or their delay is not over. */
  | 'waiting'
  | 'sending'
  | 'settling'
  | 'settled'
  /** A tier before it ended badly: nothing is sent to this one. */
  | 'skipped';

export interface TierProgress {
  /** Which way the run goes through the tiers. */
  readonly direction: 'up' | 'down';
  readonly tier: number;
  readonly state: TierState;
  /** How many of its VMs are to be sent to. */
  readonly planned: number;
  readonly sent: number;
  readonly settled: number;
  /** Sent to, and not settled yet. */
  readonly open: number;
  /** For a person; null when it waits for nothing. */
  readonly waitingFor: string | null;
}

export interface RunProgress {
  readonly selected: number;
  readonly sent: number;
  readonly settled: number;
  /** In the order in which they are acted on; none in what an older version kept. */
  readonly tiers: readonly TierProgress[];
}

/** A run as it is kept. `request` is the validated request as JSON; what it holds is lib/run/request.ts's business. */
export interface RunRecord {
  readonly name: string;
  readonly trigger: string;
  readonly request: unknown;
  /** Of what the caller sent, to tell a repeat from another request under the same key. */
  readonly requestHash: string;
  readonly status: RunStatus;
  readonly recordedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** When a `running` run that has not ended counts as lost. */
  readonly deadline: string | null;
  readonly progress: RunProgress | null;
  /** Set once somebody has cancelled it: it never began, or it stops as soon as it looks. */
  readonly cancelRequestedAt: string | null;
  readonly cancelRequestedBy: string | null;
  /** The report without its outcomes (they may be thousands), once ended; or why there is none. */
  readonly summary: unknown;
}

export interface NewRun {
  readonly name: string;
  readonly trigger: string;
  readonly request: unknown;
  readonly requestHash: string;
  readonly recordedAt: string;
}

/** A place in the list of all runs: right after this one. */
export interface RunCursor {
  readonly recordedAt: string;
  readonly name: string;
}

export interface RunPage {
  /** Newest first. */
  readonly runs: readonly RunRecord[];
  /** Where the next page begins; null when there is none. */
  readonly next: RunCursor | null;
}

/** Where runs are kept. Every method throws `aws` when the store does not do what was asked. */
export interface RunStore {
  /** Writes the run unless its name exists; says which of the two, with the run that now stands there. */
  record(run: NewRun): Promise<{ readonly isNew: boolean; readonly run: RunRecord }>;
  /**
   * `recorded` → `running`, for exactly one claimant: the record for it, null for everyone else. The same claimant gets the record
   * again for as long as the run is running: a replay finds its own claim.
   */
  claim(name: string, at: string, deadline: string, claimant: string): Promise<RunRecord | null>;
  /**
   * Cancels the run: one that is `recorded` ends without having begun, one that is `running` is asked to stop. The run as it
   * stands then; its `cancelRequestedAt` is null when it was over before. Null for an unknown one. A repeat changes nothing.
   */
  cancel(name: string, at: string, by: string): Promise<RunRecord | null>;
  /** Whether a running run was asked to stop; cheap enough to ask at every look. */
  isCancelled(name: string): Promise<boolean>;
  /** `recorded` → `ended`, for a run that is not to be started any more; false when it is not `recorded`. */
  abandon(name: string, at: string, summary: unknown): Promise<boolean>;
  /** `part`: the figures are those of one part of the run, and add up with those of its other parts. */
  progress(name: string, progress: RunProgress, outcomes: readonly Outcome[], part?: string): Promise<void>;
  /** `running` → `ended`. `outcomes` are those not yet given to `progress`. */
  end(name: string, at: string, summary: unknown, outcomes: readonly Outcome[]): Promise<void>;
  /** The run as it stands at `now` (`lost` is read, never written), or null. */
  read(name: string, now: string): Promise<RunRecord | null>;
  /** The last runs, or those before a place in the list. One that was just recorded may take a moment to be in it. */
  list(now: string, limit: number, before: RunCursor | null): Promise<RunPage>;
  /** The runs recorded in that time, both ends included, that are still `recorded`, oldest first. As `list`, a moment behind. */
  unstarted(from: string, to: string): Promise<readonly RunCursor[]>;
  /** The same of those that are still `running`, lost ones among them. */
  unended(from: string, to: string): Promise<readonly RunCursor[]>;
  /** Whether the run is lost at `now`, and nobody has found it so before: true to one caller, once. */
  takeLost(name: string, now: string): Promise<boolean>;
  /** All outcomes kept so far. */
  outcomes(name: string): Promise<readonly Outcome[]>;
}

/** An override as it is kept: which VMs it is on was resolved when it was made, and when it ends for each of them. */
export interface KeptOverride {
  readonly id: string;
  readonly keep: 'on' | 'off';
  /** Epoch milliseconds. */
  readonly startMs: number;
  readonly reason: string;
  readonly by: string;
  /** When it ends, in epoch milliseconds, by VM key (`account/id`). */
  readonly ends: Readonly<Record<string, number>>;
  /** When it was cancelled: it ends then for all its VMs, if not before. */
  readonly cancelledMs: number | null;
}

/** What is remembered of the whole fleet between two ticks. */
export interface FleetState {
  /** By VM key. */
  readonly marks: ReadonlyMap<string, Mark>;
  readonly overrides: readonly KeptOverride[];
}

export interface MarkChange {
  /** The VM key. */
  readonly key: string;
  /** The mark it was decided from; the write fails if another one stands there by now. */
  readonly from: Mark | null;
  readonly to: Mark;
}

/** Where marks and overrides are kept. Every method throws `aws` when the store does not do what was asked. */
export interface StateStore {
  /** All marks, and all overrides that hold or whose end may still matter, in one query. */
  load(): Promise<FleetState>;
  /** Writes each mark unless it changed meanwhile; the keys of those that did. */
  putMarks(changes: readonly MarkChange[]): Promise<readonly string[]>;
  putOverride(override: KeptOverride): Promise<void>;
  /** The override as cancelled at `at` (one cancelled before stays as it was), or null if there is none. */
  cancelOverride(id: string, at: number): Promise<KeptOverride | null>;
}

/** A run as leases know it: the newer request has the VM. */
export interface LeaseHolder {
  readonly run: string;
  /** When the run was requested (recorded), in epoch milliseconds. */
  readonly requestedAt: number;
}

/**
 * Who may send to a VM: each run leases what it selected, and a newer request takes it over. Never given back: until it lapses, a
 * lease also keeps out an older request that begins late. Throws `aws`.
 */
export interface Leases {
  /** Leases the VMs until `untilMs`, taking over from older requests and lapsed leases; the keys that a newer request holds. */
  take(holder: LeaseHolder, keys: readonly string[], untilMs: number): Promise<readonly string[]>;
  /** Of the keys, those that another run has taken over since. */
  lost(holder: LeaseHolder, keys: readonly string[]): Promise<readonly string[]>;
}

/** Which warning: of the instant at which VMs are stopped the first (0), or a later one, about VMs that came to that stop since. */
export interface WarningId {
  /** When the VMs are stopped, in epoch milliseconds. */
  readonly stopMs: number;
  readonly nth: number;
}

/** A scheduled stop that people are warned of. */
export interface StopWarning extends WarningId {
  /** The keys of all VMs that it is about. */
  readonly keys: readonly string[];
  /** Some of them with their names, for people. */
  readonly shown: readonly { readonly key: string; readonly name: string }[];
  /** How often its link was used. */
  readonly used: number;
}

/** A warning, and whether anybody got it. */
export interface ClaimedWarning extends Pick<StopWarning, 'nth' | 'keys'> {
  /** Sending failed, or whoever claimed it came to an end before it was sent: it may be claimed again. */
  readonly isUnsent: boolean;
}

/** Where warnings are kept. Every method throws `aws`. */
export interface StopWarnings {
  /** Those of an instant, the first one first. */
  claimed(stopMs: number): Promise<readonly ClaimedWarning[]>;
  /** For exactly one caller true; again for one caller whenever it is unsent and its link was not used. */
  claim(warning: Omit<StopWarning, 'used'>): Promise<boolean>;
  /** Notes whether it could be sent. */
  note(id: WarningId, isSent: boolean): Promise<void>;
  read(id: WarningId): Promise<StopWarning | null>;
  /** Counts one use of the link from `used` on; false when somebody else did meanwhile. */
  use(id: WarningId, used: number): Promise<boolean>;
}
