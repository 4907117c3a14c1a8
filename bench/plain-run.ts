// One run over one account on localhost, with the real client, pace, engine and settling: what several benchmarks play.
// Without schedules, and with nothing remembered: a run of a request needs neither.

import { memoryLeases } from '../cli/state/leases.ts';
import { memoryStateStore } from '../cli/state/memory.ts';
import { fixedToken } from '../lib/aws/token.ts';
import { systemClock } from '../lib/clock.ts';
import type { Action } from '../lib/core/action.ts';
import type { PacePolicy, RunPolicy } from '../lib/core/policy.ts';
import { makeSchedules } from '../lib/core/schedule/schedules.ts';
import { openscalerCloud } from '../lib/openscaler/client.ts';
import { conduct } from '../lib/run/conduct.ts';
import { inProcessEngine } from '../lib/run/engine.ts';
import type { RunReport } from '../lib/run/report.ts';
import { parseRunRequest } from '../lib/run/request.ts';
import { defaultToken } from '../simulator/simulator.ts';
import { silentLog } from './silent-log.ts';

/** What to run, and against which simulator. */
export interface PlainRun {
  readonly action: Action;
  readonly apiUrl: string;
  readonly policy: RunPolicy;
  readonly pace: PacePolicy;
}

const scheduling = { catchUpMs: 0, adopt: 'next-boundary', retryPausesMs: [0], alarmAfter: 1 } as const;

/** The report of a run on everything that is tagged `env=dev`. */
export function conductPlain({ action, apiUrl, policy, pace }: PlainRun): Promise<RunReport> {
  const clock = systemClock;
  const log = silentLog;
  const tokens = fixedToken(defaultToken);
  const cloud = openscalerCloud({ account: 'main', apiUrl, tokens, pace, timeouts: policy.timeouts, clock, log });
  const request = parseRunRequest({ action, select: 'env=dev', allowDataLoss: action === 'reset' });
  return conduct(
    { name: `bench-${action}`, request, requestedAt: clock.now() },
    {
      accounts: [{ cloud, projects: ['default'] }],
      engine: inProcessEngine(clock),
      clock,
      log,
      policy,
      inFlight: pace.inFlight,
      tags: [],
      states: {},
      schedules: makeSchedules({ names: new Map(), calendars: new Map(), zone: null }, scheduling),
      state: memoryStateStore(),
      leases: memoryLeases(clock),
      maxAgeMs: 0,
    },
  );
}
