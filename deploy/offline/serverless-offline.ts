// serverless-offline as a child process: the HTTP API and the functions, with local endpoints in their environment.
// The environment is made from nothing, so that neither an AWS profile nor a real token of this machine can get into it.

import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { devNull, tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { PowerError } from '../../lib/core/errors.ts';

export interface ServerlessOffline {
  /** Resolves with the exit code when the child has ended, whoever ended it. */
  readonly ended: Promise<number | null>;
  close(): Promise<void>;
}

export interface ServerlessOfflineSetup {
  readonly directory: string;
  readonly httpPort: number;
  readonly lambdaPort: number;
  readonly variables: Readonly<Record<string, string>>;
}

const readyWithinMs = 60_000;
const closedWithinMs = 10_000;

/** Resolves once both ports answer. Throws `config` when the child ends before, or takes longer than a minute. */
export async function startServerlessOffline(setup: ServerlessOfflineSetup): Promise<ServerlessOffline> {
  const child = spawnChild(setup);
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
    child.once('error', () => resolve(null));
  });
  // Should this process be torn down without a chance to close, the child must not outlive it.
  const killChild = () => child.kill('SIGKILL');
  process.once('exit', killChild);
  const close = async () => {
    await closeChild(child, ended);
    process.off('exit', killChild);
  };
  try {
    await bothAnswer(setup, ended);
  } catch (error) {
    await close();
    throw error;
  }
  return { ended, close };
}

function spawnChild({ directory, httpPort, lambdaPort, variables }: ServerlessOfflineSetup): ChildProcess {
  const cli = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
  const ports = ['--httpPort', String(httpPort), '--lambdaPort', String(lambdaPort)];
  return spawn(process.execPath, [cli, 'offline', 'start', ...ports], {
    cwd: directory,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { HOME: tmpdir(), AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull, ...variables },
  });
}

async function bothAnswer({ httpPort, lambdaPort }: ServerlessOfflineSetup, ended: Promise<unknown>): Promise<void> {
  let hasEnded = false;
  ended.then(() => {
    hasEnded = true;
  });
  const until = Date.now() + readyWithinMs;
  while (!((await isAnswering(lambdaPort)) && (await isAnswering(httpPort)))) {
    if (hasEnded) throw new PowerError('config', 'serverless-offline ended before it was ready: see what it printed');
    if (Date.now() > until) throw new PowerError('config', 'serverless-offline was not ready within a minute');
    await sleep(100);
  }
}

function isAnswering(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

async function closeChild(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), closedWithinMs);
  await ended;
  clearTimeout(timer);
}
