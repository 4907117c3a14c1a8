// From --config and the environment to a fleet that can be listed and acted on, with what is remembered of it.
// The terminal's wiring: handlers have their own, and nothing below cli/ knows of either.

import { resolve } from 'node:path';
import { dynamoLeases } from '../lib/aws/leases.ts';
import { dynamoRenewalLock } from '../lib/aws/oauth/renewal-lock.ts';
import { renewals } from '../lib/aws/oauth/renewals.ts';
import { secretsManager } from '../lib/aws/secrets.ts';
import { dynamoStateStore } from '../lib/aws/state-store.ts';
import type { KnownTokenSource } from '../lib/aws/token.ts';
import { loadWithSchedules, textFilesIn } from '../lib/config/schedules.ts';
import { type Config, type Environment, readEnvironment } from '../lib/config.ts';
import { PowerError } from '../lib/core/errors.ts';
import type { Schedules } from '../lib/core/schedule/schedules.ts';
import type { Clock } from '../lib/ports.ts';
import { inProcessEngine } from '../lib/run/engine.ts';
import type { FleetAccount, RunWorld } from '../lib/run/world.ts';
import type { Leases, StateStore } from '../lib/stores.ts';
import { wireFleet } from '../lib/wiring/fleet.ts';
import { readConfigInput } from './config-input.ts';
import { logLevelOf, makeTerminalLog } from './log.ts';
import type { GlobalOptions } from './program.ts';
import { fileStateStore } from './state/file.ts';
import { fileLeases } from './state/file-leases.ts';
import { memoryLeases } from './state/leases.ts';
import { memoryStateStore } from './state/memory.ts';
import type { Terminal } from './terminal.ts';

export interface Fleet {
  readonly config: Config;
  readonly world: RunWorld;
  /** Whether marks and overrides outlast this command. */
  readonly isRemembered: boolean;
}

export interface Loaded {
  readonly config: Config;
  readonly schedules: Schedules;
  readonly environment: Environment;
}

/** The configuration and the environment, checked. Throws `config` with every fault. */
export async function loadFleet(
  options: GlobalOptions,
  terminal: Terminal,
  credentials: 'required' | 'optional',
): Promise<Loaded> {
  const environment = readEnvironment();
  const { input, directory } = await readConfigInput(options.config, terminal.directory);
  const readText = textFilesIn(directory);
  return { ...loadWithSchedules(input, environment, { where: 'terminal', credentials, readText }), environment };
}

/** The configured fleet, ready to use. Throws `config` with every fault. */
export async function openFleet(options: GlobalOptions, terminal: Terminal): Promise<Fleet> {
  const loaded = await loadFleet(options, terminal, 'required');
  const isRemembered = options.state !== undefined || loaded.environment.tableName !== null;
  return { config: loaded.config, world: worldOf(loaded, options, terminal), isRemembered };
}

/** The accounts of the configuration. Reads no secret yet; `onTokens` is given each one's source of tokens. */
export function accountsOf(
  { config, environment }: Loaded,
  options: GlobalOptions,
  { clock, notes }: Terminal,
  onTokens: (account: string, tokens: KnownTokenSource) => void = () => {},
): FleetAccount[] {
  const log = makeTerminalLog(notes, options.verbose ? 'debug' : logLevelOf(environment.logLevel));
  const { token, tableName: table } = environment;
  const secrets = secretsManager();
  // Its lock is what keeps this terminal and the deployment from renewing one refresh token at once.
  const renewing =
    table === null
      ? {}
      : { renewals: renewals({ secrets, lock: dynamoRenewalLock({ table, clock }), oauth: config.oauth, clock, log }) };
  return wireFleet(config, { secrets, ...renewing, clock, log, onTokens, ...(token === null ? {} : { token }) });
}

/** What a run needs, over the accounts of the configuration. Reads no secret yet. */
export function worldOf(loaded: Loaded, options: GlobalOptions, terminal: Terminal): RunWorld {
  const { config, schedules, environment } = loaded;
  const { clock, notes } = terminal;
  const log = makeTerminalLog(notes, options.verbose ? 'debug' : logLevelOf(environment.logLevel));
  return {
    accounts: accountsOf(loaded, options, terminal),
    engine: inProcessEngine(clock),
    clock,
    log,
    policy: config,
    inFlight: config.pace.inFlight,
    // Without a tick there is no run of one; one that was launched before that was configured does nothing.
    maxAgeMs: config.tick?.maxAgeMs ?? 0,
    tags: config.tags,
    states: config.states,
    schedules,
    ...memoryOf(environment, options, terminal.directory, clock),
  };
}

/** The deployment's table where it is known, so that the terminal and the Lambdas see the same; else the file that terminals share. */
function memoryOf(
  { tableName: table }: Environment,
  { state: file }: GlobalOptions,
  directory: string,
  clock: Clock,
): { readonly state: StateStore; readonly leases: Leases } {
  if (table !== null) {
    if (file !== undefined)
      throw new PowerError(
        'request',
        'POWER_TABLE names the table where state is kept: leave out --state, or unset it',
      );
    return { state: dynamoStateStore({ table, clock }), leases: dynamoLeases({ table, clock }) };
  }
  if (file === undefined) return { state: memoryStateStore(), leases: memoryLeases(clock) };
  const path = resolve(directory, file);
  return { state: fileStateStore(path, clock), leases: fileLeases(path, clock) };
}
