// VMs with a will of their own: what each kind does beyond the first call.

import { describe, expect, it } from 'vitest';
import { act, call, list, simulate } from './calling.ts';

describe('a VM that', () => {
  it('ignores the signal is stopped by power_off, and starts again', async () => {
    const simulator = await simulate({ fleet: [{ id: 8, name: 'a', behaviour: 'ignores-signal' }] });
    expect((await act(simulator, '8', 'power_off')).status).toBe(200);
    expect(simulator.truth('8').power).toBe('off');
    expect((await act(simulator, '8', 'start')).status).toBe(200);
    expect(simulator.truth('8').power).toBe('on');
  });

  it('ignores the first signal follows the second, and ignores the first of the next round', async () => {
    const simulator = await simulate({ fleet: [{ id: 8, name: 'a', behaviour: 'ignores-first-signal' }] });
    await act(simulator, '8', 'shutdown');
    expect(simulator.truth('8').power).toBe('on');
    expect((await act(simulator, '8', 'shutdown')).status).toBe(200);
    expect(simulator.truth('8').power).toBe('off');
    await act(simulator, '8', 'start');
    expect(simulator.truth('8').power).toBe('off');
  });

  it('answers 503 once is fine from then on', async () => {
    const simulator = await simulate({ fleet: [{ id: 8, name: 'a', behaviour: 'server-error-once' }] });
    expect((await act(simulator, '8', 'shutdown')).status).toBe(503);
    expect((await act(simulator, '8', 'shutdown')).status).toBe(200);
    expect((await act(simulator, '8', 'start')).status).toBe(200);
  });

  it('boots loses a shutdown, runs after a while, and then shuts down', async () => {
    const fleet = [{ id: 8, name: 'a', behaviour: 'booting', timing: { settleMs: [1_000_000, 1_000_000] } }] as const;
    const simulator = await simulate({ fleet });
    expect(simulator.truth('8').power).toBe('starting');
    expect([408, 500]).toContain((await act(simulator, '8', 'shutdown')).status);
    await expect.poll(() => simulator.truth('8').power, { timeout: 10_000 }).toBe('on');
    expect(simulator.truth('8').isOnItsWay).toBe(false);
    expect((await act(simulator, '8', 'shutdown')).status).toBe(200);
  });

  it('is stopping goes off by itself, and a shutdown meanwhile is held until then', async () => {
    const fleet = [
      { id: 8, name: 'a', behaviour: 'stopping-now', timing: { settleMs: [1_000_000, 1_000_000] } },
    ] as const;
    const simulator = await simulate({ fleet, quirks: { holdMs: [5_000_000, 5_000_000] } });
    expect(simulator.truth('8').power).toBe('stopping');
    expect((await act(simulator, '8', 'shutdown')).status).toBe(200);
    expect(simulator.truth('8').power).toBe('off');
  });

  it('is paused refuses start and shutdown, and can be powered off', async () => {
    const simulator = await simulate({ fleet: [{ id: 8, name: 'a', behaviour: 'paused' }] });
    expect((await act(simulator, '8', 'start')).status).toBe(409);
    expect((await act(simulator, '8', 'shutdown')).status).toBe(409);
    expect(simulator.truth('8')).toMatchObject({ power: 'other', state: 'paused' });
    expect((await act(simulator, '8', 'power_off')).status).toBe(200);
    expect(simulator.truth('8').power).toBe('off');
  });

  it('is gone is listed once, then neither listed nor found nor acted on', async () => {
    const simulator = await simulate({ fleet: [{ id: 8, name: 'a', behaviour: 'gone' }] });
    expect((await list(simulator)).length).toBe(1);
    expect((await list(simulator)).length).toBe(0);
    expect((await call(simulator, '/v1/vms/8')).status).toBe(404);
    expect((await act(simulator, '8', 'shutdown')).status).toBe(404);
    expect(simulator.truth('8')).toMatchObject({ exists: false, power: 'other', state: '' });
    expect(simulator.actionsOf('8')).toEqual([]);
  });

  it('vanishes is missing from its second list only, and found by id meanwhile', async () => {
    const simulator = await simulate({ fleet: [{ id: 8, name: 'a', behaviour: 'vanishes' }] });
    const lengths = [(await list(simulator)).length, (await list(simulator)).length];
    expect((await call(simulator, '/v1/vms/8')).status).toBe(200);
    expect([...lengths, (await list(simulator)).length]).toEqual([1, 0, 1]);
  });

  it('is stale shows its old state in the list for a while, and its true one by id', async () => {
    const fleet = [{ id: 8, name: 'a', behaviour: 'stale', timing: { lagMs: [800_000, 800_000] } }] as const;
    const simulator = await simulate({ fleet });
    await act(simulator, '8', 'power_off');
    expect((await list(simulator))[0]?.state).toBe('running');
    expect(await (await call(simulator, '/v1/vms/8?only=state')).json()).toMatchObject({ state: 'shutoff' });
    await expect.poll(async () => (await list(simulator))[0]?.state, { timeout: 10_000 }).toBe('shutoff');
  });

  it('is stale ends up listed in its last state, whichever change is told first', async () => {
    const fleet = Array.from({ length: 60 }, (_, id) => ({
      id,
      name: 'a',
      behaviour: 'stale' as const,
      timing: { lagMs: [10, 100_000] as const },
    }));
    const simulator = await simulate({ fleet });
    for (const { id } of fleet) {
      simulator.set(String(id), 'stopping');
      simulator.set(String(id), 'off');
    }
    const listedStates = async () => [...new Set((await list(simulator)).map(({ state }) => state))];
    await new Promise((resolve) => setTimeout(resolve, 150));
    await expect.poll(listedStates, { timeout: 10_000 }).toEqual(['shutoff']);
  });

  it('drips says 200 and lets its body come a byte at a time', async () => {
    const simulator = await simulate({ fleet: [{ id: 8, name: 'a', behaviour: 'drips' }], speed: 100 });
    const response = await act(simulator, '8', 'shutdown');
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    let text = '';
    while (text.length < 4) {
      const { value, done } = (await reader?.read()) ?? { done: true };
      expect(done).toBe(false);
      text += decoder.decode(value);
    }
    expect(text.trimEnd()).toBe('{');
    await reader?.cancel();
  });

  it.each([
    ['gzip', 'gzip'],
    ['identity', null],
  ])('has a huge body sends tens of megabytes to a client that takes %s', async (encoding, sent) => {
    const simulator = await simulate({ fleet: [{ id: 8, name: 'a', behaviour: 'huge-body' }] });
    const response = await act(simulator, '8', 'shutdown', { headers: { 'accept-encoding': encoding } });
    expect(response.headers.get('content-encoding')).toBe(sent);
    let bytes = 0;
    for await (const chunk of response.body ?? []) bytes += chunk.length;
    expect(bytes).toBe(48 * 1024 * 1024);
  });

  it('redirects points to another host, and the log shows who followed with the token', async () => {
    const simulator = await simulate({ fleet: [{ id: 8, name: 'a', behaviour: 'redirects' }] });
    const target = (await act(simulator, '8', 'shutdown')).headers.get('location') ?? '';
    expect(target).toBe(`http://localhost:${simulator.port}/elsewhere/v1/vms/8/actions`);
    expect(simulator.requests.filter(({ path }) => path.startsWith('/elsewhere'))).toEqual([]);
    await call(simulator, '/elsewhere/v1/vms/8/actions');
    expect(simulator.requests.at(-1)).toMatchObject({
      path: '/elsewhere/v1/vms/8/actions',
      authorised: true,
      status: 200,
    });
  });

  it('answers with bad JSON sends something that does not parse', async () => {
    const simulator = await simulate({ fleet: [{ id: 8, name: 'a', behaviour: 'bad-json' }] });
    const text = await (await act(simulator, '8', 'shutdown')).text();
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  it('answers with an HTML error sends a page', async () => {
    const simulator = await simulate({ fleet: [{ id: 8, name: 'a', behaviour: 'html-error' }] });
    const response = await act(simulator, '8', 'shutdown');
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(await response.text()).toContain('<h1>502</h1>');
  });
});

describe('reboot and reset', () => {
  it('are counted when they have their effect, and refused when the VM is not running', async () => {
    const simulator = await simulate({
      fleet: [
        { id: 8, name: 'a' },
        { id: 9, name: 'b', behaviour: 'off' },
      ],
    });
    expect((await act(simulator, '8', 'reboot')).status).toBe(200);
    expect((await act(simulator, '8', 'reset')).status).toBe(200);
    expect((await act(simulator, '8', 'reset')).status).toBe(200);
    expect((await act(simulator, '9', 'reset')).status).toBe(409);
    expect(simulator.truth('8')).toMatchObject({ reboots: 1, resets: 2, power: 'on' });
    expect(simulator.truth('9')).toMatchObject({ reboots: 0, resets: 0, power: 'off' });
  });

  it('may be ignored (reboot), or go through after a 408 (reboot)', async () => {
    const fleet = [
      { id: 8, name: 'a', behaviour: 'ignores-signal' },
      { id: 9, name: 'b', behaviour: 'timeout-408-then-off' },
    ] as const;
    const simulator = await simulate({ fleet });
    expect([408, 500]).toContain((await act(simulator, '8', 'reboot')).status);
    expect((await act(simulator, '9', 'reboot')).status).toBe(408);
    await expect.poll(() => simulator.truth('9').reboots).toBe(1);
    expect(simulator.truth('8').reboots).toBe(0);
  });
});
