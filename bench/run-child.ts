// One run in a process of its own, told over IPC what to do: peak memory and CPU are then the run's alone.
// Ends with its parent, whatever becomes of that.

import { readFile } from 'node:fs/promises';
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

// Linux counts what the forking parent had into getrusage's maximum; VmHWM begins anew with the program.
async function peakRssMb(): Promise<number> {
  const status = process.platform === 'linux' ? await readFile('/proc/self/status', 'utf8') : '';
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kilobytes) / 1024;
}
