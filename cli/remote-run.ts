// `power run --remote`: the same request, launched in the deployment through the same use case as every other trigger.
// What happens then is the deployment's: its configuration, its token, its time.

import { PowerError } from '../lib/core/errors.ts';
import { launch } from '../lib/run/launch.ts';
import { randomRunName, requestHash } from '../lib/run/name.ts';
import type { RunRequest } from '../lib/run/request.ts';
import { openLaunch } from './deployment.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import type { GlobalOptions } from './program.ts';
import { runLineJson } from './render/runs.ts';
import type { Terminal } from './terminal.ts';
import { watchToEnd } from './watch.ts';

export interface RemoteOptions {
  readonly json?: true;
  readonly wait?: boolean;
}

/** Launches the run and, unless told not to wait, follows it to its end. Throws `request`, `config`, `aws`. */
export async function runRemotely(
  request: RunRequest,
  options: RemoteOptions & GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (request.dryRun)
    throw new PowerError('request', 'a dry run sends nothing and needs no deployment: leave out --remote');
  const world = openLaunch(options, terminal);
  const name = randomRunName('cli');
  const { run } = await launch({ name, trigger: 'cli', request, requestHash: requestHash(request) }, world);
  if (options.wait === false) {
    terminal.out.write(options.json ? runLineJson(run) : `${name}\n`);
    return exitCode.well;
  }
  terminal.notes.line(`run ${name} is launched; it goes on whatever becomes of this terminal (power watch ${name})`);
  return watchToEnd(name, world.store, options, terminal);
}
