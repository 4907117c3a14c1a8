// One look: each list once, a read only for who is missing from it, and nothing certain from what could not be read.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../lib/core/errors.ts';
import { look } from '../../lib/run/look.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryLog } from '../fakes/log.ts';
import { FakeCloud } from '../fakes/vm-cloud.ts';
import { vm } from '../fixtures/vm.ts';

function stage(accounts: readonly string[] = ['main']) {
  const clock = new FakeClock();
  const projects = { a: [{ id: '1' }, { id: '2', state: 'hibernated' }], b: [{ id: '3', state: 'shutoff' }] };
  const clouds = accounts.map((account) => new FakeCloud({ account, clock, projects }));
  const log = new MemoryLog();
  const world = {
    accounts: clouds.map((cloud) => ({ cloud, projects: ['a', 'b'] })),
    states: { hibernated: 'off' } as const,
    log,
  };
  return { clouds, log, look: (...vms: Parameters<typeof look>[0]) => look(vms, world) };
}

const one = vm({ id: '1', project: 'a' });
const two = vm({ id: '2', project: 'a' });
const three = vm({ id: '3', project: 'b' });

describe('a look', () => {
  it("gives each VM's power by its key, with the state names of the configuration", async () => {
    const { look: see } = stage();
    expect(await see(one, two, three)).toEqual({ 'main/1': 'on', 'main/2': 'off', 'main/3': 'off' });
    expect(await see()).toEqual({});
  });

  it('lists only the projects of the VMs it is for, each once', async () => {
    const { look: see, clouds } = stage(['main', 'acme']);
    await see(one, two, vm({ id: '3', project: 'b', account: 'acme' }));
    expect(clouds.map(({ listed }) => listed.map(({ project }) => project))).toEqual([['a'], ['b']]);
  });

  it('reads one that is missing from its list from its own account', async () => {
    const { look: see, clouds } = stage(['main', 'acme']);
    for (const cloud of clouds) cloud.onList = () => [];
    clouds[0]?.setState('1', 'paused');
    clouds[1]?.remove('2');
    expect(await see(one, vm({ ...two, account: 'acme' }))).toEqual({ 'main/1': 'other', 'acme/2': 'gone' });
    expect(clouds.map(({ calls }) => calls.reads)).toEqual([1, 1]);
  });

  it('has seen nothing of a VM whose list failed, says why, and does not read it', async () => {
    const { look: see, clouds } = stage();
    clouds[0]?.failList('a', new PowerError('list-failed', 'HTTP 500'));
    expect(await see(one, three)).toEqual({ 'main/1': { unseen: 'HTTP 500' }, 'main/3': 'off' });
    expect(clouds[0]?.calls.reads).toBe(0);
  });

  it('has seen nothing of a VM that cannot be read either, and says and logs why', async () => {
    const { look: see, clouds, log } = stage();
    const error = new PowerError('read-failed', 'HTTP 500');
    for (const cloud of clouds) {
      cloud.onList = () => [];
      cloud.onRead = () => Promise.reject(error);
    }
    expect(await see(one)).toEqual({ 'main/1': { unseen: 'HTTP 500' } });
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: 'a VM that is missing from its list could not be read either',
        fields: { vm: '1', account: 'main', error },
      },
    ]);
  });

  it('has seen nothing of a VM of an account that is not there', async () => {
    const { look: see, log } = stage();
    expect(await see(vm({ id: '1', account: 'lost' }), one)).toEqual({
      'lost/1': { unseen: 'account "lost" has no cloud' },
      'main/1': 'on',
    });
    expect(log.lines).toEqual([]);
  });
});
