// The naive loops against a real server: they must be wrong in the way that such loops are, and in no other.

import { afterEach, expect, it } from 'vitest';
import { allAtOnce, oneByOne } from '../../bench/naive/loops.ts';
import { plainFleet } from '../../simulator/fleets.ts';
import { defaultToken, type Simulator, startSimulator } from '../../simulator/simulator.ts';

let simulator: Simulator;
afterEach(() => simulator.close());

async function targetOf(...behaviours: readonly ('prompt' | 'refuses' | 'server-error-once' | 'cuts-after')[]) {
  const fleet = behaviours.map((behaviour, index) => ({
    ...plainFleet(1, { behaviour, timing: { effectMs: [0, 0] } })[0],
    id: index + 1,
    name: `vm-${index + 1}`,
  }));
  simulator = await startSimulator({ fleet, speed: 1_000 });
  return { apiUrl: simulator.url, token: defaultToken, ids: simulator.ids };
}

it('one by one says what each answer says, and goes on after a failure', async () => {
  const target = await targetOf('prompt', 'server-error-once', 'cuts-after', 'prompt');
  expect(await oneByOne(target)).toEqual({ stopped: ['1', '4'], failed: ['2', '3'] });
  expect(simulator.ids.map((id) => simulator.actionsOf(id).length)).toEqual([1, 1, 1, 1]);
});

it('all at once tries again, at most three times, whatever the failure', async () => {
  const target = await targetOf('prompt', 'server-error-once', 'refuses');
  expect(await allAtOnce(target)).toEqual({ stopped: ['1', '2'], failed: ['3'] });
  expect(simulator.ids.map((id) => simulator.actionsOf(id).length)).toEqual([1, 2, 4]);
});
