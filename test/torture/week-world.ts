// The deployment of the week: the real ticks, launches, workers and runs, wired over ports that fail, on a virtual clock.
// Runs are durable executions that outlive their processes; a crash ends every process there is.

import { memoryLeases } from '../../cli/state/leases.ts';
import { memoryStateStore } from '../../cli/state/memory.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { makeSchedules } from '../../lib/core/schedule/schedules.ts';
import type { Clock, Engine, Launcher } from '../../lib/ports.ts';
import { conduct } from '../../lib/run/conduct.ts';
import { type Launch, type LaunchWorld, launch } from '../../lib/run/launch.ts';
import type { RunReport } from '../../lib/run/report.ts';
import { type TickReport, tick } from '../../lib/run/schedule/tick.ts';
import { type Cron, launchScheduled } from '../../lib/run/scheduled.ts';
import { startForgotten } from '../../lib/run/sweep.ts';
import { work } from '../../lib/run/work.ts';
import type { RunWorld } from '../../lib/run/world.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryLog } from '../fakes/log.ts';
import { Journal, type MortalTurn, resume } from '../fakes/resuming-engine.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';
import { FakeCloud, type FakeVm, status } from '../fakes/vm-cloud.ts';
import { policy, scheduleSettings } from '../fixtures/world.ts';
import { unreliable, unreliableCloud, type Weather } from './week-faults.ts';
import { Watch } from './week-watch.ts';

export const minute = 60_000;
/** A Monday. */
export const weekStart = Date.UTC(2026, 10, 23);

export interface Ended {
  readonly at: number;
  readonly name: string;
  readonly trigger: string;
  readonly report: RunReport | null;
}

export class Deployment {
  readonly clock = new FakeClock(weekStart);
  readonly log = new MemoryLog();
  readonly store = new MemoryRunStore();
  readonly cloud: FakeCloud;
  readonly watch = new Watch(this.clock);
  readonly ended: Ended[] = [];
  /** Instants at which every process dies; each is taken away once it was met. */
  readonly crashes: number[] = [];
  /** What every clock of the deployment is wrong by. */
  skewMs = 0;
  deaths = 0;
  readonly state = memoryStateStore();
  readonly #leases = memoryLeases(this.clock);
  readonly #journals = new Map<string, Journal>();
  readonly #weather: Weather;
  readonly #crons: readonly Cron[];
  readonly #schedules;
  readonly #pending = new Set<Promise<void>>();
  readonly #clock: Clock;

