// Everything a run touches, handed to it in one piece by whoever wires it: a handler or the terminal.

import type { RunPolicy } from '../core/policy.ts';
import type { Schedules } from '../core/schedule/schedules.ts';
import type { TagRule } from '../core/tags.ts';
import type { Power } from '../core/vm.ts';
import type { Clock, Engine, Log, RunEvent, VmCloud } from '../ports.ts';
import type { LeaseHolder, Leases, StateStore } from '../stores.ts';
import type { CallCount } from './calls.ts';
import type { RunRecorder } from './recorder.ts';

/** An account that a run may cover: its cloud and the projects to list. */
export interface FleetAccount {
  readonly cloud: VmCloud;
  readonly projects: readonly string[];
}

export interface RunWorld {
  readonly accounts: readonly FleetAccount[];
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Log;
  readonly policy: RunPolicy;
  /** How many sends of one account the engine starts at once; the account's pace still holds them back. */
  readonly inFlight: number;
  readonly tags: readonly TagRule[];
  readonly states: Readonly<Record<string, Power>>;
  readonly schedules: Schedules;
  /** Marks and overrides; only a tick's run reads and writes them. */
  readonly state: StateStore;
  readonly leases: Leases;
  /** A tick older than this does nothing, nor does its run; runs of other triggers have no age. */
  readonly maxAgeMs: number;
  readonly onEvent?: (event: RunEvent) => void;
  /** Keeps what the events tell; asked at every look. */
  readonly recorder?: Pick<RunRecorder, 'keep' | 'assume' | 'sent' | 'stored'>;
  /** Whether somebody cancelled the run from outside; asked at every look. */
  readonly isCancelled?: () => Promise<boolean>;
  /** Aborted: nothing more is sent; what is in flight is settled for a short while, then reported. */
  readonly stop?: AbortSignal;
  /** The instant (epoch ms) at which the run must have its report ready; what is not settled by then is `unknown`. */
  readonly until?: number;
}

/** A run's world, as whom it holds its leases, and what it counts. */
export interface LeasedWorld extends RunWorld {
  readonly holder: LeaseHolder;
  readonly calls: CallCount;
}
