// Runs one child process to its end and keeps everything that it printed.
// Bounded: what takes longer than its time is killed, and says so.

import { spawn } from 'node:child_process';

export interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessSetup {
  readonly args: readonly string[];
  readonly cwd: string;
  /** Complete: nothing of ours is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Signals to send, each so long after the start. */
  readonly signals?: readonly { readonly signal: NodeJS.Signals; readonly afterMs: number }[];
  /** @default 60000 */
  readonly timeoutMs?: number;
}

/** Runs Node with these arguments. */
export function runNode({ args, cwd, environment, signals = [], timeoutMs = 60_000 }: ProcessSetup): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env: { ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    const printed = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        printed[name] += text;
      });
    const kill = { signal: 'SIGKILL', afterMs: timeoutMs } as const;
    const timers = [...signals, kill].map(({ signal, afterMs }) => setTimeout(() => child.kill(signal), afterMs));
    child.once('error', reject);
    child.once('close', (code) => {
      for (const timer of timers) clearTimeout(timer);
      resolve({ code, ...printed });
    });
  });
}
