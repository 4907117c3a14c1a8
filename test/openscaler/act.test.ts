import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';

import { vmId } from '../../lib/openscaler/vm-id.ts';
import { CountingTokens, expectNoToken, secretToken, setUp, thrown } from './set-up.ts';

const id = vmId('23');
const limits = { timeoutMs: 2000 };
const path = 'POST /v1/vms/23/actions';

describe('an action', () => {
  it('is one POST of its name, with the bearer token and our name', async () => {
    const { cloud, server } = await setUp([
      { expect: path, json: { type: 'power_off' }, token: secretToken, answer: { status: 200 } },
    ]);
    const before = Date.now();
    const sent = await cloud.act(id, 'power_off', limits);
    expect(sent.answer).toEqual({ kind: 'status', status: 200, body: 'readable', detail: 'HTTP 200' });
    expect(sent.posts).toBe(1);
    expect(sent.sentAt).toBeGreaterThanOrEqual(before);
    expect(sent.sentAt).toBeLessThanOrEqual(server.received[0]?.at ?? 0);
    expect(server.received[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': expect.stringMatching(/^openscaler-power\/\d+\.\d+\.\d+$/),
    });
    expect(cloud.calls).toEqual({ lists: 0, reads: 0, actions: 1 });
  });

  it.each([
    [200, '', 'readable'],
    [202, '{"ok":true}', 'readable'],
    [204, '', 'readable'],
    [200, '{"ok":tr', 'unreadable'],
    [200, '<html>Welcome</html>', 'unreadable'],
    [200, '{"error":"quota exceeded"}', 'unreadable'],
    [202, '{"ok":true,"errors":[{"code":7}]}', 'unreadable'],
    [299, '{"Error":{"code":7}}', 'unreadable'],
    [200, '{"error":true}', 'unreadable'],
    [200, '{"success":false}', 'unreadable'],
    [200, '{"OK":false,"message":"locked"}', 'unreadable'],
    [200, '{"status":"error"}', 'unreadable'],
    [200, '{"status":"Failed"}', 'unreadable'],
    [200, '{"success":true,"ok":1,"status":"accepted"}', 'readable'],
    [200, '{"success":null,"status":"running"}', 'readable'],
    [200, '{"error":null,"errors":[]}', 'readable'],
    [200, '{"error":"","errors":{}}', 'readable'],
    [200, '{"error":false,"errors":0}', 'readable'],
    [200, '{"message":"error"}', 'readable'],
    [200, '{"status":"failover"}', 'readable'],
    [200, '{"status":"no failure"}', 'readable'],
    [200, '\r\n', 'readable'],
    [200, '["error"]', 'readable'],
    [200, 'null', 'readable'],
    [409, '{"error":"no"}', 'readable'],
    [409, '{"message":"no"}', 'readable'],
    [500, 'Internal Server Error', 'unreadable'],
    [408, '', 'readable'],
    [418, '', 'readable'],
    [304, '', 'readable'],
  ])('answered %i %j is returned so, its body %s, and never sent again', async (status, body, readable) => {
    const tokens = new CountingTokens(secretToken, 'fresh');
    const { cloud } = await setUp([{ expect: path, answer: { status, body } }], { tokens });
    const sent = await cloud.act(id, 'shutdown', limits);
    expect(sent).toMatchObject({ answer: { kind: 'status', status, body: readable }, posts: 1 });
    expect(tokens.renewed).toEqual([]);
  });

  it('on what is no id is a fault of the request, and nothing leaves', async () => {
    const { cloud, server } = await setUp([]);
    const unchecked = JSON.parse('"../../v1/users"');
    expect(await thrown(cloud.act(unchecked, 'start', limits))).toMatchObject({ code: 'request' });
    expect(server.received).toEqual([]);
  });
});

