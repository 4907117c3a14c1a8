// Starts runs that were recorded and then never started: whoever launched them died in between, or could not start them.
// A trigger that repeats does the same for its own run; this is for those that never repeat. And finds those that will never end.

import { neverStarted } from '../core/not-begun.ts';
import type { Clock, Launcher, Log } from '../ports.ts';
import type { RunCursor, RunStore } from '../stores.ts';
import { isoTime } from './iso-time.ts';

export interface SweepWorld {
  readonly store: Pick<RunStore, 'unstarted' | 'abandon' | 'unended' | 'takeLost'>;
  readonly launcher: Launcher;
  readonly clock: Clock;
  readonly log: Log;
  /** For how long a run may last: none is lost before. */
  readonly lifetimeMs: number;
}

export interface Swept {
  readonly started: readonly string[];
  /** Ended as never started: acting so late would be a surprise. */
  readonly abandoned: readonly string[];
  /** Running past their deadline, and found now for the first time: nobody will tell how they ended. */
  readonly lost: readonly string[];
}

const minuteMs = 60_000;

// A launch records and starts within seconds, and an event waits in Lambda's queue for as long as it is of use.
const forgottenAfterMs = 2 * minuteMs;
/** How old an event of the run function may be (`maximumEventAge`): later, nobody starts its run any more. */
export const tooLateAfterMs = 15 * minuteMs;
// Older ones were seen by many ticks before; looking further back would make each tick read a day's runs.
const lookBackMs = 2 * 60 * minuteMs;

/**
 * Starts what was forgotten, ends what it is too late for, and finds what is lost, each of the latter with an error in the log. One
 * run's trouble stays that run's: the next sweep tries again. Throws `aws` when the store cannot be asked, before anything is changed.
 */
export async function startForgotten(world: SweepWorld): Promise<Swept> {
  const { store, clock, lifetimeMs } = world;
  const now = clock.now();
  const lastingSince = now - lifetimeMs;
  const [forgotten, unended] = await Promise.all([
    store.unstarted(isoTime(now - lookBackMs), isoTime(now - forgottenAfterMs)),
    store.unended(isoTime(lastingSince - lookBackMs), isoTime(lastingSince)),
  ]);
  const lost: string[] = [];
  for (const run of unended) if (await isLost(run, world)) lost.push(run.name);
  const started: string[] = [];
  const abandoned: string[] = [];
  for (const run of forgotten) {
    const isTooLate = now - Date.parse(run.recordedAt) > tooLateAfterMs;
    if (isTooLate && (await abandon(run, world))) abandoned.push(run.name);
    if (!isTooLate && (await start(run, world))) started.push(run.name);
  }
  return { started, abandoned, lost };
}

async function isLost({ name, recordedAt }: RunCursor, { store, clock, log }: SweepWorld): Promise<boolean> {
  try {
    if (!(await store.takeLost(name, isoTime(clock.now())))) return false;
    log.error('a run is lost: its process ended before it did; list its VMs to see what became of them', {
      run: name,
      recordedAt,
    });
    return true;
  } catch (error) {
    log.error('nobody could find out whether a run is lost', { run: name, recordedAt, error });
    return false;
  }
}

async function start({ name, recordedAt }: RunCursor, { launcher, log }: SweepWorld): Promise<boolean> {
  try {
    await launcher.start(name);
    log.warn('a run was recorded but never started: it is started now', { run: name, recordedAt });
    return true;
  } catch (error) {
    log.error('a run was recorded but never started, and cannot be started', { run: name, recordedAt, error });
    return false;
  }
}

async function abandon({ name, recordedAt }: RunCursor, { store, clock, log }: SweepWorld): Promise<boolean> {
  const summary = neverStarted(tooLateAfterMs / minuteMs);
  try {
    if (!(await store.abandon(name, isoTime(clock.now()), summary))) return false;
    log.error('a run was never started, and now it is too late: launch it again if it is still wanted', {
      alarm: 'never-started',
      run: name,
      recordedAt,
    });
    return true;
  } catch (error) {
    log.error('a run was never started, and its end could not be kept', { run: name, recordedAt, error });
    return false;
  }
}
