// A fleet of two accounts whose runs are too large for one process, and everything that outlives a process: clouds, store, leases.
// Each process of a run has connections and a pace of its own to the clouds, which count what is under way over all of them.

import { memoryLeases } from '../../../cli/state/leases.ts';
import type { Action } from '../../../lib/core/action.ts';
import type { RunPolicy } from '../../../lib/core/policy.ts';
import type { ListedVm, VmId } from '../../../lib/core/vm.ts';
import type { Clock, SendLimits, Sent, VmCloud } from '../../../lib/ports.ts';
import { conduct } from '../../../lib/run/conduct.ts';
import { type Part, type Shares, sharedPace } from '../../../lib/run/parts.ts';
import type { RunReport } from '../../../lib/run/report.ts';
import { work } from '../../../lib/run/work.ts';
import { readPart, readPartEvent } from '../../../lib/run/work-event.ts';
import { workPart } from '../../../lib/run/work-part.ts';
import type { RunWorld } from '../../../lib/run/world.ts';
import type { Leases } from '../../../lib/stores.ts';
import { LeapingClock } from '../../fakes/leaping-clock.ts';
import { MemoryLog } from '../../fakes/log.ts';
import { MortalTurn } from '../../fakes/mortal-turn.ts';
import { MemoryRunStore } from '../../fakes/run-store.ts';
import { FakeCloud, type FakeVm } from '../../fakes/vm-cloud.ts';
import { type ExecutedRun, executeRun } from '../../fixtures/durable.ts';
import { dev, scene } from '../../fixtures/world.ts';

/** Counts what of its POSTs is under way, whichever process sent it, and says when one has left. */
class CountingCloud extends FakeCloud {
  mostUnderWay = 0;
  readonly listeners = new Set<() => void>();
  #underWay = 0;

  override async act(id: VmId, action: Action, limits: SendLimits): Promise<Sent> {
    this.#underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.#underWay);
    const sent = super.act(id, action, limits);
    for (const hear of this.listeners) hear();
    await sent;
    this.#underWay -= 1;
    return sent;
  }
}

/** One process's way to a cloud: so many POSTs at once, and calls of its own. */
class PacedCloud implements VmCloud {
  readonly account: string;
  readonly calls = { lists: 0, reads: 0, actions: 0 };
  readonly #cloud: VmCloud;
  readonly #waiting: (() => void)[] = [];
  #places: number;

  constructor(cloud: VmCloud, places: number) {
    this.account = cloud.account;
    this.#cloud = cloud;
    this.#places = places;
  }

  list(project: string): Promise<readonly ListedVm[]> {
    this.calls.lists += 1;
    return this.#cloud.list(project);
  }

  read(id: VmId): Promise<ListedVm | 'gone'> {
    this.calls.reads += 1;
    return this.#cloud.read(id);
  }

  async act(id: VmId, action: Action, limits: SendLimits): Promise<Sent> {
    if (this.#places === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#places -= 1;
    const sent = await this.#cloud.act(id, action, limits);
    this.calls.actions += sent.posts;
    const next = this.#waiting.shift();
    if (next === undefined) this.#places += 1;
    else next();
    return sent;
  }
}

export interface Staging {
  readonly vms: Readonly<Record<'acme/a' | 'acme/b' | 'zeta/default', number>>;
  readonly mostVmsHere?: number;
  readonly inFlight?: number;
  readonly vm?: (id: number) => Partial<FakeVm>;
  readonly policy?: Partial<RunPolicy>;
  /** After so many POSTs of a part, over all accounts, its process dies. */
  readonly diesAfter?: Readonly<Record<string, number>>;
  /** Without other processes at all. */
  readonly isAlone?: boolean;
}

export interface Staged {
  readonly clock: LeapingClock;
  readonly clouds: readonly CountingCloud[];
  readonly store: WatchedStore;
  readonly leases: Leases;
  readonly log: MemoryLog;
  readonly parts: Part[];
  readonly run: (request: object) => Promise<ExecutedRun & { readonly report: RunReport | null }>;
  /** Every POST that left, as `account/id`, in order. */
  readonly posts: () => readonly { readonly key: string; readonly at: number }[];
  /** Does something the moment that so many POSTs have left, to any of these VMs if some are named. */
  readonly afterPosts: (count: number, then: () => unknown, keys?: ReadonlySet<string>) => void;
  readonly stateOf: (key: string) => string;
}

/** Remembers who was given an outcome to keep, and how the run stood while it went. */
export class WatchedStore extends MemoryRunStore {
  readonly kept: { readonly by: string; readonly vms: readonly string[] }[] = [];

  override async progress(...given: Parameters<MemoryRunStore['progress']>): Promise<void> {
    const [, , outcomes, part = 'run'] = given;
    if (outcomes.length > 0) this.kept.push({ by: part, vms: outcomes.map(({ account, vm }) => `${account}/${vm}`) });
    await super.progress(...given);
  }

