// The fleet as a run takes it: what is in scope, what is left out whole, and in which words.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import { takeInventory } from '../../lib/run/inventory.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryLog } from '../fakes/log.ts';
import { FakeCloud, type FakeVm } from '../fakes/vm-cloud.ts';
import { noSchedules } from '../fixtures/world.ts';

type Projects = Readonly<Record<string, readonly FakeVm[]>>;

function stage(fleet: Readonly<Record<string, Projects>>) {
  const clock = new FakeClock();
  const log = new MemoryLog();
  const accounts = Object.entries(fleet).map(([account, projects]) => ({
    cloud: new FakeCloud({ account, clock, projects }),
    projects: Object.keys(projects),
  }));
  const take = (accountNames: readonly string[] | null = null, projects: readonly string[] | null = null) =>
    takeInventory(
      { accounts: accountNames, projects },
      { accounts, tags: [], states: { hibernated: 'off' }, schedules: noSchedules, log },
    );
  const clouds = Object.fromEntries(accounts.map(({ cloud }) => [cloud.account, cloud]));
  return { take, log, clouds };
}

const fleet = {
  acme: { web: [{ id: '1', description: '[env=dev]' }], db: [{ id: '2', state: 'hibernated' }] },
  zeta: { web: [{ id: '1' }] },
};

describe('an inventory', () => {
  it('is every VM of every project, tagged and with its power', async () => {
    const { take, log } = stage(fleet);
    const { vms, unlisted } = await take();
    expect(vms.map(({ account, project, id, power, tags }) => [account, project, id, power, tags])).toEqual([
      ['acme', 'web', '1', 'on', { env: 'dev' }],
      ['acme', 'db', '2', 'off', {}],
      ['zeta', 'web', '1', 'on', {}],
    ]);
    expect([unlisted, log.lines]).toEqual([[], []]);
  });

  it.each<[readonly string[] | null, readonly string[] | null, readonly string[]]>([
    [['zeta'], null, ['zeta/web']],
    [null, ['web'], ['acme/web', 'zeta/web']],
    [null, ['db'], ['acme/db']],
    [['acme'], ['web'], ['acme/web']],
    [
      ['zeta', 'acme'],
      ['db', 'web'],
      ['acme/web', 'acme/db', 'zeta/web'],
    ],
  ])('of the accounts %j and the projects %j lists %j', async (accounts, projects, expected) => {
    const { take, clouds } = stage(fleet);
    await take(accounts, projects);
    const listed = Object.values(clouds).flatMap(({ account, listed: calls }) =>
      calls.map(({ project }) => `${account}/${project}`),
    );
    expect(listed).toEqual(expected);
  });

  it.each<[readonly string[] | null, readonly string[] | null, string]>([
    [['acme', 'x', 'y'], null, 'there is no account "x", "y" in the configuration; there is: acme, zeta'],
    [null, ['web', 'x'], 'there is no project "x" in the configuration; there is: web, db'],
    [['zeta'], ['db'], 'there is no project "db" in the configuration; there is: web'],
  ])('of the accounts %j and the projects %j is refused', async (accounts, projects, message) => {
    const { take, clouds } = stage(fleet);
    await expect(take(accounts, projects)).rejects.toThrowError(expect.objectContaining({ code: 'request', message }));
    expect(Object.values(clouds).map(({ calls }) => calls.lists)).toEqual([0, 0]);
  });
});

describe('a project that is left out whole', () => {
  it('is one whose list failed, with the reason in the log too', async () => {
    const { take, clouds, log } = stage(fleet);
    const error = new PowerError('list-failed', 'HTTP 500');
    clouds.acme?.failList('web', error);
    const { vms, unlisted } = await take();
    expect(unlisted).toEqual([{ account: 'acme', project: 'web', reason: 'HTTP 500' }]);
    expect(vms.map(({ account, id }) => `${account}/${id}`)).toEqual(['acme/2', 'zeta/1']);
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: 'a project could not be listed; its VMs are left alone',
        fields: { account: 'acme', project: 'web', error },
      },
    ]);
  });

  it('is each whose list failed, with a reason of its own', async () => {
    const { take, clouds } = stage(fleet);
    clouds.acme?.failList('db', new PowerError('list-failed', 'HTTP 500'));
    clouds.zeta?.failList('web', new PowerError('list-not-whole', 'there is a next page'));
    expect((await take()).unlisted).toEqual([
      { account: 'acme', project: 'db', reason: 'HTTP 500' },
      { account: 'zeta', project: 'web', reason: 'there is a next page' },
    ]);
  });

  it('is one at which we made a mistake, of which only the kind is told', async () => {
    const { take, clouds } = stage({ acme: fleet.acme });
    if (clouds.acme) clouds.acme.onList = () => Promise.reject(new TypeError('Bearer abc'));
    const { vms, unlisted } = await take(null, ['web']);
    const reason = 'a mistake of ours while listing (TypeError); please report it';
    expect([vms, unlisted]).toEqual([[], [{ account: 'acme', project: 'web', reason }]]);
  });

  it('is each of several that show the same VM, and no other', async () => {
    const { take, clouds } = stage({ acme: { a: [{ id: '1' }], b: [{ id: '2' }], c: [{ id: '3' }] } });
    const { acme } = clouds;
    if (acme) acme.onList = (project, vms) => (project === 'b' ? [...vms, { ...acme.vm('1'), project: 'b' }] : vms);
    const { vms, unlisted } = await take();
    const reason =
      'VM acme/1 stands in the lists of several projects, so none of them can be trusted: check the configured projects';
    expect(unlisted).toEqual([
      { account: 'acme', project: 'a', reason },
      { account: 'acme', project: 'b', reason },
    ]);
    expect(vms.map(({ id }) => id)).toEqual(['3']);
  });
});
