// The parent's side of a DynamoDB stand-in in its own process: start it, end it.
// One for each measurement: its table is empty.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface DynaliteProcess {
  readonly table: string;
  readonly endpoint: string;
  close(): Promise<void>;
}

/** A DynamoDB with an empty table, listening on 127.0.0.1. Rejects when the child ends before it does. */
export async function startDynaliteProcess(): Promise<DynaliteProcess> {
  const child = fork(fileURLToPath(new URL('dynalite-child.ts', import.meta.url)));
  const address = await new Promise<Omit<DynaliteProcess, 'close'>>((resolve, reject) => {
    child.once('message', (message: Omit<DynaliteProcess, 'close'>) => resolve(message));
    child.once('exit', (code) => reject(new Error(`the database's process ended with ${code}`)));
  });
  const close = async () => {
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  };
  return { ...address, close };
}
