// What the run needs from the world, as types only. Adapters in openscaler/ and aws/ and fakes in test/fakes implement them.
// Nothing here may import an adapter: that is what keeps the run testable without a network.

import type { Action } from './core/action.ts';
import type { Answer } from './core/failure.ts';
import type { Outcome, Unlisted } from './core/outcome.ts';
import type { Mark } from './core/schedule/mark.ts';
import type { ListedVm, VmId } from './core/vm.ts';

/** Time as an argument (rule 9). */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or as soon as `signal` aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** Structured, one line per fact. Only our own errors are ever passed as `error`. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** The bearer token of one account, in memory only (rule 8). */
export interface TokenSource {
  /** Where it comes from, for whoever has to renew it, as in `the secret "openscaler/token"`; nothing secret. */
  readonly origin?: string;
  /** The current token. Throws `secret`. */
  token(): Promise<string>;
  /** A token fetched after `rejected` was refused: one fetch, however many ask; may be the same token again. Throws `secret`. */
  renew(rejected: string): Promise<string>;
}

/** How one POST went: the answer, and when it left and came back. */
export interface Sent {
  readonly answer: Answer;
  /** How many POSTs left: 0 when unsent, 2 when the token was renewed between them. */
  readonly posts: number;
  /** When the first of them left, in epoch milliseconds; null when unsent. */
  readonly sentAt: number | null;
}

export interface SendLimits {
  /** Counted from the moment the POST leaves, not from when it queues. */
  readonly timeoutMs: number;
  /** An instant past which it must not leave any more, and which its time-out never reaches past. */
  readonly until?: number;
  /** Aborted: what has not left yet stays; what has left is awaited. */
  readonly stop?: AbortSignal;
  /** Asked at the moment at which it would leave: if so, it stays. */
  readonly isMoot?: () => boolean;
}

/** One account's cloud. Calls queue behind its pace; reads overtake actions. */
export interface VmCloud {
  readonly account: string;
  /** All VMs of a project, or throws `list-failed`, `list-not-whole`, `token-rejected`, `secret`. */
  list(project: string): Promise<readonly ListedVm[]>;
  /** One VM by id, `gone` on a 404. Throws `read-failed`, `token-rejected`, `secret`. */
  read(id: VmId): Promise<ListedVm | 'gone'>;
  /** One action on one VM. Never throws for what the API does; throws `secret`. */
  act(id: VmId, action: Action, limits: SendLimits): Promise<Sent>;
  /** How many calls have left for this account so far. */
  readonly calls: { readonly lists: number; readonly reads: number; readonly actions: number };
}

/** One process of a run. A durable run has several, one after the other; each begins from what the ones before have remembered. */
export interface Turn {
  /** Different for each process. */
  readonly id: string;
  /** The instant (epoch ms) at which the process is ended from outside. */
  readonly endsAt: number;
}

/**
 * What a run is written against: its own process, or a durable execution that outlives it. What stands between two calls is done
 * again by every turn, so it decides from results alone.
 */
export interface Engine {
  /** Runs `fn` and remembers its result (JSON) under `name`. At least once: a turn that ends in its middle leaves it to the next. */
  step<T>(name: string, fn: () => Promise<T>): Promise<T>;
  /** Runs `fn` at most once: null where a turn ended in its middle. */
  once<T>(name: string, fn: () => Promise<T>): Promise<T | null>;
  /** Waits. `early` cuts it short where the process waits itself. */
  wait(name: string, ms: number, early?: Promise<unknown>): Promise<void>;
  /** `fn` for every item, at most `limit` at once, each with an engine of its own; results in the order of the items. */
  map<I, T>(
    name: string,
    items: readonly I[],
    fn: (item: I, index: number, engine: Engine) => Promise<T>,
    limit: number,
  ): Promise<T[]>;
  /** Other processes, where there are any to be had. */
  readonly elsewhere?: {
    /** More VMs than this are too many for one process. */
    readonly mostVmsHere: number;
    /** Has a task (JSON) done by a process of its own, and remembers its result (JSON); null where that process broke off. */
    do<T>(name: string, task: unknown): Promise<T | null>;
  };
  readonly turn: Turn;
  /** How many VMs are sent to in one `once`, and how many of those run side by side. */
  readonly sends: { readonly perStep: number; readonly stepsAtOnce: number };
}

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
  /** Of the runs recorded in that time, those that are lost at `now`: each to one caller, once. */
  takeLost(from: string, to: string, now: string): Promise<readonly string[]>;
  /** All outcomes kept so far. */
  outcomes(name: string): Promise<readonly Outcome[]>;
}

/** Starts a recorded run somewhere else: hands over its name and nothing more. Throws `aws`. */
export interface Launcher {
  start(name: string): Promise<void>;
}

/** A fact of a run for whoever listens outside; its contract is docs/events. */
export interface PowerEvent {
  readonly type: 'RunStarted' | 'VmSettled' | 'RunEnded';
  /** When it happened (ISO 8601); null is when it is told. */
  readonly at: string | null;
  /** JSON, without anything secret; a repeat has the same `id`. */
  readonly detail: { readonly version: number; readonly id: string; readonly [fact: string]: unknown };
}

/** Tells others what a run does. */
export interface Announcer {
  /** Resolves once all are taken, each at least once. Throws `aws` when some were not; it has tried for a few seconds. */
  announce(events: readonly PowerEvent[]): Promise<void>;
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

/** What a run tells while it goes, for a person or a store to follow. */
export type RunEvent =
  | { readonly kind: 'listed'; readonly vms: number; readonly unlisted: readonly Unlisted[] }
  /** `rehearsed`: of a dry run alone, how many it would send to. */
  | { readonly kind: 'planned'; readonly selected: number; readonly toSend: number; readonly rehearsed?: number }
  | {
      readonly kind: 'sent';
      readonly vm: string;
      readonly account: string;
      readonly action: Action;
      readonly attempt: number;
    }
  | {
      readonly kind: 'answered';
      readonly vm: string;
      readonly account: string;
      readonly meaning: string;
      readonly detail: string;
    }
  | { readonly kind: 'looked'; readonly open: number }
  /** Only of a run that goes through several tiers: how one of them stands. */
  | {
      readonly kind: 'tier';
      readonly direction: 'up' | 'down';
      readonly tier: number;
      readonly state: 'waiting' | 'open' | 'settled' | 'stopped';
      /** How many VMs of it the plan pursues. */
      readonly vms: number;
      /** What it waits for, or why it was stopped. */
      readonly why?: string;
    }
  | { readonly kind: 'settled'; readonly outcome: Outcome };
