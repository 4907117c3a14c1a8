// The most memory that this process has had at once, as the system counts it.
// Linux adds to getrusage's maximum what the forking parent had; VmHWM begins anew with the program.

import { readFile } from 'node:fs/promises';

/** In megabytes of 2^20 bytes. */
export async function peakRssMb(): Promise<number> {
  const status = process.platform === 'linux' ? await readFile('/proc/self/status', 'utf8') : '';
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kilobytes) / 1024;
}
