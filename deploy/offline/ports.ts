// The ports of `npm run offline`: which are wanted, and whether they are free.
// Asked before anything starts, so that a taken one is said plainly instead of failing halfway.

import { createServer, type Server } from 'node:net';
import { PowerError } from '../../lib/core/errors.ts';

export interface WantedPort {
  /** The option that chooses another. */
  readonly option: string;
  readonly port: number;
}

/** Throws `config` for the first port that something else listens on. */
export async function refuseTakenPorts(wanted: readonly WantedPort[]): Promise<void> {
  for (const { option, port } of wanted) {
    if (await isFree(port)) continue;
    throw new PowerError('config', `port ${port} is taken: end what listens there, or choose another with --${option}`);
  }
}

/** A port that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOn(server, 0);
  await closed(server);
  return port;
}

/** Listens on 127.0.0.1 and says on which port. */
export async function listenOn(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await listenOn(server, port);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  }
  await closed(server);
  return true;
}
