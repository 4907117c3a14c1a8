// What every Engine promises, and that a run comes out the same on each: one suite for the process's own and the durable one.
// What only a durable engine can show, being killed and taken up again, is in test/run/resuming.test.ts and test/durable/.

import { describe, expect, it } from 'vitest';
import { memoryLeases } from '../../cli/state/leases.ts';
import { PowerError } from '../../lib/core/errors.ts';
import type { RunPolicy } from '../../lib/core/policy.ts';
import type { Engine } from '../../lib/ports.ts';
import { conduct } from '../../lib/run/conduct.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import type { RunWorld } from '../../lib/run/world.ts';
import { LeapingClock } from '../fakes/leaping-clock.ts';
import { FakeCloud, type FakeVm, status } from '../fakes/vm-cloud.ts';
import { dev, scene } from '../fixtures/world.ts';

/** Runs `body` on an engine; one that is taken up again runs it again. */
export type RunOn = <T>(body: (engine: Engine) => Promise<T>, clock: LeapingClock) => Promise<T>;

export function engineContract(name: string, runOn: RunOn): void {
  const on = <T>(body: (engine: Engine) => Promise<T>) => runOn(body, new LeapingClock());

  describe(`${name}: steps`, () => {
    it('give their results', async () => {
      const result = await on(async (engine) => [
        await engine.step('one', async () => ({ a: [1, null, 'x'] })),
        await engine.once('two', async () => 2),
      ]);
      expect(result).toEqual([{ a: [1, null, 'x'] }, 2]);
    });

    it('give long results whole', async () => {
      const long = Array.from({ length: 40_000 }, (_, index) => `${index * 7_919}-${index}`);
      expect(await on((engine) => engine.step('long', async () => long))).toEqual(long);
    });

    it('throw our faults with their code and words', async () => {
      const fault = (engine: Engine) =>
        engine.step('faulty', () => Promise.reject(new PowerError('selector', 'position 3: expected a key')));
      const caught = await on(async (engine) => {
        try {
          return await fault(engine);
        } catch (error) {
          return error instanceof PowerError ? [error.code, error.message] : 'something else';
        }
      });
      expect(caught).toEqual(['selector', 'position 3: expected a key']);
    });
  });

  describe(`${name}: maps`, () => {
    it('give results in the order of the items, and run at most so many at once', async () => {
      const clock = new LeapingClock();
      let running = 0;
      let most = 0;
      const results = await runOn(
        (engine) =>
          engine.map(
            'items',
            [5, 1, 4, 2, 3],
            (item, index, own) =>
              own.step(`item-${index}`, async () => {
                running += 1;
                most = Math.max(most, running);
                await clock.sleep(item * 1_000);
                running -= 1;
                return item * 10;
              }),
            2,
          ),
        clock,
      );
      expect([results, most]).toEqual([[50, 10, 40, 20, 30], 2]);
    });

    it('of nothing give nothing', async () => {
      expect(await on((engine) => engine.map('none', [], async () => 1, 5))).toEqual([]);
    });
  });

  describe(`${name}: a run`, () => {
    it.each(runs)('$title', async ({ vms, request, act, base = {}, expected, sent }) => {
      const clock = new LeapingClock();
      const cloud = new FakeCloud({ clock, projects: { default: vms } });
      if (act !== undefined) cloud.onAct = async (vm, _action, nth) => act(cloud, String(vm.id), nth);
      const { world } = scene([], base);
      const all: RunWorld = {
        ...world,
        clock,
        accounts: [{ cloud, projects: ['default'] }],
        leases: memoryLeases(clock),
      };
      const run = { name: 'run', request: parseRunRequest(request), requestedAt: clock.now() };
      const report = await runOn((engine) => conduct(run, { ...all, engine }), clock);
      const results = Object.fromEntries(report.outcomes.map(({ vm, result, code }) => [vm, `${result} ${code}`]));
      expect(results).toEqual(expected);
      expect(cloud.sent.map(({ id, action }) => `${action} ${id}`).toSorted()).toEqual(sent);
    });
  });
}

interface RunCase {
  readonly title: string;
  readonly vms: readonly FakeVm[];
  readonly request: object;
  readonly act?: (cloud: FakeCloud, id: string, nth: number) => ReturnType<typeof status>;
  readonly base?: Partial<RunPolicy>;
  readonly expected: Readonly<Record<string, string>>;
  readonly sent: readonly string[];
}

const shutdown = { action: 'shutdown', select: 'env=dev' };

const runs: readonly RunCase[] = [
  {
    title: 'sees every VM off that it shut down, and leaves alone what is off already',
    vms: [dev('1'), dev('2', { state: 'shutoff' })],
    request: shutdown,
    expected: { 1: 'succeeded seen', 2: 'unchanged already' },
    sent: ['shutdown 1'],
  },
  {
    title: 'follows an ambiguous answer by looks, and sends again only when it is still on',
    vms: [dev('1'), dev('2'), dev('3')],
    request: shutdown,
    act: (cloud, id, nth) => {
      const isHeard = id !== '2' || nth === 2;
      if (isHeard) cloud.becomes(id, 'shutoff', 20_000);
      return status(id === '3' || nth === 2 ? 200 : 504);
    },
    expected: { 1: 'succeeded seen', 2: 'succeeded seen', 3: 'succeeded seen' },
    sent: ['shutdown 1', 'shutdown 2', 'shutdown 2', 'shutdown 3'],
  },
  {
    title: 'says plainly who did not go off',
    vms: [dev('1'), dev('2')],
    request: shutdown,
    act: (cloud, id) => {
      if (id === '2') cloud.becomes('2', 'shutoff', 5_000);
      return status(id === '1' ? 500 : 200);
    },
    expected: { 1: 'failed still', 2: 'succeeded seen' },
    sent: ['shutdown 1', 'shutdown 1', 'shutdown 2'],
  },
  {
    title: 'never reboots twice',
    vms: [dev('1'), dev('2')],
    request: { action: 'reboot', select: 'env=dev' },
    act: (_cloud, id) => status(id === '1' ? 504 : 200),
    expected: { 1: 'unknown ambiguous', 2: 'accepted taken' },
    sent: ['reboot 1', 'reboot 2'],
  },
  {
    title: 'takes down the tiers from the top',
    vms: [dev('1', { description: '[env=dev tier=2]' }), dev('2', { description: '[env=dev tier=1]' })],
    request: shutdown,
    expected: { 1: 'succeeded seen', 2: 'succeeded seen' },
    sent: ['shutdown 1', 'shutdown 2'],
  },
  {
    title: 'is refused by the guard before the first POST',
    vms: [dev('1'), dev('2')],
    request: shutdown,
    base: { guard: { maxVms: 1, maxShare: 1 } },
    expected: { 1: 'refused guard', 2: 'refused guard' },
    sent: [],
  },
];
