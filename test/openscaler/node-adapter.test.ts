import { execFile } from 'node:child_process';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { promisify } from 'node:util';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { exchange, type HttpRequest } from '../../lib/openscaler/exchange.ts';
import { type RawRequest, rawServer } from '../fakes/raw-server.ts';
import { localhostCertificate } from '../fixtures/localhost-certificate.ts';
import { expectNoToken, secretToken } from './set-up.ts';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of open.splice(0)) await server.close();
});

async function serve(answer: (socket: Socket, request: RawRequest) => void) {
  const server = await rawServer(answer);
  open.push(server);
  return server;
}

async function send(url: string, changes: Partial<HttpRequest> = {}) {
  const request: HttpRequest = { method: 'GET', url, token: secretToken, timeoutMs: 3000, maxBytes: 1000, ...changes };
  const exchanged = await exchange(request, 'test');
  expectNoToken(exchanged);
  return exchanged;
}

const post = { method: 'POST', json: '{"type":"shutdown"}' } as const;
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';
const cut = (code: string) => ({ kind: 'silence', why: 'cut', detail: `the connection failed (${code})` });

function packed(encoding: string, body: Buffer) {
  const head = `HTTP/1.1 200 OK\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${body.length}\r\n\r\n`;
  return (socket: Socket) => void socket.write(Buffer.concat([Buffer.from(head), body]));
}

describe('a connection', () => {
  it('is kept, and serves one request after the other', async () => {
    const server = await serve((socket) => socket.write(ok));
    for (let n = 0; n < 5; n++) expect(await send(server.url, n % 2 ? post : {})).toMatchObject({ status: 200 });
    expect(server.requests.map(({ connection, nth }) => [connection, nth])).toEqual(
      [1, 2, 3, 4, 5].map((nth) => [1, nth]),
    );
  });

  it('is opened for each of many at once, and never carries two', async () => {
    const server = await serve((socket) => void setTimeout(() => socket.write(ok), 30));
    await Promise.all(Array.from({ length: 20 }, () => send(server.url, post)));
    expect(new Set(server.requests.map(({ connection }) => connection)).size).toBe(20);
  });

  it.each([['POST'], ['GET']] as const)(
    'that ends just as a %s is sent on it is a cut, and nothing is sent again behind our back',
    async (method) => {
      const server = await serve((socket, { connection, nth }) =>
        connection === 1 && nth === 2 ? void socket.destroy() : void socket.write(ok),
      );
      await send(server.url);
      expect(await send(server.url, method === 'POST' ? post : {})).toEqual(cut('ECONNRESET'));
      await sleep(30);
      expect(server.requests.map(({ connection, nth }) => [connection, nth])).toEqual([
        [1, 1],
        [1, 2],
      ]);
    },
  );

  it('that ended while idle is not used again', async () => {
    const server = await serve((socket, { connection }) => {
      socket.write(ok);
      if (connection === 1) socket.end();
    });
    await send(server.url);
    await sleep(30);
    expect(await send(server.url, post)).toMatchObject({ status: 200 });
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 2]);
  });

  it('on which a second answer comes unasked is not believed any more', async () => {
    const server = await serve((socket, { connection }) => {
      socket.write(connection === 1 ? ok : ok.replace('200', '500'));
      if (connection === 1) setTimeout(() => socket.write(ok.replace('200', '202')), 10);
    });
    await send(server.url);
    await sleep(50);
    expect(await send(server.url, post)).toMatchObject({ status: 500 });
  });
});

