// A web, app and database fleet on the simulator, over real sockets: down and up again, held against what truly was.
// Time is real, and short: every VM takes some tens of milliseconds.

import { createServer } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { memoryLeases } from '../../cli/state/leases.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Action } from '../../lib/core/action.ts';
import { makePlan } from '../../lib/core/plan.ts';
import type { RunPolicy } from '../../lib/core/policy.ts';
import { openscalerCloud } from '../../lib/openscaler/client.ts';
import { CallCount } from '../../lib/run/calls.ts';
import { inProcessEngine } from '../../lib/run/engine.ts';
import { takeInventory } from '../../lib/run/inventory.ts';
import { withLeases } from '../../lib/run/leasing.ts';
import { pursueInOrder } from '../../lib/run/order.ts';
import { defaultToken, type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { policy, scene, silent } from '../fixtures/world.ts';

const tiers = { web: 2, app: 1, db: 0 } as const;
const timing = { effectMs: [20, 80] } as const;
const fleet = (['db', 'web', 'app'] as const).flatMap((role, group) =>
  [1, 2, 3].map((nth) => ({
    id: group * 10 + nth,
    name: `${role}-${nth}`,
    description: `[tier=${tiers[role]}]`,
    timing,
    // One of each is slow to say what it did.
    behaviour: nth === 3 ? ('cuts-after' as const) : ('prompt' as const),
  })),
);

const tierOf = new Map(fleet.map(({ id, description }) => [String(id), Number(/\d/.exec(description)?.[0])]));

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function pursue(action: Action, simulator: Simulator, order: Partial<RunPolicy['tiers']> = {}) {
  const clock = systemClock;
  const cloud = openscalerCloud({
    account: 'main',
    apiUrl: simulator.url,
    tokens: { token: async () => defaultToken, renew: async () => defaultToken },
    pace: { inFlight: 20, perSecond: 1_000 },
    timeouts: policy.timeouts,
    clock,
    log: silent,
  });
  const accounts = [{ cloud, projects: ['default'] }];
  const holder = { run: action, requestedAt: clock.now() };
  const world = {
    ...scene([]).world,
    accounts,
    engine: inProcessEngine(clock),
    clock,
    policy: { ...policy, settle: { everyMs: 20, atMostMs: 50 }, tiers: { ...policy.tiers, ...order } },
    leases: memoryLeases(clock),
    holder,
    calls: new CallCount(accounts),
  };
  const inventory = await takeInventory({ accounts: null, projects: null }, world);
  const leave = { dryRun: false, allowDataLoss: false, overrideGuard: true };
  const plan = makePlan({ action, select: '*', ids: null, ...leave }, inventory, world.policy, clock.now());
  return pursueInOrder(await withLeases(plan, holder, world), world);
}

/** For every POST: the VMs of tiers that had to be there before it, and were not. */
function tooEarly(simulator: Simulator, action: 'start' | 'shutdown', since: number): string[] {
  const posts = simulator.requests.filter((request) => request.action === action && request.at >= since);
  expect(new Set(posts.map(({ vm }) => vm)).size).toBe(fleet.length);
  return posts.flatMap(({ vm, at }) => {
    const own = tierOf.get(vm ?? '') ?? Number.NaN;
    const before = [...tierOf].filter(([, tier]) => (action === 'start' ? tier < own : tier > own));
    const wrong = before.filter(([id]) => simulator.powerAt(id, at) !== (action === 'start' ? 'on' : 'off'));
    return wrong.map(([id]) => `${vm} before ${id}`);
  });
}

it('a fleet of three tiers goes down and comes up in its order, and everybody gets there', async () => {
  const simulator = await startSimulator({ fleet });
  closing.push(() => simulator.close());
  const down = await pursue('shutdown', simulator);
  expect(down.map(({ result }) => result)).toEqual(Array(fleet.length).fill('succeeded'));
  expect(tooEarly(simulator, 'shutdown', 0)).toEqual([]);
  const since = Date.now();
  const up = await pursue('start', simulator);
  expect(up.map(({ result }) => result)).toEqual(Array(fleet.length).fill('succeeded'));
  expect(tooEarly(simulator, 'start', since)).toEqual([]);
});

it('an application is not started before its database takes connections', async () => {
  const simulator = await startSimulator({ fleet: fleet.map((spec) => ({ ...spec, state: 'off' as const })) });
  closing.push(() => simulator.close());
  const asked: number[] = [];
  const health = createServer((_request, response) => {
    asked.push(Date.now());
    response.writeHead(asked.length < 4 ? 503 : 200).end();
  });
  await new Promise<void>((resolve) => health.listen(0, '127.0.0.1', resolve));
  closing.push(() => health.close());
  const address = health.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await pursue('start', simulator, { ready: { 0: { http: `http://127.0.0.1:${port}/`, withinMs: 10_000 } } });
  const firstOfApp = simulator.requests.find(({ vm, action }) => action === 'start' && tierOf.get(vm ?? '') === 1);
  expect(asked).toHaveLength(4);
  expect(firstOfApp?.at).toBeGreaterThanOrEqual(asked[3] ?? Number.NaN);
});
