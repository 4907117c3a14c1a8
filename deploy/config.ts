// The configuration as the deployment needs it: schedules, secrets, webhooks, the address for alarms.
// A fault in it ends the packaging, with every fault listed, before anything is deployed.

import { resolve } from 'node:path';
import { loadWithSchedules, textFilesIn } from '../lib/config/schedules.ts';
import { type Config, readEnvironment } from '../lib/config.ts';
import input from '../power.config.ts';

/** The validated configuration, with the variables that the functions will have. Throws `config`. */
export function readConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  const readText = textFilesIn(resolve(import.meta.dirname, '..'));
  // Schedules and calendars are read here too, though only the functions need them: a fault must not wait for the first tick.
  const options = { where: 'lambda', credentials: 'optional', readText } as const;
  return loadWithSchedules(input, readEnvironment(variables), options).config;
}
