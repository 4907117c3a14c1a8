// The configuration as the deployment needs it: schedules, secrets, webhooks, the address for alarms.
// A fault in it ends the packaging, with every fault listed, before anything is deployed.

import { type Config, loadConfig, readEnvironment } from '../lib/config.ts';
import input from '../power.config.ts';

/** The validated configuration, with the variables that the functions will have. Throws `config`. */
export function readConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  return loadConfig(input, readEnvironment(variables), { where: 'lambda', credentials: 'optional' });
}
