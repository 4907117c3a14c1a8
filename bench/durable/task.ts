// What the process of a durable run is told, and what it tells: the border between the benchmark and what it measures.
// Apart from both, so that the bundle of the one carries nothing of the other.

import type { PacePolicy, RunPolicy } from '../../lib/core/policy.ts';
import type { RunReport } from '../../lib/run/report.ts';

/** What the function's process is told, as JSON in this variable. */
export const taskVariable = 'POWER_BENCH_TASK';

export interface DurableTask {
  readonly run: string;
  readonly speed: number;
  readonly apiUrl: string;
  /** Uncompressed: the process has a clock that goes faster. */
  readonly policy: RunPolicy;
  readonly pace: PacePolicy;
  /** Of one invocation. */
  readonly timeoutMs: number;
  /** The file into which it writes what it tells. */
  readonly tellInto: string;
}

export interface DurableTold {
  readonly report: RunReport;
  readonly tookMs: number;
  /** What was too long for a checkpoint. */
  readonly atticBytes: number;
  readonly peakRssMb: number;
}