describe('a refused token', () => {
  it('is renewed once, and the action sent once more with the new one', async () => {
    const tokens = new CountingTokens(secretToken, 'fresh');
    const { cloud } = await setUp(
      [
        { expect: path, token: secretToken, json: { type: 'shutdown' }, answer: { status: 401 } },
        { expect: path, token: 'fresh', json: { type: 'shutdown' }, answer: { status: 202 } },
      ],
      { tokens },
    );
    const sent = await cloud.act(id, 'shutdown', limits);
    expect(sent).toMatchObject({ answer: { status: 202 }, posts: 2 });
    expect(tokens.renewed).toEqual([secretToken]);
    expect(cloud.calls.actions).toBe(2);
  });

  it('is a 401 when it is refused again', async () => {
    const tokens = new CountingTokens(secretToken, 'fresh');
    const refused = { status: 401, json: { error: 'no' } };
    const { cloud } = await setUp(
      [
        { expect: path, answer: refused },
        { expect: path, answer: refused },
      ],
      { tokens },
    );
    expect(await cloud.act(id, 'shutdown', limits)).toMatchObject({ answer: { status: 401 }, posts: 2 });
    expect(tokens.renewed).toEqual([secretToken]);
  });

  it('says where it came from, for whoever has to renew it', async () => {
    const tokens = Object.assign(new CountingTokens(secretToken, 'fresh'), { origin: 'the secret "power/acme"' });
    const refused = { status: 401, json: { error: 'no' } };
    const { cloud } = await setUp(
      [
        { expect: path, answer: refused },
        { expect: path, answer: refused },
      ],
      { tokens },
    );
    const { answer } = await cloud.act(id, 'shutdown', limits);
    expect(answer.detail).toBe('HTTP 401: no; the token comes from the secret "power/acme"');
  });

  it('is a 401 at once when the renewed one is the same', async () => {
    const { cloud } = await setUp([{ expect: path, answer: { status: 401 } }]);
    expect(await cloud.act(id, 'shutdown', limits)).toMatchObject({ answer: { status: 401 }, posts: 1 });
  });

  it('is a 401 that left, and says why no other token could be had', async () => {
    const tokens = {
      token: async () => secretToken,
      renew: async () => Promise.reject(new PowerError('secret', 'the secret "power/acme" could not be read')),
    };
    const { cloud } = await setUp([{ expect: path, answer: { status: 401 } }], { tokens });
    const sent = await cloud.act(id, 'reboot', limits);
    expect(sent).toMatchObject({ answer: { kind: 'status', status: 401 }, posts: 1, sentAt: expect.any(Number) });
    expect(sent.answer.detail).toMatch(/^HTTP 401; .*; the secret "power\/acme" could not be read$/);
  });

  it('stays a 401 when the time is over before the second POST could leave', async () => {
    const until = Date.now() + 150;
    const tokens = {
      token: async () => secretToken,
      renew: async () => {
        await sleep(200);
        return 'fresh';
      },
    };
    const { cloud } = await setUp([{ expect: path, answer: { status: 401 } }], { tokens });
    expect(await cloud.act(id, 'reboot', { timeoutMs: 1000, until })).toMatchObject({
      answer: { status: 401 },
      posts: 1,
    });
  });

  it('is no 401 when nothing was wanted any more before the renewed one could leave: that one was never tried', async () => {
    const tokens = new CountingTokens(secretToken, 'fresh');
    const { cloud } = await setUp([{ expect: path, answer: { status: 401 } }], { tokens });
    const isMoot = () => tokens.renewed.length > 0;
    expect(await cloud.act(id, 'shutdown', { timeoutMs: 1000, isMoot })).toEqual({
      answer: { kind: 'unsent', detail: 'never sent: it was wanted no more while it waited for its turn' },
      posts: 1,
      sentAt: expect.any(Number),
    });
  });

  it.each([['two\nlines'], ['two words'], [''], ['tökén']])('that is %j never becomes a header', async (token) => {
    const { cloud, server } = await setUp([], { tokens: new CountingTokens(token) });
    expect(await thrown(cloud.act(id, 'start', limits))).toMatchObject({ code: 'secret' });
    expect(server.received).toEqual([]);
  });
});

