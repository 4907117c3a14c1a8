// The worlds of runs and schedules in a Lambda: clouds, engine, policy, schedules, and what is remembered between two ticks.
// Apart from wiring.ts, so that the handlers that only launch carry none of it.

import { dynamoLeases } from '../lib/aws/leases.ts';
import { dynamoStateStore } from '../lib/aws/state-store.ts';
import { schedulesOf, textFilesIn } from '../lib/config/schedules.ts';
import { scheduleUses } from '../lib/http/schedule-uses.ts';
import type { RunEvent } from '../lib/ports.ts';
import { conduct, type Run } from '../lib/run/conduct.ts';
import { inProcessEngine } from '../lib/run/engine.ts';
import { takeInventory } from '../lib/run/inventory.ts';
import { type Shares, sharedPace } from '../lib/run/parts.ts';
import type { RunRequest } from '../lib/run/request.ts';
import type { RunHooks } from '../lib/run/work.ts';
import type { RunWorld } from '../lib/run/world.ts';
import { wireFleet } from '../lib/wiring/fleet.ts';
import { once, wiring } from './wiring.ts';

/** The world of runs, and of everything about schedules; once per container: connections, token caches and paces outlive a run. */
export const runWorld = once((): RunWorld => {
  const config = wiring.config();
  const { clock } = wiring;
  const log = wiring.log();
  const table = { table: wiring.table(), clock };
  return {
    accounts: wireFleet(config, { secrets: wiring.secrets(), clock, log }),
    engine: inProcessEngine(clock),
    clock,
    log,
    policy: config,
    inFlight: config.pace.inFlight,
    // Without a tick there is no run of one; one that was launched before that was configured does nothing.
    maxAgeMs: config.tick?.maxAgeMs ?? 0,
    tags: config.tags,
    states: config.states,
    // A Lambda's working directory is its package's root, where the iCalendar files are.
    schedules: schedulesOf(config, textFilesIn(process.cwd())),
    state: dynamoStateStore(table),
    leases: dynamoLeases(table),
  };
});

/** The world of one part of a run: the pace of each account divided by its share, for the other parts use it too. */
export function sharedWorld(shares: Shares): RunWorld {
  const config = wiring.config();
  const { clock } = wiring;
  const { paceOf, inFlight } = sharedPace(config.pace, shares);
  const accounts = wireFleet(config, { secrets: wiring.secrets(), clock, log: wiring.log(), paceOf });
  return { ...runWorld(), accounts, inFlight };
}

/** Conducts a run over the deployment's fleet. */
export function conductRun(run: Run, hooks: RunHooks | Pick<RunWorld, 'until' | 'onEvent'>) {
  return conduct(run, { ...runWorld(), ...hooks });
}

/** Conducts a dry run and says how many VMs were listed. */
export async function planRun(run: { readonly name: string; readonly request: RunRequest }, until: number) {
  let listed = 0;
  const onEvent = (event: RunEvent) => {
    if (event.kind === 'listed') listed = event.vms;
  };
  const report = await conductRun({ ...run, requestedAt: wiring.clock.now() }, { until, onEvent });
  return { report, listed };
}

/** Lists the deployment's whole fleet. */
export function listFleet() {
  return takeInventory({ accounts: null, projects: null }, runWorld());
}

/** The use cases of schedules over the deployment's fleet. */
export const fleetSchedules = once(() => {
  const { maxDurationMs } = wiring.config().overrides;
  return scheduleUses({ ...runWorld(), maxDurationMs });
});
