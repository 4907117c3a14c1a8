// The durable backend with the handlers of one file as its functions, each under its own name.
// One way to start it for the tests of the backend and of what the SDK does.

import { fileURLToPath } from 'node:url';
import { type DurableBackend, type DurableBackendSetup, startDurableBackend } from './backend.ts';

/** A backend whose functions are these exports of that file; waits are 50 times shorter. */
export function startToys(
  file: string,
  handlers: readonly string[],
  setup: Partial<DurableBackendSetup> = {},
): Promise<DurableBackend> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const functions = Object.fromEntries(handlers.map((handler) => [handler, { file: path, handler }]));
  return startDurableBackend({ functions, speed: 50, ...setup });
}
