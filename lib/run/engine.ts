// The in-process engine: plain promises, for a run that fits into one process.
// A durable engine implements the same port, so the run is written once.

import PQueue from 'p-queue';
import type { Clock, Engine } from '../ports.ts';

export function inProcessEngine(clock: Clock): Engine {
  return {
    step: (_name, fn) => fn(),
    wait: async (_name, ms, early) => {
      const over = new AbortController();
      await Promise.race([clock.sleep(ms, over.signal), early ?? new Promise<never>(() => undefined)]);
      over.abort();
    },
    map: (_name, items, fn, limit) => {
      const queue = new PQueue({ concurrency: Math.max(1, limit) });
      return queue.addAll(items.map((item, index) => () => fn(item, index)));
    },
  };
}
