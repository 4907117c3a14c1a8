// The deployment's runs as its run function keeps them: announced on the event bus as they go, and told to people at their end.
// Apart from wiring.ts, because nobody else claims, follows or ends a run.

import { eventBus } from '../lib/aws/events.ts';
import { type Announcing, announcedStore } from '../lib/run/herald.ts';
import { notifiedStore } from '../lib/run/notify/notified-store.ts';
import { emit } from './metrics.ts';
import { notifying } from './notifying.ts';
import { once, wiring } from './wiring.ts';

const announcing = once((): Announcing | null => {
  const bus = wiring.eventBus();
  const { events } = wiring.config();
  if (bus === null || events === null) return null;
  return { announcer: eventBus({ bus, clock: wiring.clock }), vmSettled: events.vmSettled };
});

/**
 * The store of runs; where no bus is named, or the configuration has `events: false`, it announces nothing, and without `notify` it
 * tells nobody.
 */
export const announcedRuns = once(() => {
  const log = wiring.log();
  return notifiedStore(announcedStore(wiring.store(), { log, announcing }), { log, notifying, emit });
});
