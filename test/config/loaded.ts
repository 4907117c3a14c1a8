// What the configuration's tests share: an environment that is right, and the faults of an input that is not.

import { loadWithSchedules, type ReadText } from '../../lib/config/schedules.ts';
import { type Environment, type LoadOptions, loadConfig, readEnvironment } from '../../lib/config.ts';
import { PowerError } from '../../lib/core/errors.ts';

export const rightEnvironment: Environment = readEnvironment({ OPENSCALER_SECRET_ID: 'power/token' });

/** The faults, or none when it loads. Anything but PowerError('config') is thrown on. */
export function faultsOf(input: unknown, environment = rightEnvironment, options: LoadOptions = {}): readonly string[] {
  return faultsIn(() => loadConfig(input, environment, options));
}

/** A config and its schedules, with these texts as the files beside it. */
export function withSchedules(input: unknown, files: Readonly<Record<string, string>> = {}) {
  return loadWithSchedules(input, rightEnvironment, { readText: textsOf(files) });
}

/** The faults of a config read with its schedules. */
export function scheduleFaultsOf(input: unknown, files: Readonly<Record<string, string>> = {}): readonly string[] {
  return faultsIn(() => withSchedules(input, files));
}

/** Stands for the files of a directory. */
export function textsOf(files: Readonly<Record<string, string>>): ReadText {
  return (name) => {
    const text = files[name];
    if (text === undefined) throw new PowerError('config', 'cannot be read here');
    return text;
  };
}

function faultsIn(load: () => unknown): readonly string[] {
  try {
    load();
    return [];
  } catch (error) {
    if (error instanceof PowerError && error.code === 'config') return error.faults;
    throw error;
  }
}
