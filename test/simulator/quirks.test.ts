// Each thing that the reference leaves open can be played both ways.

import { describe, expect, it } from 'vitest';
import { act, call, json, list, simulate } from './calling.ts';

const fleetOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: index + 1, name: `vm-${index + 1}` }));

describe('an action on a VM that already is so', () => {
  it.each([200, 400, 409, 500])('is answered %d, and changes nothing', async (status) => {
    const quirks = { startOnRunning: status, shutdownOnStopped: status };
    const simulator = await simulate({
      fleet: [
        { id: 1, name: 'on' },
        { id: 2, name: 'off', behaviour: 'off' },
      ],
      quirks,
    });
    expect((await act(simulator, '1', 'start')).status).toBe(status);
    expect((await act(simulator, '2', 'shutdown')).status).toBe(status);
    expect((await act(simulator, '2', 'power_off')).status).toBe(status);
    expect([simulator.truth('1').power, simulator.truth('2').power]).toEqual(['on', 'off']);
  });
});

describe('a success', () => {
  it.each([200, 202, 204] as const)('can be a %d', async (successStatus) => {
    const simulator = await simulate({ fleet: fleetOf(1), quirks: { successStatus } });
    expect((await act(simulator, '1', 'shutdown')).status).toBe(successStatus);
    expect((await call(simulator, '/v1/vms/1')).status).toBe(200);
  });
});

