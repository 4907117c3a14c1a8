// What the run needs from the world, as types only. Adapters in openscaler/ and aws/ and fakes in test/fakes implement them.
// Nothing here may import an adapter: that is what keeps the run testable without a network.

import type { Action } from './core/action.ts';
import type { Answer } from './core/failure.ts';
import type { Notice } from './core/notice.ts';
import type { Outcome, Unlisted } from './core/outcome.ts';
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

/** How sending went. `why` is fit for a log: no address, nothing secret, nothing that a server said. */
export type Delivered = { readonly isSent: true } | { readonly isSent: false; readonly why: string };

export interface Messenger {
  /** Sends within a few seconds, or says why not. At least once: a repeat has the same id. Throws `secret`. */
  send(notice: Notice): Promise<Delivered>;
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
