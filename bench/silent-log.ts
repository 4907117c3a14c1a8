// A log for benchmarks: what is measured is the run, and what matters of it stands in its report.
// The token hunt listens to the real logs instead.

import type { Log } from '../lib/ports.ts';

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
