// The world of a run in a Lambda: its clouds, its engine and its policy.
// Apart from wiring.ts, so that the handlers that only launch carry none of it.

import type { RunEvent } from '../lib/ports.ts';
import { conduct, type Run } from '../lib/run/conduct.ts';
import { inProcessEngine } from '../lib/run/engine.ts';
import { takeInventory } from '../lib/run/inventory.ts';
import type { RunRequest } from '../lib/run/request.ts';
import type { RunHooks } from '../lib/run/work.ts';
import type { RunWorld } from '../lib/run/world.ts';
import { wireFleet } from '../lib/wiring/fleet.ts';
import { once, wiring } from './wiring.ts';

type NamedRequest = { readonly name: string; readonly request: RunRequest };

// Once per container: connections, token caches and paces outlive a run.
const runWorld = once((): RunWorld => {
  const config = wiring.config();
  const { clock } = wiring;
  const log = wiring.log();
  return {
    accounts: wireFleet(config, { secrets: wiring.secrets(), clock, log }),
    engine: inProcessEngine(clock),
    clock,
    log,
    policy: config,
    inFlight: config.pace.inFlight,
    tags: config.tags,
    states: config.states,
  };
});

/** Conducts a run over the deployment's fleet. */
export function conductRun(run: NamedRequest, hooks: RunHooks) {
  return conduct(run, { ...runWorld(), ...hooks });
}

/** Conducts a dry run and says how many VMs were listed. */
export async function planRun(run: NamedRequest, until: number) {
  let listed = 0;
  const onEvent = (event: RunEvent) => {
    if (event.kind === 'listed') listed = event.vms;
  };
  const report = await conductRun(run, { until, onEvent });
  return { report, listed };
}

/** Lists the deployment's whole fleet. */
export function listFleet() {
  return takeInventory({ accounts: null, projects: null }, runWorld());
}
