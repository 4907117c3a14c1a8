import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { openscalerCloud } from '../../lib/openscaler/client.ts';
import { vmId } from '../../lib/openscaler/vm-id.ts';
import { MemoryLog } from '../fakes/log.ts';
import { CountingTokens, expectNoToken, secretToken, setUp, thrown, vm } from './set-up.ts';

const path = 'GET /v1/vms?project_id=default';
const whole = { json: { vms: [vm(8), vm(9)] } };

describe('a list over the wire', () => {
  it('is one GET for the project', async () => {
    const { cloud, server } = await setUp([{ expect: path, token: secretToken, answer: whole }]);
    const vms = await cloud.list('default');
    expect(vms.map(({ id, account }) => [id, account])).toEqual([
      ['8', 'main'],
      ['9', 'main'],
    ]);
    expect(server.received[0]?.body).toBe('');
    expect(cloud.calls).toEqual({ lists: 1, reads: 0, actions: 0 });
  });

  it('is tried again after trouble that may pass, with growing, jittered pauses', async () => {
    const { cloud, clock } = await setUp([
      { expect: path, answer: { status: 500 } },
      { expect: path, answer: (response) => void response.destroy() },
      { expect: path, answer: { status: 408 } },
      { expect: path, answer: whole },
    ]);
    expect(await cloud.list('default')).toHaveLength(2);
    expect(clock.pauses).toEqual([187.5, 375, 750]);
    expect(cloud.calls.lists).toBe(4);
  });

  it('fails after the fourth try, saying what happened last', async () => {
    const broken = { expect: path, answer: { status: 502, body: 'Bad Gateway' } };
    const { cloud, log } = await setUp([broken, broken, broken, broken]);
    expect(await thrown(cloud.list('default'))).toMatchObject({
      code: 'list-failed',
      message: expect.stringMatching(
        /^GET \/v1\/vms of project "default" failed: HTTP 502: Bad Gateway\. .*again later/,
      ),
    });
    expectNoToken(log.lines);
  });

  it.each([
    [400, /Check apiUrl/],
    [403, /Check apiUrl/],
    [404, /Check apiUrl/],
    [302, /Redirects are never followed/],
  ])('is not tried again after %i', async (status, advice) => {
    const { cloud } = await setUp([{ expect: path, answer: { status, headers: { Location: 'http://127.0.0.1:9/' } } }]);
    const error = await thrown(cloud.list('default'));
    expect(error).toMatchObject({ code: 'list-failed', message: expect.stringMatching(advice) });
  });

  it('waits as long as a 429 asks, and goes on', async () => {
    const { cloud, clock } = await setUp([
      { expect: path, answer: { status: 429, headers: { 'Retry-After': '2' } } },
      { expect: path, answer: whole },
    ]);
    expect(await cloud.list('default')).toHaveLength(2);
    expect(Math.max(...clock.pauses)).toBeGreaterThan(1500);
  });

  it('gives up when its whole time is over, however many tries are left', async () => {
    const hold = { expect: path, answer: () => undefined };
    const { cloud } = await setUp([{ expect: path, answer: { status: 429, headers: { 'Retry-After': '50' } } }], {
      readMs: 50,
    });
    expect(await thrown(cloud.list('default'))).toMatchObject({
      code: 'list-failed',
      message: expect.stringContaining('HTTP 429'),
    });
    const { cloud: held } = await setUp([hold], { readMs: 60 });
    expect(await thrown(held.list('default'))).toMatchObject({
      message: expect.stringMatching(/no whole answer within \d+ ms/),
    });
  });

  it('renews a refused token once, without using up a try', async () => {
    const tokens = new CountingTokens(secretToken, 'fresh');
    const { cloud } = await setUp(
      [
        { expect: path, token: secretToken, answer: { status: 401 } },
        { expect: path, token: 'fresh', answer: { status: 500 } },
        { expect: path, token: 'fresh', answer: { status: 500 } },
        { expect: path, token: 'fresh', answer: { status: 500 } },
        { expect: path, token: 'fresh', answer: whole },
      ],
      { tokens },
    );
    expect(await cloud.list('default')).toHaveLength(2);
    expect(tokens.renewed).toEqual([secretToken]);
  });

  it.each([
    ['the same', secretToken, 1],
    ['refused, too', 'fresh', 2],
  ])('is token-rejected when the renewed token is %s', async (_what, next, gets) => {
    const refused = { expect: path, answer: { status: 401, json: { token: secretToken } } };
    const { cloud } = await setUp(Array(gets).fill(refused), { tokens: new CountingTokens(secretToken, next) });
    expect(await thrown(cloud.list('default'))).toMatchObject({
      code: 'token-rejected',
      message: expect.stringContaining('"main"'),
    });
  });

  it.each([
    ['a Link header', { ...whole, headers: { Link: '</v1/vms?page=2>; rel="next"' } }],
    ['a total that differs', { json: { ...whole.json, total: 3 } }],
    ['a next page', { json: { ...whole.json, next: 'abc' } }],
    ['an error', { json: { ...whole.json, errors: ['shard 2 is down'] } }],
    ['a header that counts pages', { ...whole, headers: { 'X-Total-Pages': '4' } }],
    ['a header that says more', { ...whole, headers: { 'X-Has-More': 'true' } }],
    ['a range', { ...whole, headers: { 'Content-Range': 'vms 0-1/200' } }],
    ['status 206', { ...whole, status: 206 }],
  ])('with %s is not whole, and not asked for again', async (_what, answer) => {
    const { cloud } = await setUp([{ expect: path, answer }]);
    expect(await thrown(cloud.list('default'))).toMatchObject({ code: 'list-not-whole' });
  });

  it.each([
    ['empty', ''],
    ['no JSON', '<html>Welcome</html>'],
    ['cut JSON', '{"vms":['],
  ])('that is %s is list-failed', async (_what, body) => {
    const { cloud } = await setUp([{ expect: path, answer: { status: 200, body } }]);
    expect(await thrown(cloud.list('default'))).toMatchObject({ code: 'list-failed' });
  });

  it.each([
    ['as the name of a VM', { json: { vms: [vm(8, { name: secretToken })] } }],
    ['in its total', { json: { vms: [vm(8)], total: `Bearer ${secretToken}` } }],
    ['in the name of a header', { json: { vms: [vm(8)] }, headers: { [`X-Next-${secretToken}`]: '1' } }],
    ['in its count', { json: { vms: [vm(8)] }, headers: { 'X-Total-Count': secretToken } }],
  ])('that repeats the token %s never gets it into a message or a report', async (_where, answer) => {
    const { cloud, log } = await setUp([{ expect: path, answer }]);
    expect(await thrown(cloud.list('default'))).toMatchObject({
      code: expect.stringMatching(/^list-/),
      message: expect.stringContaining('token'),
    });
    expectNoToken(log.lines);
  });

  it('may come packed', async () => {
    const packed = { body: gzipSync(JSON.stringify(whole.json)), headers: { 'Content-Encoding': 'gzip' } };
    const { cloud } = await setUp([{ expect: path, answer: packed }]);
    expect(await cloud.list('default')).toHaveLength(2);
  });

  it('of 10,000 VMs is read', async () => {
    const { cloud } = await setUp([
      { expect: path, answer: { json: { vms: Array.from({ length: 10_000 }, (_, n) => vm(n)) } } },
    ]);
    expect(await cloud.list('default')).toHaveLength(10_000);
  });

  it('drips no longer than its time', async () => {
    const drip = {
      expect: path,
      answer: (response: import('node:http').ServerResponse) => {
        response.writeHead(200);
        const dripping = setInterval(() => response.write(' '), 10);
        response.on('close', () => clearInterval(dripping));
      },
    };
    const { cloud } = await setUp([drip], { readMs: 60 });
    expect(await thrown(cloud.list('default'))).toMatchObject({ code: 'list-failed' });
  });

  it('never unpacks more than 64 MiB', async () => {
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024, ' '));
    const exploding = { expect: path, answer: { body: bomb, headers: { 'Content-Encoding': 'gzip' } } };
    const { cloud } = await setUp([exploding]);
    expect(bomb.length).toBeLessThan(100_000);
    expect(await thrown(cloud.list('default'))).toMatchObject({
      message: expect.stringContaining('larger than 67108864 bytes'),
    });
  });

  it('uses its connections again', async () => {
    const { cloud, server } = await setUp(Array(5).fill({ expect: path, answer: whole }));
    for (let n = 0; n < 5; n++) await cloud.list('default');
    // A second one may be opened while the first is about to be free again.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });
});

