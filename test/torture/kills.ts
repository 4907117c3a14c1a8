// The deployed run function as a durable execution whose real process is killed at random checkpoints, before and after them.
// The rig and its judgement are those of test/durable; here its seed says where.

import { killAt } from '../durable/kill-plans.ts';
import { startKillRig } from '../durable/kill-rig.ts';
import { Chance } from './chance.ts';
import type { Tally } from './tally.ts';

/** So many runs, each killed once, or not at all where it ended sooner. */
export async function killProcesses(tally: Tally, seed: number, runs: number): Promise<void> {
  const rig = await startKillRig({ vms: 100 });
  try {
    for (let nth = 0; nth < runs; nth += 1) {
      const chance = new Chance(seed, 'kills', nth);
      const action = chance.pick(['shutdown', 'start', 'reboot', 'reset'] as const);
      const when = chance.pick(['before', 'after'] as const);
      const checkpoint = chance.integer(1, 20);
      const { end, faults } = await rig.play(action, killAt(checkpoint, when));
      for (let death = 0; death < end.deaths; death += 1) tally.inject(`killed ${when} a checkpoint`, action);
      tally.count('runs');
      tally.violate(`${seed}: ${action} killed ${when} checkpoint ${checkpoint}`, ...faults);
    }
  } finally {
    await rig.close();
  }
  tally.seeds.add(String(seed));
}
