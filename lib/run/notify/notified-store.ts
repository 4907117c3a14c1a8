// A run store that tells people how a run ended, once that is kept: at least once, whichever turn of the run keeps it.
// Telling is never in the run's way: what could not be told is a line of the log, and the store's own answer stands.

import type { Log, Messenger } from '../../ports.ts';
import type { RunStore } from '../../stores.ts';
import type { Swept } from '../sweep.ts';
import { type RunsTold, runNotice } from './run-notice.ts';

/** Whom is told, and of which runs. */
export interface Notifying {
  readonly messenger: Messenger;
  readonly when: RunsTold;
}

export interface NotifyWorld {
  readonly log: Log;
  /** Asked at each end; null tells nobody. */
  readonly notifying: () => Notifying | null;
}

/** The store, which tells people of ends. */
export function notifiedStore(store: RunStore, world: NotifyWorld): RunStore {
  return {
    record: (run) => store.record(run),
    claim: (...asked) => store.claim(...asked),
    cancel: (...asked) => store.cancel(...asked),
    isCancelled: (name) => store.isCancelled(name),
    abandon: (...asked) => store.abandon(...asked),
    progress: (...kept) => store.progress(...kept),
    end: async (...kept) => {
      await store.end(...kept);
      const [name, at] = kept;
      await tellEnd(name, at, { ...world, store });
    },
    read: (...asked) => store.read(...asked),
    list: (...asked) => store.list(...asked),
    unstarted: (...asked) => store.unstarted(...asked),
    unended: (...asked) => store.unended(...asked),
    takeLost: (...asked) => store.takeLost(...asked),
    outcomes: (name) => store.outcomes(name),
  };
}

/** So many are told of at once, where a sweep finds more: the log names them all. */
const mostAtOnce = 5;

/** Tells people of runs whose own end nobody told: never started in time, or lost. Never rejects. */
export async function tellSwept(
  { abandoned, lost }: Pick<Swept, 'abandoned' | 'lost'>,
  now: string,
  world: NotifyWorld & { readonly store: Pick<RunStore, 'read' | 'outcomes'> },
): Promise<void> {
  const names = [...lost, ...abandoned].slice(0, mostAtOnce);
  await Promise.all(names.map((name) => tellEnd(name, now, world)));
}

async function tellEnd(
  name: string,
  at: string,
  { log, notifying, store }: NotifyWorld & { readonly store: Pick<RunStore, 'read' | 'outcomes'> },
): Promise<void> {
  try {
    const to = notifying();
    if (to === null) return;
    const run = await store.read(name, at);
    const notice = run === null ? null : await runNotice(run, to.when, () => store.outcomes(name));
    if (notice === null) return;
    const delivered = await to.messenger.send(notice);
    if (delivered.isSent) log.info('people were told how the run ended', { run: name });
    else log.error('nobody could be told how the run ended; its report is kept', { run: name, why: delivered.why });
  } catch (error) {
    log.error('nobody could be told how the run ended; its report is kept', { run: name, error });
  }
}