describe('an error body', () => {
  it.each([
    ['json', /^\{"error":\{"code":404,/],
    ['html', /^<!doctype html>.*404/],
    ['empty', /^$/],
  ] as const)('can be %s', async (errorBody, text) => {
    const simulator = await simulate({ fleet: [], quirks: { errorBody } });
    expect(await (await call(simulator, '/v1/vms/1')).text()).toMatch(text);
  });
});

describe('a client that hangs up', () => {
  it.each([
    [true, 'off'],
    [false, 'on'],
  ] as const)('lets the shutdown go on: %s', async (continueAfterHangUp, power) => {
    const fleet = [{ id: 1, name: 'a', timing: { effectMs: [800_000, 800_000] } }] as const;
    const simulator = await simulate({ fleet, quirks: { continueAfterHangUp, holdMs: [3_000_000, 3_000_000] } });
    const client = new AbortController();
    const answer = act(simulator, '1', 'shutdown', { signal: client.signal });
    await expect.poll(() => simulator.truth('1').power, { interval: 5 }).toBe('stopping');
    client.abort();
    await expect(answer).rejects.toThrow();
    await expect.poll(() => simulator.truth('1').power, { timeout: 5_000 }).toBe(power);
    expect(simulator.truth('1').isOnItsWay).toBe(false);
  });

  it('before its call has even arrived has shut nothing down', async () => {
    const simulator = await simulate({ fleet: fleetOf(1), quirks: { continueAfterHangUp: false }, latencyMs: 400 });
    const client = new AbortController();
    const answer = act(simulator, '1', 'shutdown', { signal: client.signal });
    await expect.poll(() => simulator.requests.length, { interval: 5 }).toBe(1);
    client.abort();
    await expect(answer).rejects.toThrow();
    await expect.poll(() => simulator.actionsOf('1')).toEqual(['shutdown']);
    expect(simulator.truth('1')).toMatchObject({ power: 'on', isOnItsWay: false });
  });

  it('does not undo what was answered before', async () => {
    const fleet = [{ id: 1, name: 'a', behaviour: 'timeout-408-then-off' }] as const;
    const simulator = await simulate({ fleet, quirks: { continueAfterHangUp: false } });
    expect((await act(simulator, '1', 'shutdown', { headers: { connection: 'close' } })).status).toBe(408);
    await expect.poll(() => simulator.truth('1').power, { timeout: 5_000 }).toBe('off');
  });
});

describe('the rate limit', () => {
  it.each([429, 503] as const)('refuses with %d and headers what comes too fast', async (status) => {
    const simulator = await simulate({
      fleet: fleetOf(1),
      quirks: { rateLimit: { perSecond: 3, withHeaders: true, status } },
    });
    const responses = await Promise.all(Array.from({ length: 6 }, () => act(simulator, '1', 'reset')));
    const refused = responses.filter((response) => response.status === status);
    expect(refused.length).toBe(3);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect(refused[0]?.headers.get('x-ratelimit-limit')).toBe('3');
    expect(simulator.actionsOf('1').length).toBe(3);
    await expect
      .poll(async () => (await act(simulator, '1', 'reset')).status, { interval: 200, timeout: 5_000 })
      .toBe(200);
  });

  it('can be silent about when to come back', async () => {
    const rateLimit = { perSecond: 1, withHeaders: false, status: 429 } as const;
    const simulator = await simulate({ fleet: fleetOf(1), quirks: { rateLimit } });
    const responses = await Promise.all([call(simulator, '/v1/vms/1'), call(simulator, '/v1/vms/1')]);
    const refused = responses.find(({ status }) => status === 429);
    expect(refused).toBeDefined();
    expect(refused?.headers.has('retry-after')).toBe(false);
    expect(refused?.headers.has('x-ratelimit-limit')).toBe(false);
  });
});

describe('a token', () => {
  it('expires, and a new one can be fetched', async () => {
    const simulator = await simulate({ fleet: fleetOf(1), quirks: { tokenLifetimeMs: 1_000_000 } });
    expect((await call(simulator, '/v1/vms/1')).status).toBe(200);
    await expect.poll(async () => (await call(simulator, '/v1/vms/1')).status, { timeout: 5_000 }).toBe(401);
    expect(simulator.acceptedTokens).toEqual([]);

    const form = { grant_type: 'client_credentials', client_id: 'simulator', client_secret: 'simulator-secret' };
    const response = await fetch(`${simulator.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
    const { access_token: token, token_type, expires_in } = await json(response);
    expect([response.status, token_type, expires_in]).toEqual([200, 'Bearer', 1_000]);
    expect((await call(simulator, '/v1/vms/1', {}, String(token))).status).toBe(200);
    expect(simulator.acceptedTokens).toEqual([token]);
  });

  it.each([
    ['another secret', 401, 'grant_type=client_credentials&client_id=ci&client_secret=wrong', undefined],
    ['another grant', 400, 'grant_type=password&client_id=ci&client_secret=s%26t', undefined],
    ['the right form fields', 200, 'grant_type=client_credentials&client_id=ci&client_secret=s%26t', undefined],
    ['HTTP Basic', 200, 'grant_type=client_credentials', `Basic ${btoa('ci:s%26t')}`],
    ['HTTP Basic, wrong', 401, 'grant_type=client_credentials', `Basic ${btoa('ci:nope')}`],
  ])('is asked for with %s: %d', async (_, status, body, authorization) => {
    const simulator = await simulate({ fleet: [], oauth: { clientId: 'ci', clientSecret: 's&t' } });
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const response = await fetch(`${simulator.url}/oauth/token`, { method: 'POST', body, headers });
    expect(response.status).toBe(status);
    expect(simulator.requests[0]?.authorised).toBe(status === 200);
    expect(simulator.acceptedTokens.length).toBe(status === 200 ? 2 : 1);
  });
});

describe('a VM is told', () => {
  it('with its id as text', async () => {
    expect((await list(await simulate({ fleet: fleetOf(1), quirks: { idsAsStrings: true } })))[0]?.id).toBe('1');
  });

  it.each([
    [null, undefined],
    ['array', ['env=dev', 'protected']],
    ['object', { env: 'dev', protected: '' }],
  ] as const)('with tags: %s', async (tags, told) => {
    const fleet = [{ id: 1, name: 'a', tags: { env: 'dev', protected: '' } }];
    const simulator = await simulate({ fleet, quirks: { tags } });
    expect((await list(simulator))[0]?.tags).toEqual(told);
  });

  it.each([
    ['libvirt', ['running', 'shutoff', 'shutdown', 'paused']],
    ['virsh', ['running', 'shut off', 'in shutdown', 'paused']],
    ['plain', ['running', 'stopped', 'stopping', 'paused']],
    ['capitalised', ['Running', 'Shutoff', 'Shutdown', 'Paused']],
    ['foreign', ['active', 'inactive', 'draining', 'frozen']],
  ] as const)('with the state names of %s', async (stateNames, names) => {
    const states = ['running', 'off', 'stopping', 'paused'] as const;
    const fleet = states.map((state, index) => ({ id: index + 1, name: state, state }));
    const simulator = await simulate({ fleet, quirks: { stateNames }, speed: 1 });
    expect((await list(simulator)).map(({ state }) => state)).toEqual(names);
    expect(simulator.ids.map((id) => simulator.truth(id).power)).toEqual(['on', 'off', 'stopping', 'other']);
  });
});
