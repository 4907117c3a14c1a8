// Engines of the week: one that a tick needs none of, and one that tries again what AWS failed, as the durable one does.

import { PowerError } from '../../lib/core/errors.ts';
import type { Clock, Engine } from '../../lib/ports.ts';

export const noEngine: Engine = {
  step: (_name, fn) => fn(),
  once: (_name, fn) => fn(),
  wait: async () => undefined,
  map: () => Promise.reject(new Error('a tick maps nothing')),
  turn: { id: 'tick', endsAt: Number.POSITIVE_INFINITY },
  sends: { perStep: 1, stepsAtOnce: 1 },
};

const attempts = 10;

/** As the durable engine: a step that AWS failed is tried again. */
export function patient(engine: Engine, clock: Clock): Engine {
  return {
    ...engine,
    turn: engine.turn,
    sends: engine.sends,
    once: (name, fn) => engine.once(name, fn),
    wait: (name, ms) => engine.wait(name, ms),
    map: (name, items, fn, limit) =>
      engine.map(name, items, (item, index, own) => fn(item, index, patient(own, clock)), limit),
    step: (name, fn) =>
      engine.step(name, async () => {
        for (let attempt = 1; ; attempt += 1) {
          try {
            return await fn();
          } catch (error) {
            if (!(error instanceof PowerError) || error.code !== 'aws' || attempt === attempts) throw error;
            await clock.sleep(1_000 * 2 ** attempt);
          }
        }
      }),
  };
}