describe('a request', () => {
  it('asks for what is not packed, and says how long it is', async () => {
    const server = await serve((socket) => socket.write(ok));
    await send(`${server.url}/v1/vms/8/actions`, post);
    const text = server.requests[0]?.text ?? '';
    expect(text.startsWith('POST /v1/vms/8/actions HTTP/1.1\r\n')).toBe(true);
    expect(text.endsWith('\r\n\r\n{"type":"shutdown"}')).toBe(true);
    expect(text).toMatch(/^Accept-Encoding: identity\r$/im);
    expect(text).toMatch(/^Content-Length: 19\r$/im);
    expect(text).not.toMatch(/transfer-encoding/i);
  });

  it('never leaves for an address that must not see the token', async () => {
    expect(await send('http://power.invalid/v1/vms')).toEqual(cut('ERR_ADDRESS'));
  });

  it('never gets a header of its own from a token', async () => {
    const server = await serve((socket) => socket.write(ok));
    await send(server.url, { token: `${secretToken}\r\nX-Other: 1` });
    expect(server.requests[0]?.text).toContain(secretToken);
    expect(server.requests[0]?.text).not.toMatch(/^X-Other/m);
  });

  it('goes past every proxy that the environment names', async () => {
    const proxy = await serve((socket) => socket.write(ok));
    const server = await serve((socket) => socket.write(ok));
    const script = `
      import { exchange } from './lib/openscaler/exchange.ts';
      const request = { method: 'GET', url: '${server.url}', token: 't', timeoutMs: 5000, maxBytes: 100 };
      console.log((await exchange(request, 'test')).kind);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env: { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy.url, http_proxy: proxy.url },
    });
    expect(stdout.trim()).toBe('answer');
    expect([server.requests.length, proxy.requests.length]).toEqual([1, 0]);
  });
});

describe('an answer', () => {
  it('that announces too much is refused at once, and its connection closed', async () => {
    let isClosed = false;
    const server = await serve((socket) => {
      socket.on('close', () => {
        isClosed = true;
      });
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n');
    });
    expect(await send(server.url)).toMatchObject({ why: 'size', detail: 'the answer is larger than 1000 bytes' });
    await expect.poll(() => isClosed).toBe(true);
  });

  it('may be exactly as large as allowed', async () => {
    const body = 'x'.repeat(1000);
    const server = await serve((socket) => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n${body}`));
    expect(await send(server.url)).toMatchObject({ kind: 'answer', body });
  });

  it.each([
    ['identity', Buffer.from('{"é":1}')],
    ['gzip', gzipSync('{"é":1}')],
    ['GZIP', gzipSync('{"é":1}')],
    ['deflate', deflateSync('{"é":1}')],
    ['br', brotliCompressSync('{"é":1}')],
  ])('may come as %s', async (encoding, body) => {
    const server = await serve(packed(encoding, body));
    expect(await send(server.url)).toMatchObject({ status: 200, body: '{"é":1}' });
  });

  it.each([
    ['zstd', 'ERR_CONTENT_ENCODING', Buffer.from('{}')],
    ['gzip, br', 'ERR_CONTENT_ENCODING', Buffer.from('{}')],
    ['gzip', 'Z_DATA_ERROR', Buffer.from('{}')],
    ['gzip', 'Z_BUF_ERROR', gzipSync('{"a":1}').subarray(0, -4)],
  ])('as %s that cannot be unpacked is none: %s', async (encoding, code, body) => {
    const server = await serve(packed(encoding, body));
    expect(await send(server.url, post)).toEqual(cut(code));
  });

  it('that would unpack to too much is refused', async () => {
    const server = await serve(packed('gzip', gzipSync('x'.repeat(1001))));
    expect(await send(server.url)).toMatchObject({ why: 'size' });
  });

  it('without a length is whole when its connection ends', async () => {
    const server = await serve((socket) => void socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}'));
    expect(await send(server.url)).toMatchObject({ status: 200, body: '{}' });
  });

  it.each([
    [
      'in the middle of its chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n',
      'ECONNRESET',
    ],
    ['before its length', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}', 'ECONNRESET'],
    ['in its head', 'HTTP/1.1 200 OK\r\nContent-', 'ECONNRESET'],
    ['after nothing', '', 'ECONNRESET'],
    ['after a mere hint', 'HTTP/1.1 103 Early Hints\r\n\r\n', 'ECONNRESET'],
  ])('that ends %s is none', async (_where, bytes, code) => {
    const server = await serve((socket) => void socket.end(bytes));
    expect(await send(server.url, post)).toEqual(cut(code));
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n', /HPE_/],
    ['a head without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(32_768)}\r\n`, /HPE_HEADER_OVERFLOW/],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}', /HPE_/],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n', /ECONNRESET/],
  ])('that is %s is none', async (_what, bytes, code) => {
    const server = await serve((socket) => void socket.write(bytes));
    expect(await send(server.url, post)).toMatchObject({ why: 'cut', detail: expect.stringMatching(code) });
  });
});

describe('over TLS', () => {
  async function serveTls() {
    const received: string[] = [];
    const server = createServer(localhostCertificate, (request, response) => {
      received.push(request.url ?? '');
      response.end('{}');
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    open.push({
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    });
    return { received, url: `https://localhost:${typeof address === 'object' && address ? address.port : 0}/` };
  }

  it('a host that cannot prove its name hears nothing, even when the environment would trust anybody', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const { received, url } = await serveTls();
    expect(await send(url, post)).toEqual(cut('DEPTH_ZERO_SELF_SIGNED_CERT'));
    expect(received).toEqual([]);
  });

  it('a host that proves it is asked', async () => {
    const { received, url } = await serveTls();
    const before = getCACertificates();
    setDefaultCACertificates([...before, localhostCertificate.cert]);
    try {
      expect(await send(url)).toMatchObject({ status: 200, body: '{}' });
    } finally {
      setDefaultCACertificates(before);
    }
    expect(received).toEqual(['/']);
  });
});