  constructor(vms: readonly FakeVm[], crons: readonly Cron[], office: string, weather: Omit<Weather, 'clock'>) {
    this.#weather = Object.assign(weather, { clock: this.clock });
    this.#crons = crons;
    this.cloud = new FakeCloud({ clock: this.clock, projects: { default: vms } });
    this.cloud.onAct = (vm, action) => {
      if (action === 'start') this.cloud.becomes(vm.id, 'running', 25_000);
      if (action === 'shutdown' || action === 'power_off') this.cloud.becomes(vm.id, 'shutoff', 40_000);
      return status(200);
    };
    const names = new Map([['office', { timezone: 'UTC', on: office }]]);
    this.#schedules = makeSchedules({ names, calendars: new Map(), zone: 'UTC' }, scheduleSettings);
    this.#clock = {
      now: () => this.clock.now() + this.skewMs,
      sleep: (ms, signal) => this.clock.sleep(ms, signal),
    };
  }

  get weather(): Weather {
    return this.#weather;
  }

  /** Nothing of the deployment is at work. */
  get isIdle(): boolean {
    return this.#pending.size === 0;
  }

  #world(run: string, turn?: MortalTurn): Omit<RunWorld, 'engine'> & { readonly engine: Engine } {
    const cloud = this.watch.over(unreliableCloud(this.cloud, this.#weather), run, `${run} ${turn?.id}`);
    const mortal = <T extends object>(port: T): T => turn?.mortal(port) ?? port;
    return {
      accounts: [{ cloud: mortal(cloud), projects: ['default'] }],
      engine: noEngine,
      clock: mortal(this.#clock),
      log: this.log,
      policy,
      inFlight: 8,
      maxAgeMs: 10 * minute,
      tags: [],
      states: {},
      schedules: this.#schedules,
      state: mortal(unreliable(this.state, 'state', this.#weather)),
      leases: mortal(unreliable(this.#leases, 'leases', this.#weather)),
    };
  }

  get #launching(): LaunchWorld & { readonly store: MemoryRunStore } {
    const store = unreliable(this.store, 'store', this.#weather);
    return { store, launcher: this.#launcher, clock: this.#clock, log: this.log };
  }

  async tick(at: number): Promise<Pick<TickReport, 'inVain' | 'unlisted'>> {
    const parts = this.#launching;
    const [ticked, swept] = await Promise.allSettled([
      tick(at, { ...this.#world('tick'), ...parts }),
      startForgotten(parts),
    ]);
    if (ticked.status === 'rejected') throw ticked.reason;
    if (swept.status === 'rejected') throw swept.reason;
    return ticked.value;
  }

  cron(event: unknown) {
    return launchScheduled(event, { ...this.#launching, crons: this.#crons });
  }

  launch(intent: Launch) {
    return launch(intent, this.#launching);
  }

  /** Lambda's asynchronous invocation: late, twice, lost, and now and then answered with an error though it was taken. */
  get #launcher(): Launcher {
    const { chance, tally } = this.#weather;
    const begin = (name: string, execution: string, afterMs: number) => {
      const working: Promise<void> = this.#execute(name, execution, afterMs).finally(() =>
        this.#pending.delete(working),
      );
      this.#pending.add(working);
    };
    return {
      start: async (name) => {
        const mishap = chance.is(this.#weather.share * 3)
          ? chance.pick(['throttled', 'answer lost', 'twice', 'late', 'lost'] as const)
          : null;
        if (mishap !== null) tally.inject(mishap, 'launcher.start');
        if (mishap === 'throttled') throw new PowerError('aws', 'Lambda is throttled');
        if (mishap === 'lost') return;
        begin(name, name, mishap === 'late' ? chance.integer(10_000, 10 * minute) : 200);
        if (mishap === 'twice') begin(name, `${name} again`, 300);
        if (mishap === 'answer lost') throw new PowerError('aws', 'the answer of Lambda was lost');
      },
    };
  }

  async #execute(name: string, execution: string, afterMs: number): Promise<void> {
    await this.clock.sleep(afterMs);
    // An execution's name is its own for ever: the second start of a name is the first execution.
    if (this.#journals.has(execution)) return;
    const journal = new Journal();
    this.#journals.set(execution, journal);
    let report: RunReport | null = null;
    const born = this.clock.now();
    let turnBorn = born;
    const turnOf = (turn: MortalTurn, engine: Engine) => {
      turnBorn = this.clock.now();
      const { store, log } = { store: turn.mortal(unreliable(this.store, 'store', this.#weather)), log: this.log };
      const clock = turn.mortal(this.#clock);
      const lasting = { store, log, clock, claimant: execution, lifetimeMs: 60 * minute };
      return work(name, {
        ...lasting,
        engine: patient(engine, this.clock),
        conduct: async (run, hooks) => {
          const made = await conduct(run, { ...this.#world(name, turn), ...hooks });
          report = made;
          return made;
        },
      });
    };
    const ends = () => {
      const dies = this.crashes.some((at) => turnBorn < at && at <= this.clock.now());
      if (dies) this.deaths += 1;
      return dies;
    };
    try {
      await resume((engine, turn) => turnOf(turn, engine), { journal, clock: this.clock, ends, gapMs: 5_000 });
    } catch (error) {
      this.log.error('the run function ends in an error', { run: name, error });
    }
    for (const fault of journal.faults) this.watch.wrongs.push(`${name} cannot be resumed: ${fault}`);
    const trigger = name.split('-')[0] ?? '';
    if (report !== null) this.ended.push({ at: this.clock.now(), name, trigger, report });
  }
}

const noEngine: Engine = {
  step: (_name, fn) => fn(),
  once: (_name, fn) => fn(),
  wait: async () => undefined,
  map: () => Promise.reject(new Error('a tick maps nothing')),
  turn: { id: 'tick', endsAt: Number.POSITIVE_INFINITY },
  sends: { perStep: 1, stepsAtOnce: 1 },
};

const attempts = 10;

/** As the durable engine: a step that AWS failed is tried again. */
function patient(engine: Engine, clock: Clock): Engine {
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