describe('a read by id', () => {
  const one = 'GET /v1/vms/8';

  it('is one GET', async () => {
    const { cloud } = await setUp([{ expect: one, token: secretToken, answer: { json: vm(8, { state: 'shutoff' }) } }]);
    expect(await cloud.read(vmId('8'))).toMatchObject({
      id: '8',
      state: 'shutoff',
      project: 'default',
      account: 'main',
    });
    expect(cloud.calls).toEqual({ lists: 0, reads: 1, actions: 0 });
  });

  it('of a VM that no longer exists is gone', async () => {
    const { cloud } = await setUp([{ expect: one, answer: { status: 404 } }]);
    expect(await cloud.read(vmId('8'))).toBe('gone');
  });

  it.each([[{ status: 403 }], [{ json: vm(9) }], [{ body: 'no' }], [{ json: {} }]])(
    'answered %j is read-failed',
    async (answer) => {
      const { cloud } = await setUp([{ expect: one, answer }]);
      expect(await thrown(cloud.read(vmId('8')))).toMatchObject({
        code: 'read-failed',
        message: expect.stringContaining('/v1/vms/8'),
      });
    },
  );

  it('is tried again after a 500, which is not a 404', async () => {
    const broken = { expect: one, answer: { status: 500 } };
    const { cloud } = await setUp([broken, broken, broken, { expect: one, answer: { status: 404 } }]);
    expect(await cloud.read(vmId('8'))).toBe('gone');
  });
});

describe('a client', () => {
  it('is not made for an address that must not see the token', () => {
    const make = () =>
      openscalerCloud({
        account: 'main',
        apiUrl: 'http://api.example.com',
        tokens: new CountingTokens(secretToken),
        pace: { inFlight: 1, perSecond: 1 },
        timeouts: { readMs: 1, actionMs: 1 },
        clock: systemClock,
        log: new MemoryLog(),
      });
    expect(make).toThrow(expect.objectContaining({ code: 'config', message: expect.stringContaining('"main"') }));
  });
});
