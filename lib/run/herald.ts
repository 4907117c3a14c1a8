// A run store that announces what it has kept: that a run was claimed, which VMs settled, how it ended.
// At the store, because its writes are what is certain, and because every one of them is made again by a run that is taken up again.

import { PowerError } from '../core/errors.ts';
import type { Announcer, Log, PowerEvent } from '../ports.ts';
import type { RunStore } from '../stores.ts';
import { isTold, runEnded, runStarted, type VmSettledWanted, vmSettled } from './announce.ts';

/** To whom a run is announced, and how much of it. */
export interface Announcing {
  readonly announcer: Announcer;
  readonly vmSettled: VmSettledWanted;
}

export interface HeraldWorld {
  readonly log: Log;
  /** Asked at each announcement; null announces nothing. */
  readonly announcing: () => Announcing | null;
}

/**
 * The store, which tells what a run does once it is kept, at least once each. Announcing is never in the run's way: what could not
 * be announced is logged as an error, and the store's own answer stands.
 */
export function announcedStore(store: RunStore, { log, announcing }: HeraldWorld): RunStore {
  const tell = async (
    run: string,
    events: (wanted: VmSettledWanted) => readonly PowerEvent[] | Promise<PowerEvent[]>,
  ) => {
    try {
      const to = announcing();
      if (to === null) return;
      const told = await events(to.vmSettled);
      if (told.length > 0) await to.announcer.announce(told);
    } catch (error) {
      log.error('events were not announced; the run goes on, and GET /v1/runs/{name} shows what they would have said', {
        run,
        error,
      });
    }
  };
  const tellSettled = (run: string, outcomes: Parameters<RunStore['end']>[3]) =>
    tell(run, (wanted) => outcomes.filter((one) => isTold(one, wanted)).map((one) => vmSettled(run, one)));
  return {
    record: (run) => store.record(run),
    claim: async (...asked) => {
      const run = await store.claim(...asked);
      if (run !== null) await tell(run.name, () => [runStarted(run)]);
      return run;
    },
    cancel: (...asked) => store.cancel(...asked),
    isCancelled: (name) => store.isCancelled(name),
    abandon: (...asked) => store.abandon(...asked),
    progress: async (...kept) => {
      await store.progress(...kept);
      const [name, , outcomes] = kept;
      await tellSettled(name, outcomes);
    },
    end: async (...kept) => {
      await store.end(...kept);
      const [name, at, , outcomes] = kept;
      await tellSettled(name, outcomes);
      await tell(name, async () => [await keptEnd(name, at, store)]);
    },
    read: (...asked) => store.read(...asked),
    list: (...asked) => store.list(...asked),
    unstarted: (...asked) => store.unstarted(...asked),
    unended: (...asked) => store.unended(...asked),
    takeLost: (...asked) => store.takeLost(...asked),
    outcomes: (name) => store.outcomes(name),
  };
}

// As it stands in the store: what is told is what GET /v1/runs/{name} answers, whichever turn of the run keeps the end.
async function keptEnd(name: string, at: string, store: RunStore): Promise<PowerEvent> {
  const run = await store.read(name, at);
  const ended = run === null ? null : runEnded(run);
  if (ended !== null) return ended;
  throw new PowerError('aws', `could not announce the end of run ${name}: its record does not have it`);
}
