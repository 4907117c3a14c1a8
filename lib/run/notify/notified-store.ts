// A run store that tells people how a run ended, once that is kept: at least once, whichever turn of the run keeps it.
// Telling is never in the run's way: what could not be told is a line of the log, and the store's own answer stands.

import type { Messenger } from '../../notify-ports.ts';
import type { Log, RunStore } from '../../ports.ts';
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
export function notifiedStore(store: RunStore, { log, notifying }: NotifyWorld): RunStore {
  const tell = async (name: string, at: string) => {
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
  };
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
      await tell(name, at);
    },
    read: (...asked) => store.read(...asked),
    list: (...asked) => store.list(...asked),
    unstarted: (...asked) => store.unstarted(...asked),
    outcomes: (name) => store.outcomes(name),
  };
}
