// What every handler needs, put together once per container and only when an event asks for it.
// Importing it makes nothing: a faulty configuration is told to whoever sends an event, not to the Lambda runtime.

import { dynamoLaunchCount } from '../lib/aws/launch-count.ts';
import { lambdaLauncher } from '../lib/aws/launcher.ts';
import { type LogLevel, lambdaLog } from '../lib/aws/log.ts';
import { dynamoRunStore } from '../lib/aws/run-store.ts';
import { type SecretStore, secretsManager } from '../lib/aws/secrets.ts';
import { systemClock } from '../lib/clock.ts';
import { type Config, loadConfig, readEnvironment } from '../lib/config.ts';
import { PowerError } from '../lib/core/errors.ts';
import { type AdmitLaunch, launchCap } from '../lib/http/launch-cap.ts';
import type { Clock, Launcher, Log } from '../lib/ports.ts';
import type { RunStore } from '../lib/stores.ts';
import powerConfig from '../power.config.ts';

export interface Wiring {
  readonly clock: Clock;
  readonly config: () => Config;
  readonly log: () => Log;
  readonly logLevel: () => LogLevel;
  readonly secrets: () => SecretStore;
  /** The name of the table. */
  readonly table: () => string;
  readonly store: () => RunStore;
  readonly launcher: () => Launcher;
  /** The name of the event bus; null where runs are not announced. */
  readonly eventBus: () => string | null;
  /** The name of the secret that signs links. Throws `config` where there is none. */
  readonly linkKey: () => string;
  /** What links begin with; null where there are none. */
  readonly linkUrl: () => string | null;
  /** What does runs: the run function, with its alias where it has one. */
  readonly runFunction: () => string;
}

const clock = systemClock;
const environment = once(() => readEnvironment());
const runFunction = () => needed('POWER_RUN_FUNCTION', environment().runFunctionName);
const logLevel = () => levelOf(environment().logLevel);
const table = () => needed('POWER_TABLE', environment().tableName);

/** The parts of a deployment; each is made on its first call. Throws `config`. */
export const wiring: Wiring = {
  clock,
  config: once(() => loadConfig(powerConfig, environment(), { where: 'lambda' })),
  log: once(() => lambdaLog({ level: logLevel(), service: 'openscaler-power' })),
  logLevel,
  secrets: once(() => secretsManager()),
  table,
  store: once(() => dynamoRunStore({ table: table(), clock })),
  launcher: once(() => lambdaLauncher({ functionName: runFunction() })),
  eventBus: () => environment().eventBus,
  linkKey: () => needed('POWER_LINK_KEY', environment().linkKey),
  linkUrl: () => environment().linkUrl,
  runFunction,
};

/** What launching takes, as it stands in this container. */
export function launchParts() {
  return { store: wiring.store(), launcher: wiring.launcher(), clock, log: wiring.log() };
}

/** The cap on launches over HTTP, counted in the table. */
export function admitLaunches(): AdmitLaunch {
  const { perMinute } = wiring.config().launches;
  return launchCap({ perMinute, count: dynamoLaunchCount({ table: table(), clock }), clock });
}

/** A function that calls `make` on its first call and gives its result for ever; a throw is not kept. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function needed(variable: string, value: string | null): string {
  if (value !== null) return value;
  throw new PowerError('config', `${variable}: is missing; the stack sets it, so deploy again`);
}

// Powertools knows more levels than the project logs at; those beyond mean the nearest.
function levelOf(level: string | null): LogLevel {
  switch (level) {
    case 'TRACE':
    case 'DEBUG':
      return 'debug';
    case 'WARN':
      return 'warn';
    case 'ERROR':
    case 'CRITICAL':
    case 'SILENT':
      return 'error';
    default:
      return 'info';
  }
}
