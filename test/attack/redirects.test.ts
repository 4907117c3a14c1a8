// A redirect must never carry a secret to another host: neither the API's token nor what the token server is given.
// Over real sockets: one server sends us away, the other counts who comes.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchToken, refreshTokens } from '../../lib/aws/oauth/token-endpoint.ts';
import { openscalerCloud } from '../../lib/openscaler/client.ts';
import { vmId } from '../../lib/openscaler/vm-id.ts';
import { FakeClock } from '../fakes/clock.ts';
import { type RawServer, rawServer } from '../fakes/raw-server.ts';
import { silent } from '../fixtures/world.ts';
import { CountingTokens, SkippingClock, secretToken } from '../openscaler/set-up.ts';
import { countInputs } from './counting.ts';

const statuses = [301, 302, 303, 307, 308];
const clientSecret = 'client-secret-5f0c';
let elsewhere: RawServer;
let sender: RawServer;
let answer = '';

beforeAll(async () => {
  elsewhere = await rawServer((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"vms":[]}\n'));
  sender = await rawServer((socket) => socket.end(answer));
});

afterAll(() => Promise.all([elsewhere?.close(), sender?.close()]));

/** Where a thief could stand: another host, another port, another scheme, and a name that only looks alike. */
function targets(): string[] {
  const port = new URL(elsewhere.url).port;
  return [
    `${elsewhere.url}/steal`,
    `http://localhost:${port}/steal`,
    `//127.0.0.1:${port}/steal`,
    `http://user@127.0.0.1:${port}/`,
  ];
}

function redirect(status: number, to: string): void {
  answer = `HTTP/1.1 ${status} Go\r\nLocation: ${to}\r\nContent-Length: 2\r\nRefresh: 0;url=${to}\r\nConnection: close\r\n\r\n{}`;
}

function cloud() {
  return openscalerCloud({
    account: 'main',
    apiUrl: sender.url,
    tokens: new CountingTokens(secretToken),
    pace: { inFlight: 5, perSecond: 1e6 },
    timeouts: { readMs: 2_000, actionMs: 2_000 },
    clock: new SkippingClock(),
    log: silent,
  });
}

describe('a redirect of the API', () => {
  it.each(statuses)('with %i is not followed, by no list, read or action, wherever it points', async (status) => {
    for (const to of targets()) {
      countInputs('redirects');
      redirect(status, to);
      await expect(cloud().list('default')).rejects.toMatchObject({ code: 'list-failed' });
      await expect(cloud().read(vmId('8'))).rejects.toMatchObject({ code: 'read-failed' });
      const { answer: given } = await cloud().act(vmId('8'), 'start', { timeoutMs: 2_000 });
      expect(given).toMatchObject({ kind: 'status', status });
      expect(JSON.stringify(given)).not.toContain(secretToken);
    }
    expect(elsewhere.requests).toEqual([]);
    expect(sender.requests.length).toBeGreaterThan(0);
  });
});

describe('a redirect of the token server', () => {
  it.each(statuses)('with %i gives nobody the client, its secret or the refresh token', async (status) => {
    for (const to of targets()) {
      countInputs('redirects');
      redirect(status, to);
      const client = { clientId: 'power', clientSecret, tokenUrl: new URL(`${sender.url}/token`), scope: null };
      await expect(fetchToken(client, 'power/main', new FakeClock())).rejects.toMatchObject({ code: 'secret' });
      const refreshed = await refreshTokens(client, 'r-1', 'power/main', new FakeClock());
      expect(refreshed.kind).not.toBe('issued');
      expect(JSON.stringify(refreshed)).not.toContain(clientSecret);
    }
    expect(elsewhere.requests).toEqual([]);
  });
});

it.each([
  'http://api.example.org',
  'ftp://127.0.0.1',
  'https://user:pass@api.example.org',
  'https://api.example.org/?x=1',
  'http://127.0.0.1.evil.example',
  'javascript:0',
])('an address like %s is refused before a token is asked for', (apiUrl) => {
  countInputs('redirects');
  const tokens = new CountingTokens(secretToken);
  const options = {
    account: 'main',
    tokens,
    pace: { inFlight: 1, perSecond: 1 },
    timeouts: { readMs: 1, actionMs: 1 },
    clock: new FakeClock(),
    log: silent,
  };
  expect(() => openscalerCloud({ ...options, apiUrl })).toThrow(expect.objectContaining({ code: 'config' }));
  expect(tokens.renewed).toEqual([]);
});
