// A server of bare bytes: for answers, and ends of connections, that node:http would never let a server make.
// Counts what reaches it, on which connection, so that a request sent twice is seen.

import { createServer, type Socket } from 'node:net';

export interface RawRequest {
  /** Which connection it came on, from 1, and which request on it this is, from 1. */
  readonly connection: number;
  readonly nth: number;
  readonly text: string;
}

export interface RawServer {
  readonly url: string;
  readonly requests: readonly RawRequest[];
  close(): Promise<void>;
}

/** Gives every request, which must be small enough for one packet, to `answer`. */
export async function rawServer(answer: (socket: Socket, request: RawRequest) => void): Promise<RawServer> {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    const connection = ++connections;
    let nth = 0;
    sockets.add(socket);
    socket.setEncoding('utf8');
    socket.on('close', () => sockets.delete(socket));
    // The other side may cut, too.
    socket.on('error', () => socket.destroy());
    socket.on('data', (text: string) => {
      const request = { connection, nth: ++nth, text };
      requests.push(request);
      answer(socket, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
