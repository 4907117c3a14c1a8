// What the simulator promises its owner: the truth, the log, and an end that is one.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startSimulator } from '../../simulator/simulator.ts';
import { act, call, simulate, statusOf } from './calling.ts';

const web = { id: 8, name: 'web-1', description: 'web tier [env=dev tier=1]' };

describe('the log', () => {
  it('holds each request with its end, and never the token', async () => {
    const simulator = await simulate({ fleet: [web], token: 'open-sesame-42' });
    const headers = { authorization: 'Bearer open-sesame-42' };
    await act(simulator, '8', 'shutdown', { headers });
    await (await call(simulator, '/v1/vms?project_id=default', {}, 'open-sesame-42')).text();
    expect(simulator.requests).toMatchObject([
      {
        method: 'POST',
        path: '/v1/vms/8/actions',
        query: '',
        vm: '8',
        action: 'shutdown',
        status: 200,
        authorised: true,
      },
      {
        method: 'GET',
        path: '/v1/vms',
        query: 'project_id=default',
        vm: null,
        action: null,
        status: 200,
        authorised: true,
      },
    ]);
    await expect
      .poll(() => simulator.requests.every(({ at, endedAt }) => endedAt !== null && endedAt >= at))
      .toBe(true);
    expect(simulator.requests[0]?.host).toBe(`127.0.0.1:${simulator.port}`);
    expect(JSON.stringify(simulator.requests)).not.toContain('sesame');
  });

  it('has no status for a call that was never answered', async () => {
    const simulator = await simulate({ fleet: [{ ...web, behaviour: 'hangs' }] });
    const hung = new AbortController();
    const answer = act(simulator, '8', 'shutdown', { signal: hung.signal });
    await expect.poll(() => simulator.actionsOf('8')).toEqual(['shutdown']);
    expect(simulator.requests[0]).toMatchObject({ status: null, endedAt: null });
    hung.abort();
    await expect(answer).rejects.toThrow();
    await expect.poll(() => simulator.requests[0]?.endedAt).not.toBeNull();
    expect(simulator.requests[0]?.status).toBeNull();
  });

  it('shows what a VM really received, in order', async () => {
    const simulator = await simulate({ fleet: [web] });
    for (const action of ['shutdown', 'start', 'power_off', 'power_off']) await act(simulator, '8', action);
    expect(simulator.actionsOf('8')).toEqual(['shutdown', 'start', 'power_off', 'power_off']);
  });
});

describe('the truth', () => {
  it('follows a person’s hand, which also stops what was under way', async () => {
    const simulator = await simulate({ fleet: [{ ...web, behaviour: 'timeout-408-then-off' }] });
    await act(simulator, '8', 'shutdown');
    expect(simulator.truth('8')).toMatchObject({ power: 'stopping', isOnItsWay: true });
    simulator.set('8', 'running');
    expect(simulator.truth('8')).toMatchObject({ power: 'on', isOnItsWay: false, state: 'running' });
    simulator.set('8', 'starting');
    await expect.poll(() => simulator.truth('8').power).toBe('on');
  });

  it('remembers the power at any moment', async () => {
    const simulator = await simulate({ fleet: [web] });
    const begin = simulator.truth('8').since;
    await new Promise((resolve) => setTimeout(resolve, 5));
    simulator.set('8', 'off');
    const { since } = simulator.truth('8');
    expect(simulator.powerAt('8', begin - 1_000)).toBe('on');
    expect(simulator.powerAt('8', since - 1)).toBe('on');
    expect(simulator.powerAt('8', since)).toBe('off');
  });

  it('says so when there never was such a VM', async () => {
    const simulator = await simulate({ fleet: [web] });
    expect(() => simulator.truth('9')).toThrow('never had a VM 9');
    expect(simulator.ids).toEqual(['8']);
  });

  it('depends on the seed: the same refusals for the same seed', async () => {
    const statuses = async (seed: number) => {
      const fleet = Array.from({ length: 24 }, (_, index) => ({
        id: index + 1,
        name: 'r',
        behaviour: 'refuses' as const,
      }));
      const simulator = await simulate({ fleet, seed });
      return Promise.all(simulator.ids.map((id) => statusOf(act(simulator, id, 'start'))));
    };
    const first = await statuses(1);
    expect(new Set(first)).toEqual(new Set([403, 409]));
    expect(await statuses(1)).toEqual(first);
    expect(await statuses(2)).not.toEqual(first);
  });
});

describe('the simulator', () => {
  it('refuses a fleet with an id twice', async () => {
    await expect(startSimulator({ fleet: [web, { ...web, name: 'again' }] })).rejects.toThrow('two VMs with the id 8');
  });

  it('says when its port is taken', async () => {
    const { port } = await simulate({ fleet: [] });
    await expect(startSimulator({ fleet: [], port })).rejects.toThrow('EADDRINUSE');
  });

  it('cuts what hangs when it is closed, and then takes no calls', async () => {
    const simulator = await startSimulator({ fleet: [{ ...web, behaviour: 'hangs' }] });
    const answer = statusOf(act(simulator, '8', 'shutdown'));
    await expect.poll(() => simulator.actionsOf('8')).toEqual(['shutdown']);
    await simulator.close();
    expect(await answer).toBe('cut');
    expect(await statusOf(call(simulator, '/v1/vms/8'))).toBe('cut');
  });

  it('lets the process end once it is closed, whatever was under way', async () => {
    const script = `
      import { connect } from 'node:net';
      import { startSimulator } from ${JSON.stringify(new URL('../../simulator/simulator.ts', import.meta.url).href)};
      const behaviours = ['slow', 'hangs', 'drips', 'booting', 'accepted-late', 'timeout-408-then-off'];
      const fleet = behaviours.map((behaviour, index) => ({ id: index + 1, name: behaviour, behaviour }));
      const simulator = await startSimulator({ fleet, speed: 0.01 });
      for (const id of simulator.ids) {
        const body = '{"type":"shutdown"}';
        connect(simulator.port, '127.0.0.1').on('error', () => {}).write(
          'POST /v1/vms/' + id + '/actions HTTP/1.1\\r\\nHost: x\\r\\nAuthorization: Bearer simulator-token\\r\\n' +
          'Content-Length: ' + body.length + '\\r\\n\\r\\n' + body);
      }
      while (simulator.ids.some((id) => simulator.actionsOf(id).length === 0)) await new Promise(setImmediate);
      await simulator.close();
      console.log('closed');
    `;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { timeout: 25_000 });
    await expect(run).resolves.toMatchObject({ stdout: 'closed\n' });
  });
});
