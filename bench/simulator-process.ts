// The parent's side of a simulator in its own process: start it, ask what it received and what is true, end it.
// CPU and memory of the benchmark are then the project's own.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoggedRequest } from '../simulator/request-log.ts';
import type { SimulatorOptions, VmTruth } from '../simulator/simulator.ts';
import type { Claims, TruthReport } from '../simulator/truth.ts';

/** What the parent asks, by name, with what it gives along. */
export type Question =
  | { readonly ask: 'start'; readonly options: SimulatorOptions }
  | { readonly ask: 'requests' }
  | { readonly ask: 'truths' }
  | { readonly ask: 'check'; readonly claims: Claims };

/** Only what was asked for is there. */
export interface Told {
  readonly url?: string;
  readonly requests?: readonly LoggedRequest[];
  readonly truths?: readonly VmTruth[];
  readonly checked?: TruthReport;
}

export interface SimulatorProcess {
  readonly url: string;
  /** Every request it received so far, in order of arrival. */
  requests(): Promise<readonly LoggedRequest[]>;
  /** What is really the case with every VM at this moment. */
  truths(): Promise<readonly VmTruth[]>;
  /** Holds the claims of whoever acted against what really happened since the start. */
  check(claims: Claims): Promise<TruthReport>;
  close(): Promise<void>;
}

/** A simulator in a child process, listening. Rejects when the child ends before it does. */
export async function startSimulatorProcess(options: SimulatorOptions): Promise<SimulatorProcess> {
  const child = fork(fileURLToPath(new URL('simulator-child.ts', import.meta.url)));
  const ask = async <K extends keyof Told>(question: Question, key: K): Promise<NonNullable<Told[K]>> => {
    const told = await new Promise<Told>((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`the simulator's process ended with ${code}`));
      child.once('exit', ended);
      child.once('message', (message: Told) => {
        child.off('exit', ended);
        resolve(message);
      });
      child.send(question);
    });
    const answer = told[key];
    if (answer === undefined || answer === null) throw new Error(`the simulator's process does not tell its ${key}`);
    return answer;
  };
  const url = await ask({ ask: 'start', options }, 'url');
  return {
    url,
    requests: () => ask({ ask: 'requests' }, 'requests'),
    truths: () => ask({ ask: 'truths' }, 'truths'),
    check: (claims) => ask({ ask: 'check', claims }, 'checked'),
    close: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
