// One run in a process of its own, told over IPC what to do: peak memory and CPU are then the run's alone.
// Ends with its parent, whatever becomes of that.

import { peakRssMb } from './peak-memory.ts';
import { conductPlain } from './plain-run.ts';
import type { Ran, RunTask } from './run-process.ts';

process.once('disconnect', () => process.exit(0));
process.once('message', async ({ warmUp, run }: RunTask) => {
  await conductPlain(warmUp);
  const cpuBefore = process.cpuUsage();
  const begunAt = Date.now();
  const begun = performance.now();
  const report = await conductPlain(run);
  const makespanMs = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpuBefore);
  const ran: Ran = { report, begunAt, makespanMs, cpuMs: (user + system) / 1000, peakRssMb: await peakRssMb() };
  process.send?.(ran);
});
