// One try against real sockets on 127.0.0.1: what counts as ready, what does not, and what is never done.

import { createServer, type RequestListener } from 'node:http';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { networkProbe } from '../../lib/run/probe.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listening(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${await listening(server)}`;
}

/** A port on which nothing listens any more. */
async function closedPort(): Promise<number> {
  const server = net.createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const http = (address: string, timeoutMs = 5_000) => networkProbe({ http: address, withinMs: 1 }, timeoutMs);
const tcp = (port: number, timeoutMs = 5_000) =>
  networkProbe({ tcp: { host: '127.0.0.1', port }, withinMs: 1 }, timeoutMs);

describe('an HTTP check', () => {
  it.each([200, 204, 299])('is content with %i', async (status) => {
    const address = await serving((_request, response) => response.writeHead(status).end());
    expect(await http(address)).toBeNull();
  });

  it.each([300, 404, 500, 503])('is not with %i, and says so', async (status) => {
    const address = await serving((_request, response) => response.writeHead(status).end());
    expect(await http(address)).toBe(`HTTP ${status}`);
  });

  it('follows no redirect', async () => {
    const paths: (string | undefined)[] = [];
    const address = await serving((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { Location: '/ok' }).end();
    });
    expect(await http(`${address}/a?b=1`)).toBe('HTTP 302');
    expect(paths).toEqual(['/a?b=1']);
  });

  it('sends a GET without any secret or body', async () => {
    let seen: unknown;
    const address = await serving(({ method, headers }, response) => {
      seen = [method, Object.keys(headers).sort()];
      response.end();
    });
    await http(address);
    expect(seen).toEqual(['GET', ['connection', 'host', 'user-agent']]);
  });

  it('does not wait for a body that never ends', async () => {
    const cut = Promise.withResolvers<void>();
    const address = await serving((_request, response) => {
      response.once('close', cut.resolve);
      response.writeHead(200).write('x'.repeat(100_000));
    });
    expect(await http(address)).toBeNull();
    await cut.promise;
  });

  it('gives up on one that does not answer', async () => {
    const address = await serving(() => undefined);
    expect(await http(address, 50)).toBe('no answer within 50 ms');
  });

  it('tells of a connection that is refused or cut', async () => {
    expect(await http(`http://127.0.0.1:${await closedPort()}`)).toBe('ECONNREFUSED');
    const address = await serving((request) => request.socket.destroy());
    expect(await http(address)).toBe('ECONNRESET');
  });
});

describe('a TCP check', () => {
  it('is content with a connection, which it closes at once', async () => {
    const cut = Promise.withResolvers<void>();
    const server = net.createServer((socket) => socket.resume().once('close', () => cut.resolve()));
    closing.push(() => server.close());
    expect(await tcp(await listening(server))).toBeNull();
    await cut.promise;
  });

  it('tells of a connection that is refused', async () => {
    expect(await tcp(await closedPort())).toBe('ECONNREFUSED');
  });
});