  override async end(...given: Parameters<MemoryRunStore['end']>): Promise<void> {
    const [, , , outcomes] = given;
    if (outcomes.length > 0) this.kept.push({ by: 'end', vms: outcomes.map(({ account, vm }) => `${account}/${vm}`) });
    await super.end(...given);
  }
}

/** The name of every run here. */
export const runName = 'run-1';

export function stage(staging: Staging): Staged {
  const {
    vms,
    mostVmsHere = 25,
    inFlight = 9,
    vm = () => ({}),
    policy = {},
    diesAfter = {},
    isAlone = false,
  } = staging;
  const clock = new LeapingClock(Date.UTC(2026, 0, 1), 25);
  const clouds = cloudsOf(vms, vm, clock);
  const store = new WatchedStore();
  const log = new MemoryLog();
  const leases = memoryLeases(clock);
  const base = scene([], { guard: { maxVms: 1_000, maxShare: 1 }, ...policy }).world;
  const parts: Part[] = [];

  /** The world of a process that has such shares of the pace. */
  const worldOf = (shares: Shares, wrap: <T extends object>(port: T) => T = (port) => port): RunWorld => {
    const { paceOf, inFlight: places } = sharedPace({ inFlight, perSecond: 25 }, shares);
    const accounts = clouds.map((cloud) => ({
      cloud: wrap(new PacedCloud(cloud, paceOf(cloud.account).inFlight)),
      projects: Object.keys(vms).flatMap((where) =>
        where.startsWith(`${cloud.account}/`) ? [where.split('/')[1] ?? ''] : [],
      ),
    }));
    return { ...base, accounts, clock, log, leases: wrap(leases), inFlight: places };
  };

  const posts = () =>
    clouds
      .flatMap((cloud) => cloud.sent.map(({ id, at }) => ({ key: `${cloud.account}/${id}`, at })))
      .toSorted((one, other) => one.at - other.at);

  const afterPosts: Staged['afterPosts'] = (count, then, keys) => {
    const hear = () => {
      if (posts().filter(({ key }) => keys?.has(key) ?? true).length < count) return;
      for (const { listeners } of clouds) listeners.delete(hear);
      then();
    };
    for (const { listeners } of clouds) listeners.add(hear);
    hear();
  };

  const settlePart = async (name: string, given: unknown, engine: RunWorld['engine']): Promise<unknown> => {
    const part = readPart(given);
    if (!parts.some(({ label }) => label === part.label)) parts.push(part);
    const process = new MortalTurn(1, Number.POSITIVE_INFINITY);
    const most = diesAfter[part.label];
    const fleet = (shares: Shares) => worldOf(shares, (port) => process.mortal(port));
    const done = workPart(name, part, { engine, store: process.mortal(store), clock, log, fleet });
    if (most === undefined) return done;
    const keys = new Set(part.pursuits.map(({ vm: { account, id } }) => `${account}/${id}`));
    return new Promise((resolve, reject) => {
      const die = () => {
        process.end();
        reject(new Error('Runtime exited with error: signal: killed'));
      };
      afterPosts(most, die, keys);
      done.then(resolve, reject);
    });
  };

  const run = async (request: object) => {
    const recordedAt = new Date(clock.now()).toISOString();
    await store.record({ name: runName, trigger: 'api', request, requestHash: 'h', recordedAt });
    let report: RunReport | null = null;
    const executed = await executeRun(
      runName,
      {
        mostVmsHere,
        readEvent: readPartEvent,
        work: (name, { engine: { elsewhere, ...engine }, execution }) =>
          work(name, {
            engine: isAlone || elsewhere === undefined ? engine : { ...engine, elsewhere },
            store,
            clock,
            log,
            claimant: execution,
            lifetimeMs: 24 * 3_600_000,
            conduct: async (asked, hooks) => {
              report = await conduct(asked, { ...worldOf({}), ...hooks });
              return report;
            },
          }),
        workPart: (name, part, { engine }) => settlePart(name, part, engine),
      },
      clock,
    );
    return { ...executed, report };
  };

  const stateOf = (key: string) => {
    const [account, id = ''] = key.split('/');
    return clouds.find((cloud) => cloud.account === account)?.vm(id).state ?? 'none';
  };
  return { clock, clouds, store, leases, log, parts, run, posts, afterPosts, stateOf };
}

function cloudsOf(vms: Staging['vms'], vm: (id: number) => Partial<FakeVm>, clock: Clock): CountingCloud[] {
  let last = 0;
  const many = (count: number) =>
    Array.from({ length: count }, () => {
      last += 1;
      return dev(String(last), vm(last));
    });
  const acme = { a: many(vms['acme/a']), b: many(vms['acme/b']) };
  return [
    new CountingCloud({ account: 'acme', clock, projects: acme }),
    new CountingCloud({ account: 'zeta', clock, projects: { default: many(vms['zeta/default']) } }),
  ];
}
