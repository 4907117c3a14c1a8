// The deployed runs as the terminal reaches them: the table they are kept in, and the function that does them.
// Needs no configuration file and no token: whatever is configured there is the deployment's.

import { lambdaLauncher } from '../lib/aws/launcher.ts';
import { dynamoRunStore } from '../lib/aws/run-store.ts';
import { readEnvironment } from '../lib/config.ts';
import { PowerError } from '../lib/core/errors.ts';
import type { Launcher } from '../lib/ports.ts';
import type { LaunchWorld } from '../lib/run/launch.ts';
import type { RunStore } from '../lib/stores.ts';
import { logLevelOf, makeTerminalLog } from './log.ts';
import type { GlobalOptions } from './program.ts';
import type { Terminal } from './terminal.ts';

/** The deployment's runs. Throws `config` where the environment does not say which table they are in. */
export function openRuns({ clock }: Pick<Terminal, 'clock'>): RunStore {
  const table = needed('POWER_TABLE', readEnvironment().tableName, 'its table, such as openscaler-power-dev');
  return dynamoRunStore({ table, clock });
}

/** What launching a run in the deployment takes. Throws `config` where the environment does not say which deployment. */
export function openLaunch(
  { verbose }: GlobalOptions,
  { clock, notes }: Terminal,
): LaunchWorld & { readonly store: RunStore } {
  const { runFunctionName, logLevel } = readEnvironment();
  const store = openRuns({ clock });
  const log = makeTerminalLog(notes, verbose ? 'debug' : logLevelOf(logLevel));
  const what = 'what its functions have it set to, such as openscaler-power-dev-durable-run:durable';
  const launcher: Launcher = lambdaLauncher({ functionName: needed('POWER_RUN_FUNCTION', runFunctionName, what) });
  return { store, launcher, clock, log };
}

/** The name of a run, as a person gave it. Throws `not-found` for what cannot be one. */
export function runNamed(text: string): string {
  if (/^[\w-]{1,64}$/.test(text)) return text;
  throw noSuchRun(text);
}

export function noSuchRun(name: string): PowerError {
  return new PowerError('not-found', `there is no run ${name}: power runs lists the last ones; they are kept 30 days`);
}

function needed(variable: string, value: string | null, what: string): string {
  if (value !== null) return value;
  throw new PowerError('config', `${variable}: is missing; to reach a deployment, set it to ${what}`);
}
