// The parent's side of a simulator in its own process: start it, ask what it received, end it.
// CPU and memory of the benchmark are then the project's own.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoggedRequest } from '../simulator/request-log.ts';
import type { SimulatorOptions } from '../simulator/simulator.ts';

export type SimulatorMessage = { readonly url: string } | { readonly requests: readonly LoggedRequest[] };

export interface SimulatorProcess {
  readonly url: string;
  /** Every request it received so far, in order of arrival. */
  requests(): Promise<readonly LoggedRequest[]>;
  close(): Promise<void>;
}

/** A simulator in a child process, listening. Rejects when the child ends before it does. */
export async function startSimulatorProcess(options: SimulatorOptions): Promise<SimulatorProcess> {
  const child = fork(fileURLToPath(new URL('simulator-child.ts', import.meta.url)));
  const ask = (question: SimulatorOptions | 'requests') =>
    new Promise<SimulatorMessage>((resolve, reject) => {
      child.once('message', (message: SimulatorMessage) => resolve(message));
      child.once('exit', (code) => reject(new Error(`the simulator's process ended with ${code}`)));
      child.send(question);
    });
  const started = await ask(options);
  return {
    url: 'url' in started ? started.url : '',
    requests: async () => {
      const answer = await ask('requests');
      return 'requests' in answer ? answer.requests : [];
    },
    close: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
