// The world of one run over one account: leases and state in memory, everything else real.
// Without schedules, and with nothing remembered: a run of a request needs neither.

import { memoryLeases } from '../cli/state/leases.ts';
import { memoryStateStore } from '../cli/state/memory.ts';
import { fixedToken } from '../lib/aws/token.ts';
import type { PacePolicy, RunPolicy } from '../lib/core/policy.ts';
import { makeSchedules } from '../lib/core/schedule/schedules.ts';
import { openscalerCloud } from '../lib/openscaler/client.ts';
import type { Clock, VmCloud } from '../lib/ports.ts';
import { inProcessEngine } from '../lib/run/engine.ts';
import type { RunWorld } from '../lib/run/world.ts';
import { defaultToken } from '../simulator/simulator.ts';
import { silentLog } from './silent-log.ts';

export interface PlainWorldOptions {
  readonly cloud: VmCloud;
  readonly policy: RunPolicy;
  readonly pace: PacePolicy;
  readonly clock: Clock;
}

/** The cloud of a simulator. */
export function simulatorCloud({
  apiUrl,
  policy,
  pace,
  clock,
}: Omit<PlainWorldOptions, 'cloud'> & { readonly apiUrl: string }) {
  const { timeouts } = policy;
  const tokens = fixedToken(defaultToken);
  return openscalerCloud({ account: 'main', apiUrl, tokens, pace, timeouts, clock, log: silentLog });
}

const scheduling = { catchUpMs: 0, adopt: 'next-boundary', retryPausesMs: [0], alarmAfter: 1, tickEveryMs: 0 } as const;

/** Everything that a run of a request touches. */
export function plainWorld({ cloud, policy, pace, clock }: PlainWorldOptions): RunWorld {
  return {
    accounts: [{ cloud, projects: ['default'] }],
    engine: inProcessEngine(clock),
    clock,
    log: silentLog,
    policy,
    inFlight: pace.inFlight,
    tags: [],
    states: {},
    schedules: makeSchedules({ names: new Map(), calendars: new Map(), zone: null }, scheduling),
    state: memoryStateStore(),
    leases: memoryLeases(clock),
    maxAgeMs: 0,
  };
}
