// The deployment of the week: the real ticks, HTTP handlers, crons, workers and runs, wired over ports that fail, on a virtual clock.
// Runs are durable executions that outlive their processes; a crash ends every process there is, handlers too.

import { memoryLeases } from '../../cli/state/leases.ts';
import { memoryStateStore } from '../../cli/state/memory.ts';
import { steadyClock } from '../../lib/clock.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { makeSchedules } from '../../lib/core/schedule/schedules.ts';
import type { Clock, Engine, Launcher } from '../../lib/ports.ts';
import { conduct } from '../../lib/run/conduct.ts';
import type { LaunchWorld } from '../../lib/run/launch.ts';
import type { RunReport } from '../../lib/run/report.ts';
import { type TickReport, tick } from '../../lib/run/schedule/tick.ts';
import { type Cron, launchScheduled } from '../../lib/run/scheduled.ts';
import { startForgotten } from '../../lib/run/sweep.ts';
import { work } from '../../lib/run/work.ts';
import type { RunWorld } from '../../lib/run/world.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryLog } from '../fakes/log.ts';
import { MortalTurn } from '../fakes/mortal-turn.ts';
import { Journal, resume } from '../fakes/resuming-engine.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';
import { FakeCloud, type FakeVm, status } from '../fakes/vm-cloud.ts';
import { policy, scheduleSettings } from '../fixtures/world.ts';
import { Crashes } from './week-crashes.ts';
import { type ApiCall, Doors, type Told } from './week-doors.ts';
import { noEngine, patient } from './week-engine.ts';
import { unreliable, unreliableCloud, type Weather } from './week-faults.ts';
import { deaf } from './week-fleet.ts';
import { Watch } from './week-watch.ts';

export const minute = 60_000;
const runLifetimeMs = 60 * minute;
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
  readonly crashes: Crashes;
  /** What every wall clock of the deployment is wrong by. */
  skewMs = 0;
  readonly state = memoryStateStore();
  readonly leases = this.watch.overLeases(memoryLeases(this.clock));
  readonly #journals = new Map<string, Journal>();
  readonly #weather: Weather;
  readonly #crons: readonly Cron[];
  readonly #schedules;
  readonly #pending = new Set<Promise<void>>();
  readonly #clock: Clock;
  readonly #doors: Doors;

  constructor(vms: readonly FakeVm[], crons: readonly Cron[], office: string, weather: Omit<Weather, 'clock'>) {
    this.#weather = Object.assign(weather, { clock: this.clock });
    this.#crons = crons;
    this.crashes = new Crashes(this.clock, weather.chance);
    this.cloud = new FakeCloud({ clock: this.clock, projects: { default: vms } });
    this.cloud.onAct = (vm, action, nth) => {
      // Guests that miss every third signal: sent again, and in between anybody may want something else.
      if (vm.id === deaf || (Number(vm.id) % 3 === 1 && nth % 3 === 1)) return status(200);
      if (action === 'start') this.cloud.becomes(vm.id, 'running', 25_000);
      if (action === 'shutdown' || action === 'power_off') this.cloud.becomes(vm.id, 'shutoff', 40_000);
      return status(200);
    };
    const names = new Map([['office', { timezone: 'UTC', on: office }]]);
    this.#schedules = makeSchedules({ names, calendars: new Map(), zone: 'UTC' }, scheduleSettings);
    this.#clock = {
      ...steadyClock(
        () => this.clock.now() + this.skewMs,
        () => this.clock.now(),
      ),
      sleep: (ms, signal) => this.clock.sleep(ms, signal),
    };
    const doorParts = { clock: this.#clock, log: this.log, weather: this.#weather };
    this.#doors = new Doors(this.clock, doorParts);
  }

  get weather(): Weather {
    return this.#weather;
  }

  /** What its processes take for now is not so. */
  get isClockWrong(): boolean {
    return this.#clock.now() !== this.clock.now();
  }

  /** Nothing of the deployment is at work. */
  get isIdle(): boolean {
    return this.#pending.size === 0;
  }

  #world(run: string, turn?: MortalTurn): Omit<RunWorld, 'engine'> & { readonly engine: Engine } {
    const mortal = <T extends object>(port: T): T => turn?.mortal(port) ?? port;
    // What is answered to a process that is dead nobody knows, the watch neither.
    const heard = mortal(unreliableCloud(this.cloud, this.#weather));
    const cloud = this.watch.over(heard, run, `${run} ${turn?.id}`);
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
      leases: mortal(unreliable(this.leases, 'leases', this.#weather)),
    };
  }

  #launching(turn: MortalTurn): LaunchWorld & { readonly store: MemoryRunStore } {
    const store = turn.mortal(unreliable(this.store, 'store', this.#weather));
    const launcher = this.crashes.before(turn.mortal(this.#launcher));
    return { store, launcher, clock: this.#clock, log: this.log };
  }

  /** One invocation of a handler. One that a crash ends throws, as whoever invoked it would learn. */
  async #invoke<T>(handle: (turn: MortalTurn) => Promise<T>): Promise<T> {
    const turn = new MortalTurn(0, Number.POSITIVE_INFINITY);
    this.crashes.born(turn, 'handler');
    const handling = handle(turn)
      .then((value) => ({ value }))
      .finally(() => this.crashes.gone(turn));
    const end = await Promise.race([handling, turn.over]);
    if (end === 'over') throw new PowerError('aws', 'the process of the handler was killed');
    return end.value;
  }

  tick(at: number): Promise<Pick<TickReport, 'inVain' | 'unlisted'>> {
    return this.#invoke(async (turn) => {
      const parts = this.#launching(turn);
      const [ticked, swept] = await Promise.allSettled([
        tick(at, { ...this.#world('tick', turn), ...parts }),
        startForgotten({ ...parts, lifetimeMs: runLifetimeMs }),
      ]);
      if (ticked.status === 'rejected') throw ticked.reason;
      if (swept.status === 'rejected') throw swept.reason;
      return ticked.value;
    });
  }

  cron(event: unknown) {
    return this.#invoke((turn) => launchScheduled(event, { ...this.#launching(turn), crons: this.#crons }));
  }

  /** A signed webhook; the same id is the same event, sent again. */
  webhook(id: string, body: object): Promise<Told> {
    return this.#invoke((turn) => this.#doors.webhook(id, body, this.#launching(turn)));
  }

  api(call: ApiCall): Promise<Told> {
    return this.#invoke((turn) => this.#doors.api(call, this.#launching(turn)));
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
    const turnOf = (turn: MortalTurn, engine: Engine) => {
      this.crashes.born(turn, 'run');
      const { store, log } = { store: turn.mortal(unreliable(this.store, 'store', this.#weather)), log: this.log };
      const clock = turn.mortal(this.#clock);
      const lasting = { store, log, clock, claimant: execution, lifetimeMs: runLifetimeMs };
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
      this.crashes.mayStrike('run');
      return false;
    };
    const begin = (engine: Engine, turn: MortalTurn) => turnOf(turn, engine).finally(() => this.crashes.gone(turn));
    try {
      await resume(begin, { journal, clock: this.clock, ends, gapMs: 5_000 });
    } catch (error) {
      this.log.error('the run function ends in an error', { run: name, error });
    }
    for (const fault of journal.faults) this.watch.wrongs.push(`${name} cannot be resumed: ${fault}`);
    const trigger = name.split('-')[0] ?? '';
    if (report !== null) this.ended.push({ at: this.clock.now(), name, trigger, report });
  }
}
