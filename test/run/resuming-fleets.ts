// Small fleets in which every VM answers in its own way, for the runs of resuming.test.ts.
// Each time made afresh: a run is repeated for every place at which it can be killed.

import { memoryLeases } from '../../cli/state/leases.ts';
import type { Action } from '../../lib/core/action.ts';
import type { Answer } from '../../lib/core/failure.ts';
import type { RunPolicy } from '../../lib/core/policy.ts';
import type { ListedVm } from '../../lib/core/vm.ts';
import { inProcessEngine } from '../../lib/run/engine.ts';
import { parseRunRequest, type RunRequest } from '../../lib/run/request.ts';
import type { RunWorld } from '../../lib/run/world.ts';
import { FakeClock } from '../fakes/clock.ts';
import { FakeCloud, type FakeVm, status } from '../fakes/vm-cloud.ts';
import { dev, policy, scene } from '../fixtures/world.ts';

export interface Fleet {
  readonly clock: FakeClock;
  readonly world: RunWorld;
  readonly request: RunRequest;
  /** The keys of all that are to have an outcome, in the order of the lists. */
  readonly selected: readonly string[];
  /** The results of a run that nothing disturbs. */
  readonly results: readonly string[];
  /** How often each VM was really rebooted, by VM key. */
  readonly rebooted: ReadonlyMap<string, number>;
  readonly cloudOf: (account: string) => FakeCloud;
  readonly isGone: (account: string, vm: string) => boolean;
}

const hasty: RunPolicy = {
  ...policy,
  shutdown: { patienceMs: 120_000, resendAfterMs: 40_000, resends: 1 },
  start: { patienceMs: 120_000, resendAfterMs: 40_000, resends: 2 },
  timeouts: { readMs: 10_000, actionMs: 30_000 },
};

interface Scripted extends FakeVm {
  readonly answers: (vm: ListedVm, nth: number, cloud: FakeCloud, clock: FakeClock) => Answer | Promise<Answer>;
}

const wanted = { start: 'running', shutdown: 'shutoff', power_off: 'shutoff', reboot: 'running', reset: 'running' };

const removed: Scripted['answers'] = (vm, _nth, cloud) => {
  cloud.remove(vm.id);
  return status(404);
};

/** Every kind of answer, for an action that leads to `end`. */
function answering(action: Action, tiers: readonly (string | undefined)[] = [undefined]): Scripted[] {
  const end = wanted[action];
  const begin = end === 'running' ? 'shutoff' : 'running';
  const now: Scripted['answers'] = (vm, _nth, cloud) => {
    cloud.setState(vm.id, end);
    return status(200);
  };
  /** With this answer, from the `from`-th send on it comes to its end after `ms`. */
  const later =
    (code: number, ms: number, from = 1): Scripted['answers'] =>
    (vm, nth, cloud) => {
      if (nth >= from) cloud.becomes(vm.id, end, ms);
      return status(code);
    };
  const held =
    (ms: number): Scripted['answers'] =>
    async (vm, nth, cloud, clock) => {
      await clock.sleep(ms);
      return now(vm, nth, cloud, clock);
    };
  const answers: [Scripted['answers'], Partial<FakeVm>?][] = [
    [now],
    [later(202, 20_000)],
    [later(500, 4_000, 2)],
    [later(500, 10_000)],
    [held(60_000)],
    [() => status(409, 'locked')],
    [removed],
    [(vm, nth, cloud, clock) => (nth === 1 ? status(429) : now(vm, nth, cloud, clock))],
    [now, { state: end }],
    [() => status(200)],
    [() => status(401)],
    [held(15_000)],
    [now, { state: begin === 'running' ? 'in shutdown' : 'booting' }],
  ];
  return answers.map(([answer, more], index) => {
    const tier = tiers[index % tiers.length];
    const description = tier === undefined ? '[env=dev]' : `[env=dev, tier=${tier}]`;
    return { ...dev(String(index + 1), { state: begin, description, ...more }), answers: answer };
  });
}

