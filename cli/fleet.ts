// From --config and the environment to a fleet that can be listed and acted on.
// The terminal's wiring: handlers have their own, and nothing below cli/ knows of either.

import { secretsManager } from '../lib/aws/secrets.ts';
import { type Config, type Environment, loadConfig, readEnvironment } from '../lib/config.ts';
import { inProcessEngine } from '../lib/run/engine.ts';
import type { RunWorld } from '../lib/run/world.ts';
import { wireFleet } from '../lib/wiring/fleet.ts';
import { readConfigInput } from './config-input.ts';
import { logLevelOf, makeTerminalLog } from './log.ts';
import type { GlobalOptions } from './program.ts';
import type { Terminal } from './terminal.ts';

export interface Fleet {
  readonly config: Config;
  readonly world: RunWorld;
}

/** The configured fleet, ready to use. Throws `config` with every fault. */
export async function openFleet(options: GlobalOptions, terminal: Terminal): Promise<Fleet> {
  const environment = readEnvironment();
  const input = await readConfigInput(options.config, terminal.directory);
  const config = loadConfig(input, environment, { where: 'terminal', credentials: 'required' });
  return { config, world: worldOf(config, environment, options, terminal) };
}

/** What a run needs, over the accounts of the configuration. Reads no secret yet. */
export function worldOf(
  config: Config,
  environment: Environment,
  options: GlobalOptions,
  terminal: Terminal,
): RunWorld {
  const { clock, notes } = terminal;
  const log = makeTerminalLog(notes, options.verbose ? 'debug' : logLevelOf(environment.logLevel));
  const { token } = environment;
  const accounts = wireFleet(config, { secrets: secretsManager(), clock, log, ...(token === null ? {} : { token }) });
  return {
    accounts,
    engine: inProcessEngine(clock),
    clock,
    log,
    policy: config,
    inFlight: config.pace.inFlight,
    tags: config.tags,
    states: config.states,
  };
}
