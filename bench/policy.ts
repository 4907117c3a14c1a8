// The policy and the pace that benchmarks run with: those of power.config.ts as it comes, so that figures are those of a newcomer.
// Only the guard is lifted, for a benchmark stops a whole fleet.

import { type Config, loadConfig, readEnvironment } from '../lib/config.ts';
import powerConfig from '../power.config.ts';

/** The configuration as it comes, whatever the environment. */
export const shippedConfig: Config = loadConfig(
  powerConfig,
  readEnvironment({ OPENSCALER_SECRET_ID: 'openscaler/token' }),
);

/** The same, with leave to stop everything. */
export const unguardedConfig: Config = { ...shippedConfig, guard: { maxVms: Number.MAX_SAFE_INTEGER, maxShare: 1 } };
