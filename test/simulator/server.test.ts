// The API as documented, over real sockets: what is told, what is refused, and who may enter.

import { once } from 'node:events';
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { act, call, json, list, simulate } from './calling.ts';

const web = { id: 8, name: 'web-1', description: 'web tier [env=dev tier=1]' };

describe('the API', () => {
  it('tells a VM with every field of the reference', async () => {
    const simulator = await simulate({ fleet: [web] });
    const [vm] = await list(simulator);
    expect(vm).toMatchObject({ id: 8, name: 'web-1', project_id: 'default', region: 'alg1', state: 'running' });
    expect(vm).toMatchObject({ description: 'web tier [env=dev tier=1]', node_type: 'VM', distro: 'debian-13' });
    expect(Object.keys(vm ?? {}).sort()).toEqual(
      [
        ...[
          'id',
          'name',
          'user_id',
          'project_id',
          'uuid',
          'region',
          'description',
          'distro',
          'vcpus',
          'storageGB',
          'memoryMB',
        ],
        ...['transferGB', 'vpc_id', 'created_at', 'updated_at', 'size', 'node_type', 'state', 'disks', 'network'],
      ].sort(),
    );
    expect(await (await call(simulator, '/v1/vms/8')).json()).toEqual(vm);
  });

  it('tells only the sections asked for', async () => {
    const simulator = await simulate({ fleet: [web] });
    const sections = async (query: string) => {
      const vm = await json(await call(simulator, `/v1/vms/8?${query}`));
      return ['name', 'state', 'disks', 'network'].filter((field) => field in vm);
    };
    expect(await sections('only=state')).toEqual(['name', 'state']);
    expect(await sections('only=disks&only=network')).toEqual(['name', 'disks', 'network']);
    expect(await sections('only=state,disks')).toEqual(['name', 'state', 'disks']);
    expect(await sections('only=basic')).toEqual(['name']);
  });

  it('lists the VMs of the project that was asked for', async () => {
    const simulator = await simulate({ fleet: [web, { id: 9, name: 'other', project: 'p2' }] });
    expect((await list(simulator)).map(({ id }) => id)).toEqual([8]);
    expect((await list(simulator, 'p2')).map(({ id }) => id)).toEqual([9]);
    expect((await list(simulator, 'p3')).map(({ id }) => id)).toEqual([]);
  });

  it('answers an action that succeeded with nothing', async () => {
    const simulator = await simulate({ fleet: [web] });
    const response = await act(simulator, '8', 'shutdown');
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it.each([
    ['an unknown action', JSON.stringify({ type: 'explode' })],
    ['a type that is no text', JSON.stringify({ type: 1 })],
    ['a body that is not JSON', '{"type": "start"'],
    ['a body that is no object', '"start"'],
    ['an empty body', ''],
  ])('answers %s with 400 and lets nothing reach the VM', async (_, body) => {
    const simulator = await simulate({ fleet: [web] });
    expect((await act(simulator, '8', '', { body })).status).toBe(400);
    expect(simulator.actionsOf('8')).toEqual([]);
  });

  it('refuses a body that is too large', async () => {
    const simulator = await simulate({ fleet: [web] });
    expect((await act(simulator, '8', 'x'.repeat(70_000))).status).toBe(413);
  });

  it.each([
    ['GET', '/'],
    ['GET', '/v1/vms/9'],
    ['POST', '/v1/vms/9/actions'],
    ['POST', '/v1/vms/08/actions'],
    ['GET', '/v1/vms/8/actions'],
    ['DELETE', '/v1/vms/8'],
    ['POST', '/v1/vms'],
  ])('answers %s %s with 404', async (method, path) => {
    const simulator = await simulate({ fleet: [web] });
    const body = method === 'POST' ? '{"type":"shutdown"}' : null;
    expect((await call(simulator, path, { method, body })).status).toBe(404);
    expect(simulator.truth('8').power).toBe('on');
  });

  it.each(['*', 'http://elsewhere.example:x/'])('survives a request for "%s"', async (target) => {
    const simulator = await simulate({ fleet: [web] });
    const authorization = 'Bearer simulator-token';
    const client = request({ port: simulator.port, host: '127.0.0.1', path: target, headers: { authorization } }).end();
    const [response] = await once(client, 'response');
    response.resume();
    expect(response.statusCode).toBe(404);
    expect((await list(simulator)).length).toBe(1);
  });

  it('lists ten thousand VMs in one piece', async () => {
    const fleet = Array.from({ length: 10_000 }, (_, index) => ({ id: index + 1, name: `vm-${index + 1}` }));
    const simulator = await simulate({ fleet });
    const vms = await list(simulator);
    expect(new Set(vms.map(({ id }) => id)).size).toBe(10_000);
  });

  it('takes the real time of its latency before anything happens', async () => {
    const simulator = await simulate({ fleet: [web], latencyMs: 400 });
    const answer = act(simulator, '8', 'power_off');
    await expect.poll(() => simulator.requests.length, { interval: 5 }).toBe(1);
    expect(simulator.truth('8').power).toBe('on');
    await answer;
    expect(simulator.truth('8').power).toBe('off');
  });
});

describe('authentication', () => {
  it.each([
    ['no header', undefined],
    ['another token', 'Bearer wrong'],
    ['another scheme', 'Basic simulator-token'],
    ['an empty token', 'Bearer '],
  ])('refuses %s with 401, and nothing reaches the VM', async (_, authorization) => {
    const simulator = await simulate({ fleet: [web] });
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const response = await fetch(`${simulator.url}/v1/vms/8/actions`, {
      method: 'POST',
      headers,
      body: '{"type":"power_off"}',
    });
    expect(response.status).toBe(401);
    expect(simulator.truth('8').power).toBe('on');
    expect(simulator.actionsOf('8')).toEqual([]);
    expect(simulator.requests).toMatchObject([{ authorised: false, status: 401 }]);
  });

  it('accepts any of several tokens, and after a rotation only the new one', async () => {
    const simulator = await simulate({ fleet: [web], token: ['one', 'two'] });
    const status = async (token: string) => (await call(simulator, '/v1/vms/8', {}, token)).status;
    expect([await status('one'), await status('two'), await status('three')]).toEqual([200, 200, 401]);
    simulator.rotateToken('three');
    expect([await status('one'), await status('two'), await status('three')]).toEqual([401, 401, 200]);
    expect(simulator.acceptedTokens).toEqual(['three']);
  });
});
