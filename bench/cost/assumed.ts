// What a simulated day takes for granted of the services around it; everything else in a bill is counted.
// In milliseconds; put in your own and run it again.

import type { Latencies } from './day.ts';

export const latencies: Latencies = {
  listMs: 300,
  listPerThousandVmsMs: 100,
  startMs: 10_000,
  shutdownMs: 20_000,
  invokeMs: 30,
  database: { callMs: 5, perMegabyteMs: 100 },
};

/** The start of a container; every invocation is reckoned to need a new one. */
export const initMs = 500;

/** Of a month. */
export const days = 30;

/** How many VMs have the same hours: as many as the guard lets one run stop. */
export const atOnce = 500;
