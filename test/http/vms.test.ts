// GET /v1/vms and POST /v1/vms/{vm_id}/actions, through the real handler over fakes.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import type { Vm, VmId } from '../../lib/core/vm.ts';
import { apiBench } from './api-bench.ts';

function vm(id: string, tags: Record<string, string>, faults: string[] = []): Vm {
  const place = { account: 'acme', project: 'default', region: 'alg1', size: 'b-2-4-100' };
  return { id: id as VmId, name: `vm-${id}`, ...place, state: 'running', power: 'on', tags, faults };
}

const fleet = [vm('1', { env: 'dev' }), vm('2', { env: 'prod' }), vm('3', {}, ['a tag is malformed'])];
const unlisted = [{ account: 'beta', project: 'web', reason: 'the list answers 500' }];

describe('GET /v1/vms', () => {
  const get = (query: string) =>
    apiBench({ inventory: async () => ({ vms: fleet, unlisted }) }).send({ method: 'GET', path: '/v1/vms', query });

  it('shows the whole fleet, with exactly the fields of the list contract', async () => {
    const { status, json } = await get('');
    expect(status).toBe(200);
    expect(json.unlisted).toEqual(unlisted);
    expect(json.vms[0]).toEqual({
      id: '1',
      name: 'vm-1',
      account: 'acme',
      project: 'default',
      power: 'on',
      state: 'running',
      tags: { env: 'dev' },
      faults: [],
    });
  });

  it.each([
    ['', ['1', '2', '3']],
    ['select=*', ['1', '2', '3']],
    ['select=env%3Ddev', ['1', '3']],
    ['select=env+in+(prod)', ['2', '3']],
    ['select=env%21%3Ddev', ['2', '3']],
  ])('selects by "%s", and shows VMs whose faulty tags could match', async (query, ids) => {
    expect((await get(query)).json.vms.map(({ id }: { id: string }) => id)).toEqual(ids);
  });

  it.each([
    ['select=', ['select']],
    ['select=env+in+(', ['select']],
    ['select=a&select=b', ['select']],
    ['selct=a&limit=1', ['selct', 'limit']],
  ])('refuses "%s" and names the parameter', async (query, paths) => {
    const { status, json } = await get(query);
    expect([status, json.faults.map(({ path }: { path: string }) => path)]).toEqual([400, paths]);
  });

  it('answers 502 with every list that failed when no VM could be listed', async () => {
    const { send } = apiBench({ inventory: async () => ({ vms: [], unlisted }) });
    const { status, json } = await send({ method: 'GET', path: '/v1/vms' });
    expect([status, json.faults]).toEqual([502, [{ path: 'beta/web', message: 'the list answers 500' }]]);
  });

  it.each([
    ['token-rejected', 502, true],
    ['list-failed', 502, true],
    ['secret', 503, false],
    ['config', 500, false],
  ] as const)('answers a thrown %s with %i, and says no more than a caller may know', async (code, status, isTold) => {
    const inventory = () => Promise.reject(new PowerError(code, 'the reason', { faults: ['the very reason'] }));
    const { send, log } = apiBench({ inventory });
    const answer = await send({ method: 'GET', path: '/v1/vms' });
    expect([answer.status, answer.json.requestId]).toEqual([status, 'request-1']);
    expect(answer.text.includes('the reason')).toBe(isTold);
    expect(answer.json.faults).toEqual(isTold ? [{ message: 'the very reason' }] : []);
    expect(log.lines).toMatchObject([{ level: 'error', fields: { status, requestId: 'request-1' } }]);
  });

  it('answers an error that is not ours with 500 and the request id only', async () => {
    const { send } = apiBench({ inventory: () => Promise.reject(new TypeError('Bearer abc at /var/task')) });
    const { status, text, json } = await send({ method: 'GET', path: '/v1/vms' });
    expect([status, json.requestId]).toEqual([500, 'request-1']);
    expect(text).not.toMatch(/Bearer|var|TypeError|stack/);
  });
});

describe('POST /v1/vms/{vm_id}/actions', () => {
  const post = (id: string, body: unknown, bench = apiBench()) =>
    bench.send({ path: `/v1/vms/${id}/actions`, body, headers: { 'idempotency-key': 'k' } });

  it.each([
    [{ type: 'start' }, false],
    [{ type: 'shutdown' }, false],
    [{ type: 'power_off', allowDataLoss: true }, true],
    [{ type: 'reboot' }, false],
  ])('launches %j as a run over that one VM', async (body, allowDataLoss) => {
    const { status, headers, json } = await post('23', body);
    expect(status).toBe(202);
    expect(headers.location).toBe(`/v1/runs/${json.run.name}`);
    expect(json.run.request).toMatchObject({ action: body.type, ids: ['23'], select: null, allowDataLoss });
  });

  it.each(['power_off', 'reset'])('answers 403 to %s without leave, naming the field', async (type) => {
    const bench = apiBench();
    const { status, json } = await post('23', { type }, bench);
    expect([status, json.faults[0].path, bench.launcher.started]).toEqual([403, 'allowDataLoss', []]);
  });

  it('honours Idempotency-Key over VM and body', async () => {
    const bench = apiBench();
    const first = await post('23', { type: 'start' }, bench);
    expect((await post('23', { type: 'start' }, bench)).json).toEqual(first.json);
    expect((await post('24', { type: 'start' }, bench)).status).toBe(409);
  });

  it.each([
    ['an action there is not', '23', { type: 'stop' }, ['type']],
    ['no action', '23', {}, ['type']],
    ['unknown fields', '23', { type: 'start', force: true, x: 1 }, ['force', 'x']],
    ['an id that is none', '%2D23', { type: 'start' }, ['vm_id']],
    ['an id with blanks', '2%203', { type: 'start' }, ['vm_id']],
  ])('refuses %s', async (_what, id, body, paths) => {
    const { status, json } = await post(id, body);
    expect([status, json.faults.map(({ path }: { path: string }) => path)]).toEqual([400, paths]);
  });

  it('says which actions there are, and what leave looks like', async () => {
    const { json } = await post('23', { type: 'stop', allowDataLoss: 'yes' });
    expect(json.faults).toEqual([
      { path: 'type', message: 'must be one of start, shutdown, power_off, reboot, reset' },
      { path: 'allowDataLoss', message: 'must be true or false' },
    ]);
  });
});
