// The schedules of the configuration for commands that reach no cloud: no credentials, no environment, maybe no file.
// What is asked about times must be answered on any machine, also before anything is set up.

import { parseEnvironment } from '../lib/config/environment.ts';
import { loadWithSchedules, textFilesIn } from '../lib/config/schedules.ts';
import { PowerError } from '../lib/core/errors.ts';
import { isFaulty } from '../lib/core/schedule/fault.ts';
import { localInstant } from '../lib/core/schedule/local-instant.ts';
import type { Schedules } from '../lib/core/schedule/schedules.ts';
import { readConfigInputIfAny } from './config-input.ts';
import type { GlobalOptions } from './program.ts';
import type { Terminal } from './terminal.ts';

/** The configured schedules, or none where there is no configuration. Throws `config` with every fault. */
export async function openSchedules(options: GlobalOptions, terminal: Pick<Terminal, 'directory'>): Promise<Schedules> {
  const { input, directory } = await readConfigInputIfAny(options.config, terminal.directory);
  const loaded = loadWithSchedules(input, parseEnvironment({}), {
    where: 'terminal',
    credentials: 'optional',
    readText: textFilesIn(directory),
  });
  return loaded.schedules;
}

/** The instant that an option names, or `fallback` where it is not there. Throws `request`. */
export function instantOption(name: string, text: string | undefined, zone: string | null, fallback: number): number {
  if (text === undefined) return fallback;
  const read = localInstant(text.trim(), zone);
  if (isFaulty(read)) throw new PowerError('request', `${name}: ${read.fault}`);
  return read.ms;
}
