// Ticks in virtual time: the real tick, launch, worker and run, over a fake cloud, as a deployment wires them.
// The launcher conducts beside, as Lambda's asynchronous invocation would.

import type { RunPolicy } from '../../../lib/core/policy.ts';
import type { ScheduleDefinition } from '../../../lib/core/schedule/named.ts';
import { makeSchedules } from '../../../lib/core/schedule/schedules.ts';
import type { Launcher } from '../../../lib/ports.ts';
import { conduct } from '../../../lib/run/conduct.ts';
import type { RunReport } from '../../../lib/run/report.ts';
import { type TickReport, type TickWorld, tick } from '../../../lib/run/schedule/tick.ts';
import { work } from '../../../lib/run/work.ts';
import { MemoryLog } from '../../fakes/log.ts';
import { type Ends, Journal, resume } from '../../fakes/resuming-engine.ts';
import { MemoryRunStore } from '../../fakes/run-store.ts';
import type { FakeVm } from '../../fakes/vm-cloud.ts';
import { type Scene, scene, scheduleSettings } from '../../fixtures/world.ts';

export interface TickScene extends Scene {
  readonly log: MemoryLog;
  readonly store: MemoryRunStore;
  readonly reports: RunReport[];
  /** Edits the named schedules of the configuration. */
  readonly define: (names: Readonly<Record<string, ScheduleDefinition>>) => void;
  /** The tick of an instant (now, unless told otherwise), and every run under way, to their end. */
  readonly tick: (at?: number) => Promise<TickReport>;
  /** As `tick`, but the run goes on beside: `idle` waits for it. */
  readonly tickBeside: (at?: number) => Promise<TickReport>;
  readonly idle: () => Promise<void>;
  /** How late the runs of later ticks begin. */
  readonly delayRuns: (ms: number) => void;
  /** Lets time pass until the instant. */
  readonly until: (at: number) => Promise<void>;
}

/** A scene whose clock stands at `start`; `ends` says where the processes of its runs end. */
export async function tickScene(
  vms: readonly FakeVm[],
  start: number,
  base: Partial<RunPolicy> = {},
  settings = scheduleSettings,
  ends: Ends = () => false,
): Promise<TickScene> {
  const stage = scene(vms, base);
  const { clock } = stage;
  const log = new MemoryLog();
  const store = new MemoryRunStore();
  const reports: RunReport[] = [];
  const pending = new Set<Promise<void>>();
  let delayMs = 0;
  let names = new Map<string, ScheduleDefinition>();
  const world = () => ({
    ...stage.world,
    log,
    schedules: makeSchedules({ names, calendars: new Map(), zone: 'UTC' }, settings),
  });
  async function conductLaunched(name: string): Promise<void> {
    if (delayMs > 0) await clock.sleep(delayMs);
    const conductHere: Parameters<typeof work>[1]['conduct'] = async (run, hooks) => {
      const report = await conduct(run, { ...world(), ...hooks });
      reports.push(report);
      return report;
    };
    try {
      const lasting = { store, clock, log, claimant: `execution of ${name}`, lifetimeMs: 900_000 };
      const journal = new Journal();
      await resume((engine) => work(name, { ...lasting, engine, conduct: conductHere }), { journal, clock, ends });
      if (journal.faults.length > 0) log.error('the run cannot be resumed', { run: name, faults: journal.faults });
    } catch (error) {
      log.error('a run ended in an error', { run: name, error });
    }
  }
  const launcher: Launcher = {
    async start(name) {
      const working: Promise<void> = conductLaunched(name).finally(() => pending.delete(working));
      pending.add(working);
    },
  };
  const begin = (at = clock.now()) => {
    const tickWorld: TickWorld = { ...world(), store, launcher };
    return clock.run(tick(at, tickWorld));
  };
  const idle = async () => {
    while (pending.size > 0) await clock.run(Promise.all(pending));
  };
  const until = async (at: number) => {
    if (at > clock.now()) await clock.run(clock.sleep(at - clock.now()));
  };
  await until(start);
  return {
    ...stage,
    log,
    store,
    reports,
    define(definitions) {
      names = new Map(Object.entries(definitions));
    },
    async tick(at) {
      const report = await begin(at);
      await idle();
      return report;
    },
    tickBeside: begin,
    idle,
    delayRuns(ms) {
      delayMs = ms;
    },
    until,
  };
}
