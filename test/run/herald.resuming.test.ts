// A run that is killed at every operation, and what it has announced by its end: all that is to be told, each at least once and
// always in the same words.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import type { PowerEvent } from '../../lib/ports.ts';
import { conduct } from '../../lib/run/conduct.ts';
import { announcedStore } from '../../lib/run/herald.ts';
import { work } from '../../lib/run/work.ts';
import type { RunStore } from '../../lib/stores.ts';
import { type Ends, Journal, moments, resume } from '../fakes/resuming-engine.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';
import { type Fleet, fleets } from './resuming-fleets.ts';

/** What was announced, and how many operations the run had. */
async function run(make: () => Fleet, ends: Ends = () => false) {
  const { clock, world, request } = make();
  const kept = new MemoryRunStore();
  const recordedAt = new Date(clock.now()).toISOString();
  await kept.record({ name: 'run-1', trigger: 'api', request, requestHash: 'h', recordedAt });
  const told: PowerEvent[] = [];
  const journal = new Journal();
  const going = resume(
    async (engine, turn) => {
      const announcer = turn.mortal({ announce: async (events: readonly PowerEvent[]) => void told.push(...events) });
      const announcing = () => ({ announcer, vmSettled: 'all' as const });
      const store: RunStore = announcedStore(turn.mortal(kept), { log: world.log, announcing });
      const mortal = {
        accounts: world.accounts.map((account) => ({ ...account, cloud: turn.mortal(account.cloud) })),
        clock: turn.mortal(clock),
        leases: turn.mortal(world.leases),
        state: turn.mortal(world.state),
      };
      const parts = { engine, store, clock: mortal.clock, log: world.log, claimant: 'c', lifetimeMs: 3_600_000 };
      try {
        await work('run-1', { ...parts, conduct: (one, hooks) => conduct(one, { ...world, ...mortal, ...hooks }) });
      } catch (error) {
        if (!(error instanceof PowerError && error.code === 'run-trouble')) throw error;
      }
    },
    { journal, clock, ends },
  );
  await clock.run(going);
  expect(journal.faults).toEqual([]);
  return { told, operations: journal.operations.length, turns: journal.turns, outcomes: await kept.outcomes('run-1') };
}

const idsOf = (events: readonly PowerEvent[]) => events.map(({ detail }) => detail.id);

describe.each(['a shutdown', 'a start over two accounts'])('what %s announces', (name) => {
  const make = fleets[name];
  if (make === undefined) throw new Error(`there is no fleet for ${name}`);

  it('comes once each when nothing kills it, and while it goes', async () => {
    const { told, outcomes } = await run(make);
    const expected = outcomes.map(({ account, vm }) => `run-1/VmSettled/${account}/${vm}`);
    expect(idsOf(told).sort()).toEqual(['run-1/RunEnded', 'run-1/RunStarted', ...expected].sort());
    expect([idsOf(told)[0], idsOf(told).at(-1)]).toEqual(['run-1/RunStarted', 'run-1/RunEnded']);
  });

  it.each(moments)(
    'comes at least once, in the same words, wherever an operation ends its process: %s',
    async (moment) => {
      const whole = await run(make);
      expect(whole.operations).toBeGreaterThan(10);
      for (let nth = 1; nth <= whole.operations; nth += 1) {
        const killed = await run(
          make,
          (operation, when) => operation.turn === 1 && operation.nth === nth && when === moment,
        );
        expect(killed.turns).toBe(2);
        expect([...new Set(idsOf(killed.told))].sort()).toEqual(idsOf(whole.told).sort());
        const byId = Map.groupBy(killed.told, ({ detail }) => detail.id);
        for (const [first, ...repeats] of byId.values()) for (const repeat of repeats) expect(repeat).toEqual(first);
        for (const outcome of killed.outcomes) {
          const [event] = byId.get(`run-1/VmSettled/${outcome.account}/${outcome.vm}`) ?? [];
          expect(event?.detail).toMatchObject(outcome);
        }
      }
    },
  );
});
