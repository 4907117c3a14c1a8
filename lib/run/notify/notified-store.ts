// A run store that tells people how a run ended, once that is kept: at least once, whichever turn of the run keeps it.
// Telling is never in the run's way: what could not be told is a line of the log, and the store's own answer stands.

import type { EmitFigures } from '../../core/metric.ts';
import type { Delivered, Log, Messenger } from '../../ports.ts';
import type { RunStore } from '../../stores.ts';
import { unsentFigures } from '../metrics/message-figures.ts';
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
  /** Told of what nobody got. */
  readonly emit: EmitFigures;
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
  world: TellingWorld,
): Promise<void> {
  const names = [...lost, ...abandoned].slice(0, mostAtOnce);
  await Promise.all(names.map((name) => tellEnd(name, now, world)));
}

type TellingWorld = NotifyWorld & { readonly store: Pick<RunStore, 'read' | 'outcomes'> };

async function tellEnd(name: string, at: string, world: TellingWorld): Promise<void> {
  const { log, emit } = world;
  try {
    const delivered = await sendEnd(name, at, world);
    if (delivered === null) return;
    if (delivered.isSent) return log.info('people were told how the run ended', { run: name });
    log.error('nobody could be told how the run ended; its report is kept', { run: name, why: delivered.why });
  } catch (error) {
    log.error('nobody could be told how the run ended; its report is kept', { run: name, error });
  }
  await emit(unsentFigures());
}

/** Null where nobody is to be told. */
async function sendEnd(name: string, at: string, { notifying, store }: TellingWorld): Promise<Delivered | null> {
  const to = notifying();
  const run = to && (await store.read(name, at));
  const notice = to && run && (await runNotice(run, to.when, () => store.outcomes(name)));
  return notice && to.messenger.send(notice);
}
