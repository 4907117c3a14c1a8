// One simulated day: the real tick, launch, worker, run and AWS adapters, against a real socket of a DynamoDB stand-in.
// Gives back every invocation with what it called, read, wrote and took.

import { runLifetimeMs } from '../../lib/aws/durable/limits.ts';
import { DynamoTable, type DynamoTableOptions } from '../../lib/aws/dynamo.ts';
import { leaseUpdate } from '../../lib/aws/lease-item.ts';
import { dynamoLeases } from '../../lib/aws/leases.ts';
import { markUpdate } from '../../lib/aws/mark-item.ts';
import { dynamoRunStore } from '../../lib/aws/run-store.ts';
import { dynamoStateStore } from '../../lib/aws/state-store.ts';
import type { Config } from '../../lib/config.ts';
import type { Schedules } from '../../lib/core/schedule/schedules.ts';
import { vmKey } from '../../lib/core/vm.ts';
import type { Launcher } from '../../lib/ports.ts';
import { conduct } from '../../lib/run/conduct.ts';
import { inProcessEngine } from '../../lib/run/engine.ts';
import { takeInventory } from '../../lib/run/inventory.ts';
import { judge } from '../../lib/run/schedule/judge.ts';
import { tick } from '../../lib/run/schedule/tick.ts';
import { startForgotten } from '../../lib/run/sweep.ts';
import { work } from '../../lib/run/work.ts';
import type { RunWorld } from '../../lib/run/world.ts';
import { startDynaliteProcess } from '../dynalite-process.ts';
import { silentLog } from '../silent-log.ts';
import { type CloudLatency, PromptCloud, project } from './cloud.ts';
import { CountingHandler, type DatabaseLatency } from './database.ts';
import { dayMs, dayStart, type Fleet } from './fleet.ts';
import { UnitLedger } from './request-units.ts';
import { VirtualClock } from './virtual-clock.ts';

const hourMs = 3_600_000;

export interface Latencies extends CloudLatency {
  readonly database: DatabaseLatency;
  /** Lambda's answer to an asynchronous invocation. */
  readonly invokeMs: number;
}

export interface Invocation {
  readonly kind: 'idle tick' | 'acting tick' | 'run';
  /** In virtual time: all that is waited for. */
  readonly waitedMs: number;
  readonly cpuMs: number;
  readonly lists: number;
  readonly actions: number;
  /** DynamoDB operations by name, in order. */
  readonly operations: readonly string[];
  readonly readUnits: number;
  readonly writeUnits: number;
}

export interface Day {
  readonly invocations: readonly Invocation[];
  /** How many ticks a day has, run or not. */
  readonly ticks: number;
}

export interface DayOptions {
  readonly fleet: Fleet;
  readonly config: Config;
  readonly schedules: Schedules;
  readonly latencies: Latencies;
  /** How many ticks are run that nothing makes special. */
  readonly idleTicks: number;
}

type Ticking = NonNullable<Config['tick']>;

/** The day's invocations. Throws when something did not go as a day without trouble goes. */
export async function simulateDay(options: DayOptions, ticking: Ticking): Promise<Day> {
  const database = await startDynaliteProcess();
  try {
    const stage = new Stage(options, ticking, database);
    await stage.seed();
    return await stage.day();
  } finally {
    await database.close();
  }
}

class Stage {
  readonly #options: DayOptions;
  readonly #ticking: Ticking;
  readonly #clock = new VirtualClock(dayStart - hourMs);
  readonly #ledger = new UnitLedger();
  readonly #handler: CountingHandler;
  readonly #cloud: PromptCloud;
  readonly #table: DynamoTableOptions;
  readonly #store: ReturnType<typeof dynamoRunStore>;
  readonly #world: RunWorld;
  readonly #launcher: Launcher;
  readonly #launched: string[] = [];

