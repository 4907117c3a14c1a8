// What the configuration's tests share: an environment that is right, and the faults of an input that is not.

import { type Environment, type LoadOptions, loadConfig, readEnvironment } from '../../lib/config.ts';
import { PowerError } from '../../lib/core/errors.ts';

export const rightEnvironment: Environment = readEnvironment({ OPENSCALER_SECRET_ID: 'power/token' });

/** The faults, or none when it loads. Anything but PowerError('config') is thrown on. */
export function faultsOf(input: unknown, environment = rightEnvironment, options: LoadOptions = {}): readonly string[] {
  try {
    loadConfig(input, environment, options);
    return [];
  } catch (error) {
    if (error instanceof PowerError && error.code === 'config') return error.faults;
    throw error;
  }
}
