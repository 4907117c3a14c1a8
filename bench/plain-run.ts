// One run over one account on localhost, with the real client, pace, engine and settling: what several benchmarks play.
// In real time, whatever the simulator's: policy and pace come compressed.

import { systemClock } from '../lib/clock.ts';
import type { Action } from '../lib/core/action.ts';
import type { PacePolicy, RunPolicy } from '../lib/core/policy.ts';
import { conduct } from '../lib/run/conduct.ts';
import type { RunReport } from '../lib/run/report.ts';
import { parseRunRequest } from '../lib/run/request.ts';
import { plainWorld, simulatorCloud } from './plain-world.ts';

/** What to run, and against which simulator. */
export interface PlainRun {
  readonly action: Action;
  readonly apiUrl: string;
  readonly policy: RunPolicy;
  readonly pace: PacePolicy;
}

/** The report of a run on everything that is tagged `env=dev`. */
export function conductPlain({ action, ...options }: PlainRun): Promise<RunReport> {
  const clock = systemClock;
  const request = parseRunRequest({ action, select: 'env=dev', allowDataLoss: action === 'reset' });
  const run = { name: `bench-${action}`, request, requestedAt: clock.now() };
  const cloud = simulatorCloud({ ...options, clock });
  return conduct(run, plainWorld({ ...options, clock, cloud }));
}