  constructor(options: DayOptions, ticking: Ticking, { table, endpoint }: { table: string; endpoint: string }) {
    const { fleet, config, latencies, schedules } = options;
    const clock = this.#clock;
    this.#options = options;
    this.#ticking = ticking;
    this.#handler = new CountingHandler(clock, latencies.database);
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    this.#table = { table, clock, client: { endpoint, region: 'local', credentials, requestHandler: this.#handler } };
    this.#cloud = new PromptCloud(fleet.vms, clock, latencies, config.pace);
    this.#store = dynamoRunStore(this.#table);
    this.#world = {
      accounts: [{ cloud: this.#cloud, projects: [project] }],
      engine: inProcessEngine(clock),
      clock,
      log: silentLog,
      policy: config,
      inFlight: config.pace.inFlight,
      maxAgeMs: ticking.maxAgeMs,
      tags: config.tags,
      states: config.states,
      schedules,
      state: dynamoStateStore(this.#table),
      leases: dynamoLeases(this.#table),
    };
    this.#launcher = {
      start: async (name) => {
        await clock.sleep(latencies.invokeMs);
        this.#launched.push(name);
      },
    };
  }

  /** The table as yesterday left it: a mark and a lapsed lease of every VM. */
  async seed(): Promise<void> {
    const { vms } = await this.#clock.run(takeInventory({ accounts: null, projects: null }, this.#world));
    const state = { marks: new Map(), overrides: [] };
    const marks = vms.flatMap((vm) => {
      const to = judge(vm, state, this.#options.schedules, dayStart)?.decision.newMark ?? null;
      return to === null ? [] : [markUpdate({ key: vmKey(vm), from: null, to }, 'yesterda', lapsesAt)];
    });
    if (marks.length < vms.length) throw new Error('not every VM has a schedule');
    const yesterday = { run: 'tick-0123456789abcdef0123456789abcdef', requestedAt: dayStart - dayMs };
    const untilMs = dayStart - 22 * hourMs;
    const leases = vms.map((vm) => leaseUpdate(yesterday, vmKey(vm), dayStart - dayMs, untilMs));
    const items = [...marks, ...leases].map(({ key, set }) => ({ pk: { S: key.pk }, sk: { S: key.sk }, ...set }));
    await this.#clock.run(new DynamoTable(this.#table).putAll(items, 'seed the table'));
    // The first call of each client loads what it needs, in real time.
    await this.#clock.run(this.#world.state.load());
    await this.#clock.run(this.#world.leases.lost(yesterday, vms.slice(0, 1).map(vmKey)));
    await this.#clock.run(this.#store.read(yesterday.run, new Date(dayStart).toISOString()));
    this.#reckon();
  }

  async day(): Promise<Day> {
    const { fleet, idleTicks } = this.#options;
    const { everyMs } = this.#ticking;
    const invocations: Invocation[] = [];
    const ticks = dayMs / everyMs;
    let idle = 0;
    for (let nth = 0; nth < ticks; nth += 1) {
      const at = dayStart + nth * everyMs;
      // The one after it, too: it shows that everything is settled.
      const isSpecial = fleet.boundaries.has(at) || fleet.boundaries.has(at - everyMs);
      if (!isSpecial && idle >= idleTicks) continue;
      if (!isSpecial) idle += 1;
      invocations.push(...(await this.#tickAndRun(at)));
    }
    this.#refuseTrouble();
    return { invocations, ticks };
  }

  async #tickAndRun(at: number): Promise<Invocation[]> {
    const behindMs = this.#clock.now() - at;
    if (behindMs > 0) throw new Error(`a run lasts ${behindMs} ms into the next tick: let fewer VMs change at once`);
    await this.#clock.run(this.#clock.sleep(-behindMs));
    const parts = { store: this.#store, launcher: this.#launcher };
    // As the tick's handler does.
    const ticked = await this.#measure('idle tick', () =>
      Promise.all([
        tick(at, { ...this.#world, ...parts }),
        startForgotten({
          ...parts,
          clock: this.#clock,
          log: silentLog,
          lifetimeMs: runLifetimeMs[this.#options.config.engine],
        }),
      ]),
    );
    const name = this.#launched.pop();
    if (name === undefined) return [ticked];
    const run = await this.#measure('run', () => this.#work(name));
    return [{ ...ticked, kind: 'acting tick' }, run];
  }

  #work(name: string): Promise<void> {
    const world = this.#world;
    return work(name, {
      store: this.#store,
      clock: this.#clock,
      log: silentLog,
      engine: world.engine,
      claimant: name,
      lifetimeMs: runLifetimeMs[this.#options.config.engine],
      conduct: (run, hooks) => conduct(run, { ...world, ...hooks }),
    });
  }

  async #measure(kind: Invocation['kind'], invoke: () => Promise<unknown>): Promise<Invocation> {
    const begun = this.#clock.now();
    const { lists, actions } = this.#cloud.calls;
    const cpuBefore = process.cpuUsage();
    await this.#clock.run(invoke());
    const { user, system } = process.cpuUsage(cpuBefore);
    return {
      kind,
      waitedMs: this.#clock.now() - begun,
      cpuMs: (user + system) / 1000,
      lists: this.#cloud.calls.lists - lists,
      actions: this.#cloud.calls.actions - actions,
      ...this.#reckon(),
    };
  }

  #reckon(): Pick<Invocation, 'operations' | 'readUnits' | 'writeUnits'> {
    const exchanges = this.#handler.exchanges;
    this.#handler.exchanges = [];
    const units = exchanges.map((exchange) => this.#ledger.count(exchange));
    return {
      operations: exchanges.map(({ operation }) => operation),
      readUnits: units.reduce((sum, { reads }) => sum + reads, 0),
      writeUnits: units.reduce((sum, { writes }) => sum + writes, 0),
    };
  }

  #refuseTrouble(): void {
    const { workingVms } = this.#options.fleet;
    const { actions } = this.#cloud.calls;
    if (actions !== 2 * workingVms)
      throw new Error(
        `${workingVms} VMs should have been started and stopped once each, but ${actions} POSTs were sent`,
      );
  }
}

const lapsesAt = Math.ceil((dayStart + 400 * dayMs) / 1000);
