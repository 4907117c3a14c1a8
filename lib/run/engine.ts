// The in-process engine: plain promises, for a run that fits into one process.
// The durable engine (lib/aws/durable/engine.ts) implements the same port, so the run is written once.

import PQueue from 'p-queue';
import type { Clock, Engine } from '../ports.ts';

/** An engine that remembers nothing: its one turn is the whole run. */
export function inProcessEngine(clock: Clock): Engine {
  const engine: Engine = {
    step: (_name, fn) => fn(),
    once: (_name, fn) => fn(),
    wait: (_name, ms, early) => pause(clock, ms, early),
    map: (_name, items, fn, limit) => {
      const queue = new PQueue({ concurrency: Math.max(1, limit) });
      return queue.addAll(items.map((item, index) => () => fn(item, index, engine)));
    },
    turn: { id: 'only', endsAt: Number.POSITIVE_INFINITY },
    sends: { perStep: 1, stepsAtOnce: Number.POSITIVE_INFINITY },
  };
  return engine;
}

/** Resolves after `ms`, or as soon as `early` does. */
export async function pause(clock: Clock, ms: number, early: Promise<unknown> = new Promise(() => {})): Promise<void> {
  const over = new AbortController();
  await Promise.race([clock.sleep(ms, over.signal), early]);
  over.abort();
}
