// The parent's side of a run in its own process: bundled with the project's settings, and started as Lambda starts Node.
// So it has neither the type stripping of the benchmark in its memory, nor more room for garbage than it would have there.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunReport } from '../lib/run/report.ts';
import { bundle } from './bundle.ts';
import type { PlainRun } from './plain-run.ts';

/** What the process is told: a small run that loads and compiles everything, and the one that is measured. */
export interface RunTask {
  readonly warmUp: PlainRun;
  readonly run: PlainRun;
}

/** A run that is over, and what it cost; times are real milliseconds. */
export interface Ran {
  readonly report: RunReport;
  /** Epoch milliseconds. */
  readonly begunAt: number;
  readonly makespanMs: number;
  readonly cpuMs: number;
  readonly peakRssMb: number;
}

export interface Runner {
  /** Conducts the run in a new process. Rejects when that ends before the run does. */
  run(task: RunTask): Promise<Ran>;
  /** Removes the bundle. */
  close(): Promise<void>;
}

/** As the managed runtime divides a function's memory: a twentieth for each half of the young generation, nine tenths for the old. */
export function memoryFlags(memoryMb: number): string[] {
  return [`--max-semi-space-size=${Math.floor(memoryMb / 20)}`, `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`];
}

/** Bundles the run once, for a function with so much memory. */
export async function makeRunner(memoryMb: number): Promise<Runner> {
  const directory = await mkdtemp(join(tmpdir(), 'power-bench-'));
  const { file } = await bundle(fileURLToPath(new URL('run-child.ts', import.meta.url)), directory);
  return {
    run: async (task) => {
      const child = fork(file, { execArgv: memoryFlags(memoryMb) });
      try {
        return await new Promise<Ran>((resolve, reject) => {
          child.once('message', (ran: Ran) => resolve(ran));
          child.once('exit', (code) => reject(new Error(`the run's process ended with ${code}`)));
          child.send(task);
        });
      } finally {
        if (child.connected) {
          const ended = once(child, 'exit');
          child.disconnect();
          await ended;
        }
      }
    },
    close: () => rm(directory, { recursive: true, force: true }),
  };
}