describe('an action that must not leave', () => {
  it('is unsent when its instant has passed', async () => {
    const { cloud } = await setUp([]);
    const sent = await cloud.act(id, 'start', { timeoutMs: 1000, until: Date.now() - 1 });
    expect(sent).toEqual({
      answer: { kind: 'unsent', detail: expect.stringContaining('its time was over') },
      posts: 0,
      sentAt: null,
    });
    expect(cloud.calls.actions).toBe(0);
  });

  it('is unsent when the run is stopped while it queues, though what has left is awaited', async () => {
    const { cloud } = await setUp(
      [{ expect: path, answer: (response) => void setTimeout(() => response.writeHead(202).end(), 100) }],
      { pace: { inFlight: 1, perSecond: 1000 } },
    );
    const stop = new AbortController();
    const left = cloud.act(id, 'shutdown', { timeoutMs: 2000, stop: stop.signal });
    const queued = cloud.act(vmId('24'), 'shutdown', { timeoutMs: 2000, stop: stop.signal });
    await sleep(30);
    stop.abort();
    expect(await queued).toMatchObject({
      answer: { kind: 'unsent', detail: expect.stringContaining('stopped') },
      posts: 0,
    });
    expect(await left).toMatchObject({ answer: { status: 202 }, posts: 1 });
  });

  it('is unsent when it is moot by the time its turn comes', async () => {
    const { cloud } = await setUp(
      [{ expect: path, answer: (response) => void setTimeout(() => response.writeHead(202).end(), 60) }],
      { pace: { inFlight: 1, perSecond: 1000 } },
    );
    let isMoot = false;
    const left = cloud.act(id, 'shutdown', limits);
    const queued = cloud.act(vmId('24'), 'shutdown', { ...limits, isMoot: () => isMoot });
    isMoot = true;
    expect(await queued).toEqual({
      answer: { kind: 'unsent', detail: 'never sent: it was wanted no more while it waited for its turn' },
      posts: 0,
      sentAt: null,
    });
    expect(await left).toMatchObject({ posts: 1 });
    expect(cloud.calls.actions).toBe(1);
  });

  it('is unsent when fetching the token took all its time', async () => {
    const slow = async () => {
      await sleep(80);
      return secretToken;
    };
    const { cloud } = await setUp([], { tokens: { token: slow, renew: slow } });
    expect(await cloud.act(id, 'start', { timeoutMs: 1000, until: Date.now() + 40 })).toEqual({
      answer: { kind: 'unsent', detail: 'never sent: its time was over while it waited for its turn' },
      posts: 0,
      sentAt: null,
    });
  });

  it('is unsent when the run was stopped while its token was fetched', async () => {
    const stop = new AbortController();
    const token = async () => {
      stop.abort();
      return secretToken;
    };
    const { cloud } = await setUp([], { tokens: { token, renew: token } });
    expect(await cloud.act(id, 'start', { timeoutMs: 1000, stop: stop.signal })).toEqual({
      answer: { kind: 'unsent', detail: 'never sent: the run was stopped while it waited for its turn' },
      posts: 0,
      sentAt: null,
    });
  });
});

describe('the time-out of an action', () => {
  const hold = { expect: path, answer: () => undefined };

  it.each([
    ['its own', { timeoutMs: 80 }, 5000],
    ["the client's, when that is shorter", { timeoutMs: 5000 }, 80],
  ])('is %s', async (_what, given, actionMs) => {
    const { cloud } = await setUp([hold], { actionMs });
    const sent = await cloud.act(id, 'shutdown', given);
    expect(sent).toMatchObject({ answer: { kind: 'silence', detail: 'no whole answer within 80 ms' }, posts: 1 });
  });

  it('says nothing about the token: nothing is renewed, and nothing sent again', async () => {
    const tokens = new CountingTokens(secretToken, 'fresh');
    const { cloud } = await setUp([hold], { tokens });
    expect(await cloud.act(id, 'reboot', { timeoutMs: 80 })).toMatchObject({ answer: { kind: 'silence' }, posts: 1 });
    expect(tokens.renewed).toEqual([]);
  });

  it('never reaches past its instant', async () => {
    const { cloud } = await setUp([hold]);
    const sent = await cloud.act(id, 'shutdown', { timeoutMs: 5000, until: Date.now() + 100 });
    expect(sent.answer).toMatchObject({ kind: 'silence', detail: expect.stringMatching(/within (\d\d|100) ms$/) });
  });

  it('counts from when it leaves, not from when it queues', async () => {
    const answerLate = (ms: number) => ({
      expect: path,
      answer: (response: import('node:http').ServerResponse) =>
        void setTimeout(() => response.writeHead(200).end(), ms),
    });
    const { cloud } = await setUp([answerLate(150), answerLate(150)], { pace: { inFlight: 1, perSecond: 1000 } });
    const both = await Promise.all([
      cloud.act(id, 'shutdown', { timeoutMs: 250 }),
      cloud.act(id, 'shutdown', { timeoutMs: 250 }),
    ]);
    expect(both.map(({ answer }) => answer.kind)).toEqual(['status', 'status']);
  });
});