const rebooting: Scripted[] = [
  ...Array.from({ length: 5 }, (_, index) => ({ ...dev(String(index + 1)), answers: () => status(200) })),
  { ...dev('6'), answers: () => status(500) },
  { ...dev('7'), answers: () => status(409, 'locked') },
  { ...dev('8'), answers: removed },
  { ...dev('9'), answers: (_vm, _nth, _cloud, clock) => clock.sleep(60_000).then(() => status(200)) },
  { ...dev('10'), answers: () => status(401) },
  { ...dev('11', { state: 'shutoff' }), answers: () => status(200) },
  { ...dev('12'), answers: (_vm, _nth, _cloud, clock) => clock.sleep(5_000).then(() => status(200)) },
];

interface Making {
  readonly action: Action;
  readonly accounts?: readonly string[];
  readonly vms: readonly Scripted[];
  readonly results: readonly string[];
  readonly policy?: Partial<RunPolicy>;
}

function fleet({ action, accounts = ['main'], vms, results, policy: own = {} }: Making): Fleet {
  const clock = new FakeClock();
  const rebooted = new Map<string, number>();
  const clouds = accounts.map((account, index) => {
    const here = vms.filter((_, place) => place % accounts.length === index);
    const cloud = new FakeCloud({ account, clock, projects: { default: here } });
    cloud.onAct = (vm, asked, nth) => {
      const key = `${account}/${vm.id}`;
      if (asked === 'reboot') rebooted.set(key, (rebooted.get(key) ?? 0) + 1);
      return here.find(({ id }) => id === vm.id)?.answers(vm, nth, cloud, clock) ?? status(404);
    };
    // The scripts tell one in transition what becomes of it.
    for (const { id, state } of here) {
      if (state === 'in shutdown') cloud.becomes(id, 'shutoff', 25_000);
      if (state === 'booting') cloud.becomes(id, 'running', 25_000);
    }
    return { cloud, here };
  });
  const cloudOf = (account: string) => {
    const found = clouds.find(({ cloud }) => cloud.account === account);
    if (found === undefined) throw new Error(`there is no account ${account}`);
    return found.cloud;
  };
  return {
    clock,
    world: {
      ...scene([]).world,
      accounts: clouds.map(({ cloud }) => ({ cloud, projects: ['default'] })),
      engine: inProcessEngine(clock),
      clock,
      policy: { ...hasty, ...own },
      inFlight: 3,
      leases: memoryLeases(clock),
    },
    request: parseRunRequest({ action, select: 'env=dev' }),
    selected: clouds.flatMap(({ cloud, here }) => here.map(({ id }) => `${cloud.account}/${id}`)),
    results,
    rebooted,
    cloudOf,
    isGone: (account, vm) => {
      try {
        return cloudOf(account).vm(vm).id !== vm;
      } catch {
        return true;
      }
    },
  };
}

const allResults = ['failed', 'gone', 'refused', 'succeeded', 'unchanged'];

/** By what each of them is. */
export const fleets: Readonly<Record<string, () => Fleet>> = {
  'a shutdown': () => fleet({ action: 'shutdown', vms: answering('shutdown'), results: allResults }),
  'a start over two accounts': () =>
    fleet({ action: 'start', accounts: ['acme', 'zeta'], vms: answering('start'), results: allResults }),
  'a reboot': () =>
    fleet({
      action: 'reboot',
      vms: rebooting,
      results: ['accepted', 'gone', 'refused', 'skipped', 'unknown'],
    }),
  'a start through three tiers of two accounts, whatever becomes of them': () =>
    fleet({
      action: 'start',
      accounts: ['acme', 'zeta'],
      vms: answering('start', ['0', '0', '0', '0', '1', '1', '1', '1', '2']),
      results: allResults,
      policy: { tiers: { gate: 'best-effort', patienceMs: null, delayMs: 10_000, ready: {} } },
    }),
  'a shutdown through two tiers, of which the second is left alone': () =>
    fleet({
      action: 'shutdown',
      vms: answering('shutdown', ['0', '1']),
      results: ['failed', 'refused', 'skipped', 'succeeded', 'unchanged'],
    }),
};
