// The deployed run function, killed in the middle of 300 VMs: every VM's outcome is true, none is lost, and no reboot comes twice.
// A seeded sample of what `npm run bench:kill` does whole, and the moments at which most can go wrong.

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KillPlan } from './backend.ts';
import { killAt, killWhen } from './kill-plans.ts';
import { type KillRig, startKillRig } from './kill-rig.ts';

const seed = 20_261;
// A machine that has much else to do takes its time.
const bound = { timeout: 120_000 };
let rig: KillRig;

beforeAll(async () => {
  rig = await startKillRig();
});

afterAll(() => rig.close());

/** A chunk of sends. */
const chunk = /^send-.*-\d+-\d+$/;

const moments: readonly [string, () => KillPlan][] = [
  ['before a chunk of sends is known to have begun', () => killWhen(chunk, 'START', 'before')],
  ['after a chunk of sends is known to have begun', () => killWhen(chunk, 'START', 'after')],
  ['before a chunk’s answers are stored', () => killWhen(chunk, 'SUCCEED', 'before')],
  ['after a chunk’s answers are stored', () => killWhen(chunk, 'SUCCEED', 'after')],
  ['before its end is stored', () => killWhen(/^keep$/, 'SUCCEED', 'before')],
];

describe.each([
  // A shutdown of which something is cut off takes its patience: only the two moments that matter most.
  ['shutdown', moments.slice(1, 3)],
  ['reboot', moments],
] as const)('a %s of 300 VMs', bound, (action, its) => {
  it.each(its)('ends in the truth when it is killed %s', async (_moment, plan) => {
    const { end, faults } = await rig.play(action, plan());
    expect([end.deaths, faults]).toEqual([1, []]);
  });

  it('ends in the truth when it is killed at a checkpoint picked by chance', async () => {
    const random = xoroshiro128plus(seed);
    const number = uniformInt(random, 1, 25);
    const { end, faults } = await rig.play(action, killAt(number, uniformInt(random, 0, 1) === 0 ? 'before' : 'after'));
    expect([number, end.deaths, faults]).toEqual([number, 1, []]);
  });

  it('ends in the truth when it is killed again and again', async () => {
    const random = xoroshiro128plus(seed);
    const storm: KillPlan = () => ([null, null, null, 'before', 'after'] as const)[uniformInt(random, 0, 4)] ?? null;
    const { end, faults } = await rig.play(action, storm);
    expect(faults).toEqual([]);
    expect(end.deaths).toBeGreaterThan(3);
  });
});

describe('the rig', bound, () => {
  it('notices a reboot that is sent again after a crash', async () => {
    const [from, to] = ['StepSemantics.AtMostOncePerRetry', 'StepSemantics.AtLeastOncePerRetry'];
    const sabotaged = await startKillRig({ sabotage: { file: 'lib/aws/durable/engine.ts', from, to } });
    const { faults } = await sabotaged.play('reboot', killWhen(chunk, 'SUCCEED', 'before'));
    await sabotaged.close();
    expect(faults).toContainEqual(expect.stringMatching(/^VM \d+ got a reboot twice$/));
  });
});
