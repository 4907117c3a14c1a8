// The `power` command in a process of its own, against a simulator: what a script would see of it.
// Its environment is complete, so that nobody's own settings can change a test.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import type { QuirkChoice } from '../../simulator/quirks.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import type { OauthClient } from '../../simulator/tokens.ts';
import type { SimulatedVmSpec } from '../../simulator/vm.ts';

const powerFile = fileURLToPath(new URL('../../cli/power.js', import.meta.url));

export const token = 'token-that-nobody-may-see';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Rig {
  readonly simulator: Simulator;
  readonly directory: string;
  /** Runs `power` to its end. */
  power(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ended>;
  /** Starts `power`, and says how it ends; of what goes to a file, or has lost its reader, nothing. */
  start(
    args: readonly string[],
    environment?: Readonly<Record<string, string>>,
    stdout?: 'pipe' | number,
  ): { readonly child: ChildProcess; readonly ended: Promise<Ended> };
  posts(): number;
  close(): Promise<void>;
}

const quick = {
  shutdown: { patience: '4s', resendAfter: '1s', resends: 1 },
  start: { patience: '4s', resendAfter: '1s', resends: 1 },
  settle: { every: '100ms', atMost: '200ms' },
};

/** All of it, as far as the test has not closed it. */
async function readAll(stream: Readable | null): Promise<string> {
  let all = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    all += chunk;
  });
  if (stream !== null) await once(stream, 'close');
  return all;
}

/** A simulator with this fleet, and a directory with a configuration for it. */
export async function rig(
  fleet: readonly SimulatedVmSpec[],
  {
    config = {},
    quirks = {},
    oauth,
  }: { readonly config?: object; readonly quirks?: QuirkChoice; readonly oauth?: OauthClient } = {},
): Promise<Rig> {
  const simulator = await startSimulator({ fleet, token, speed: 60, quirks, ...(oauth && { oauth }) });
  const directory = await mkdtemp(join(tmpdir(), 'power-'));
  await writeFile(join(directory, 'power.config.ts'), `export default ${JSON.stringify({ ...quick, ...config })};\n`);
  const start: Rig['start'] = (args, environment = {}, stdout = 'pipe') => {
    const child = spawn(process.execPath, [powerFile, ...args], {
      cwd: directory,
      env: {
        OPENSCALER_API_URL: simulator.url,
        OPENSCALER_TOKEN: token,
        AWS_CONFIG_FILE: devNull,
        AWS_SHARED_CREDENTIALS_FILE: devNull,
        ...environment,
      },
      stdio: ['ignore', stdout, 'pipe'],
    });
    const code = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
    const ended = Promise.all([code, readAll(child.stdout), readAll(child.stderr)]);
    return { child, ended: ended.then(([code, stdout, stderr]) => ({ code, stdout, stderr })) };
  };
  return {
    simulator,
    directory,
    start,
    power: (args, environment) => start(args, environment).ended,
    posts: () => simulator.requests.filter(({ method }) => method === 'POST').length,
    close: async () => {
      await simulator.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** The same until the test that asks for it is over. */
export async function useRig(...args: Parameters<typeof rig>): Promise<Rig> {
  const used = await rig(...args);
  onTestFinished(() => used.close());
  return used;
}

/** That no token, no trace and no control character was shown. */
export function expectClean({ stdout, stderr }: Ended): void {
  expect(stdout + stderr).not.toContain(token);
  expect(stdout + stderr).not.toMatch(/\n\s+at /);
  expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
}