describe('too fast', () => {
  it.each([
    [429, { 'Retry-After': '7' }, 7000],
    [503, { 'Retry-After': '7' }, 7000],
    [429, {}, 1000],
    [503, {}, 1000],
  ])('answered %i with %j is returned as it is, and holds the next call back', async (status, headers, pauseMs) => {
    const { cloud, clock } = await setUp([
      { expect: path, answer: { status, headers } },
      { expect: path, answer: { status: 202 } },
    ]);
    expect(await cloud.act(id, 'shutdown', limits)).toMatchObject({ answer: { status }, posts: 1 });
    expect(clock.pauses).toEqual([]);
    await cloud.act(id, 'shutdown', { timeoutMs: 20_000 });
    expect(clock.pauses[0]).toBeGreaterThan(pauseMs - 500);
    expect(clock.pauses[0]).toBeLessThanOrEqual(pauseMs);
  });
});

describe('a hostile server', () => {
  it('that cuts the connection is silence', async () => {
    const { cloud } = await setUp([{ expect: path, answer: (response) => void response.destroy() }]);
    expect(await cloud.act(id, 'reboot', limits)).toMatchObject({
      answer: { kind: 'silence', detail: expect.stringMatching(/^the connection failed \([A-Z_]+\)$/) },
      posts: 1,
    });
  });

  it('that cuts the body is silence', async () => {
    const { cloud } = await setUp([
      {
        expect: path,
        answer: (response) => {
          response.writeHead(200, { 'Content-Length': '100' });
          response.write('{');
          setTimeout(() => response.destroy(), 20);
        },
      },
    ]);
    expect((await cloud.act(id, 'reboot', limits)).answer.kind).toBe('silence');
  });

  it('that drips its body for ever is silence at the deadline, and its connection is closed', async () => {
    let isClosed = false;
    const { cloud } = await setUp([
      {
        expect: path,
        answer: (response) => {
          response.writeHead(200);
          const drip = setInterval(() => response.write(' '), 10);
          response.on('close', () => {
            clearInterval(drip);
            isClosed = true;
          });
        },
      },
    ]);
    const sent = await cloud.act(id, 'shutdown', { timeoutMs: 150 });
    expect(sent.answer).toEqual({ kind: 'silence', detail: 'no whole answer within 150 ms' });
    await expect.poll(() => isClosed).toBe(true);
  });

  it('that sends a large body is silence, and its connection is closed', async () => {
    let isClosed = false;
    const { cloud } = await setUp([
      {
        expect: path,
        answer: (response) => {
          response.on('close', () => {
            isClosed = true;
          });
          response.on('error', () => undefined);
          response.writeHead(200);
          const pour = setInterval(() => response.write('x'.repeat(32_768)), 5);
          response.on('close', () => clearInterval(pour));
        },
      },
    ]);
    const sent = await cloud.act(id, 'shutdown', limits);
    expect(sent.answer).toEqual({ kind: 'silence', detail: 'the answer is larger than 65536 bytes' });
    await expect.poll(() => isClosed).toBe(true);
  });

  it.each([[301], [302], [303], [307], [308]])('that redirects by %i is not followed', async (status) => {
    const { server: other } = await setUp([]);
    const { cloud } = await setUp([{ expect: path, answer: { status, headers: { Location: `${other.url}/stolen` } } }]);
    expect(await cloud.act(id, 'start', limits)).toMatchObject({ answer: { kind: 'status', status }, posts: 1 });
    expect(other.received).toEqual([]);
  });

  it('that echoes the token does not get it into the detail', async () => {
    const { cloud, log } = await setUp([
      {
        expect: path,
        answer: (response, request) => void response.writeHead(400).end(JSON.stringify(request.headers)),
      },
    ]);
    const sent = await cloud.act(id, 'start', limits);
    expect(sent.answer).toMatchObject({ status: 400, detail: expect.stringContaining('[token]') });
    expectNoToken(sent);
    expectNoToken(log.lines);
  });

  it('that is not there is silence', async () => {
    const { cloud, server } = await setUp([]);
    await server.close();
    const sent = await cloud.act(id, 'start', limits);
    expect(sent).toMatchObject({
      answer: { kind: 'silence', detail: 'the connection failed (ECONNREFUSED)' },
      posts: 1,
    });
  });
});
