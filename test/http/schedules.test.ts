// GET /v1/plan and GET /v1/vms/{vm_id}/explain, through the real handler and the real use cases over a fake cloud.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import { apiBench } from './api-bench.ts';

// It is Thursday, 2026-01-01T00:00Z.
const fleet = [
  { id: '1', description: '[env=dev schedule=office-hours]' },
  { id: '2', description: '[env=prod]' },
  { id: '3', description: '[env=dev schedule=ofice-hours]' },
];

const idsOf = (vms: readonly { vm: string }[]) => vms.map(({ vm }) => vm);

describe('GET /v1/plan', () => {
  const get = (query: string, bench = apiBench({}, fleet)) => bench.send({ method: 'GET', path: '/v1/plan', query });

  it('shows what every VM’s schedule wants, and the faults of those that nobody can read', async () => {
    const { status, json } = await get('days=2');
    expect(status).toBe(200);
    expect(json.vms).toEqual([
      {
        vm: '1',
        name: 'vm-1',
        account: 'acme',
        project: 'default',
        schedule: expect.stringContaining('office-hours'),
        wantedAtFrom: 'off',
        transitions: [
          { at: '2026-01-01T07:00:00Z', wanted: 'on' },
          { at: '2026-01-01T17:00:00Z', wanted: 'off' },
          { at: '2026-01-02T07:00:00Z', wanted: 'on' },
          { at: '2026-01-02T17:00:00Z', wanted: 'off' },
        ],
      },
      expect.objectContaining({ vm: '2', schedule: null, wantedAtFrom: 'none', transitions: [] }),
    ]);
    expect(json.atFault).toMatchObject([{ vm: '3', faults: [expect.stringContaining('office-hours')] }]);
    expect(json.unlisted).toEqual([]);
  });

  it('looks two weeks ahead unless it is told', async () => {
    // Two weeks from a Thursday have ten working days.
    expect((await get('')).json.vms[0].transitions).toHaveLength(20);
  });

  it('shows the selected VMs only', async () => {
    const { json } = await get('select=env%3Dprod');
    expect([idsOf(json.vms), idsOf(json.atFault)]).toEqual([['2'], []]);
    expect(idsOf((await get('select=env%3Ddev')).json.atFault)).toEqual(['3']);
  });

  it.each([
    ['days=0', ['days']],
    ['days=93', ['days']],
    ['days=1.5', ['days']],
    ['days=-1', ['days']],
    ['days=', ['days']],
    ['days=1&days=2', ['days']],
    ['select=env+in+(', ['select']],
    ['select=', ['select']],
    ['selct=a&day=1', ['selct', 'day']],
  ])('refuses "%s" and names the parameter', async (query, paths) => {
    const { status, json } = await get(query);
    expect([status, json.faults.map(({ path }: { path: string }) => path)]).toEqual([400, paths]);
  });

  it.each(['days=1', 'days=92'])('takes %s', async (query) => {
    expect((await get(query)).status).toBe(200);
  });

  it('answers 502 with every list that failed when no VM could be listed', async () => {
    const bench = apiBench({ accounts: [{ name: 'acme', projects: ['default'] }] }, fleet);
    bench.cloud.failList('default', new PowerError('list-failed', 'the list answers 500'));
    const { status, json } = await get('select=env%3Ddev', bench);
    expect([status, json.faults]).toEqual([502, [{ path: 'acme/default', message: 'the list answers 500' }]]);
  });

  it('shows what it can when a project could not be listed, and names it', async () => {
    // As far as the configuration knows there are two more projects.
    const bench = apiBench({}, fleet);
    bench.cloud.failList('default', new PowerError('list-failed', 'the list answers 500'));
    const { status, json } = await get('', bench);
    const unlisted = [{ account: 'acme', project: 'default', reason: 'the list answers 500' }];
    expect([status, json]).toEqual([200, { vms: [], atFault: [], unlisted }]);
  });

  it('asks for less when the answer would be too long for Lambda', async () => {
    const vms = Array.from({ length: 700 }, (_, index) => ({ id: `${index}`, description: '[schedule=office-hours]' }));
    const { status, json } = await get('days=92', apiBench({}, vms));
    expect([status, json.detail]).toEqual([400, expect.stringContaining('fewer')]);
  });
});

describe('GET /v1/vms/{vm_id}/explain', () => {
  const get = (id: string, query = '', bench = apiBench({}, fleet)) =>
    bench.send({ method: 'GET', path: `/v1/vms/${id}/explain`, query });

  it('says what is wanted, since when, and what a tick would do now and why', async () => {
    const { status, json } = await get('1');
    expect([status, json]).toEqual([
      200,
      {
        vm: '1',
        wanted: 'off',
        boundary: '2025-12-31T17:00:00Z',
        next: { at: '2026-01-01T07:00:00Z', wanted: 'on' },
        schedule: expect.stringContaining('office-hours'),
        override: null,
        mark: null,
        decision: { action: null, reason: expect.stringContaining('first seen') },
      },
    ]);
  });

  it('decides for another instant', async () => {
    const { json } = await get('1', 'at=2026-01-02T09:30%2B01:00');
    expect(json).toMatchObject({ wanted: 'on', boundary: '2026-01-02T07:00:00Z' });
  });

  it('takes account/id', async () => {
    expect((await get('acme%2F2')).json).toMatchObject({ vm: '2', wanted: 'none', schedule: null });
  });

  it('answers 404 for an id in no list, and 502 where it may be in one that could not be read', async () => {
    expect((await get('99')).status).toBe(404);
    const bench = apiBench({}, fleet);
    bench.cloud.failList('default', new PowerError('list-failed', 'the list answers 500'));
    expect((await get('1', '', bench)).status).toBe(502);
  });

  it.each(['at=noon', 'at=2026-01-02T09:30', 'at=2026-01-02T09:30+01:00', 'at=2026-02-30T09:30Z', 'at=', 'on=x'])(
    'refuses "%s"',
    async (query) => {
      const { status, json } = await get('1', query);
      expect([status, json.faults[0].path]).toEqual([400, query.split('=')[0]]);
    },
  );
});
