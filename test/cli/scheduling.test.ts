import { describe, expect, it } from 'vitest';
import type { SimulatedVmSpec } from '../../simulator/vm.ts';
import { startDynalite } from '../fixtures/dynalite.ts';
import { expectClean, type Rig, useRig as usePower } from './power-process.ts';

// Windows of any hour: these tests run at any time of the day.
const fleet: readonly SimulatedVmSpec[] = [
  { id: 1, name: 'web', description: '[schedule=up env=dev]', behaviour: 'off' },
  { id: 2, name: 'night\u001b[2J', description: '[schedule=down env=dev]' },
  { id: 3, name: 'typo', description: '[schedule=dwn]' },
  { id: 4, name: 'vault', description: '[schedule=down protected]' },
  { id: 5, name: 'plain', description: '' },
  { id: 6, name: 'weekly', description: '[schedule="Mon 08:00-18:00" env=dev]' },
];

const sound = fleet.filter(({ name }) => name !== 'typo');

const config = {
  timezone: 'Africa/Algiers',
  schedules: { up: 'always on', down: 'always off' },
  prices: { currency: 'DZD', sizes: { 'b-2-4-100': { hourly: 4, stopped: 1 } } },
  guard: { maxShare: 1 },
};

function useRig(vms = fleet): Promise<Rig> {
  return usePower(vms, { config });
}

describe('power plan', () => {
  it('draws VMs that share a schedule once, and names those at fault', async () => {
    const { power, posts } = await useRig();
    const ended = await power(['plan', '--days', '2', '--savings']);
    expectClean(ended);
    expect(ended.stdout).toMatch(/^up Africa\/Algiers {2}1 VM: web \(1\)$/m);
    expect(ended.stdout).toMatch(/^down Africa\/Algiers {2}1 VM: night \(2\)$/m);
    expect(ended.stdout).toMatch(/^! left alone: VM 3 typo .*did you mean down\?/m);
    expect(ended.stdout).toContain('5 VMs: 3 with a schedule or an override, 1 without, 1 protected; 1 more at fault');
    expect(ended.stdout).toMatch(/VM hours are wanted off/);
    expect(ended.stdout).toMatch(/in money: \d+\.\d\d DZD of/);
    expect(posts()).toBe(0);
    expect(ended.code).toBe(1);
  });

  it('prints one document with --json, and ends with 0 where no VM is at fault', async () => {
    const { power } = await useRig(sound);
    const ended = await power(['plan', '-l', 'env=dev', '--json', '--savings']);
    const told = JSON.parse(ended.stdout);
    expect(Object.keys(told)).toEqual(['vms', 'atFault', 'unlisted', 'savings']);
    expect(told.vms.map(({ vm, schedule }: { vm: string; schedule: string }) => [vm, schedule])).toEqual([
      ['1', 'up Africa/Algiers'],
      ['2', 'down Africa/Algiers'],
      ['6', 'Mon 08:00-18:00 Africa/Algiers'],
    ]);
    expect(told.vms[2].transitions).toHaveLength(4);
    expect(Object.keys(told.savings)).toEqual(['hours', 'offHours', 'offShare', 'money', 'unpricedSizes', 'vms']);
    expect(ended.code).toBe(0);
  });
});

describe('power tick, explain, keep and overrides', () => {
  it('make the fleet what it is wanted, say why, and let people differ for a while', async () => {
    const { power, simulator, posts } = await useRig();
    const kept = (args: readonly string[]) => power([...args, '--state', 'state.json']);

    const rehearsed = await kept(['tick', '--dry-run', '--json']);
    expect(JSON.parse(rehearsed.stdout)).toMatchObject({
      tick: { listed: 6, scheduled: 3, acting: 2, inVain: [], atFault: [{ id: '3' }] },
      run: { action: null, dryRun: true },
      counts: { planned: 2 },
    });
    const start = JSON.parse(rehearsed.stdout).outcomes.find(({ vm }: { vm: string }) => vm === '1');
    expect(start.reason).toBe('start would be sent: it is off, and the schedule "up Africa/Algiers" wants it on');
    expect(rehearsed.stderr).toMatch(/^3 selected, 2 would be sent$/m);
    expect(rehearsed.code).toBe(1);
    expect(posts()).toBe(0);

    const ticked = await kept(['tick']);
    expectClean(ticked);
    expect(ticked.stdout).toMatch(/^1 .*start +✓ succeeded/m);
    expect(ticked.stdout).toMatch(/^2 .*shutdown +✓ succeeded/m);
    expect(ticked.stdout).toMatch(/^tick of .*Z: 6 VMs listed, 3 with a schedule or an override, 2 to act on$/m);
    expect(ticked.stdout).toMatch(/^3 +typo .*skipped .*did you mean down\?/m);
    expect(ticked.stdout.match(/did you mean down/g)).toHaveLength(1);
    expect(ticked.code).toBe(1);
    expect(simulator.truth('1').power).toBe('on');
    expect(simulator.truth('2').power).toBe('off');
    expect(simulator.actionsOf('4')).toEqual([]);

    const again = await kept(['tick', '--json']);
    expect(Object.keys(JSON.parse(again.stdout))).toEqual(['tick', 'run', 'counts', 'outcomes', 'unlisted', 'calls']);
    expect(JSON.parse(again.stdout)).toMatchObject({
      tick: { acting: 0 },
      run: null,
      outcomes: [],
      calls: { lists: 1, reads: 0, actions: 0 },
    });
    expect(again.code).toBe(1);

    const made = await kept([
      'keep',
      'on',
      '--id',
      '2',
      '--for',
      '3h',
      '--reason',
      'load\u001b[2J test',
      '--by',
      'me',
      '--json',
    ]);
    const { override, leftOut, unlisted } = JSON.parse(made.stdout);
    expect(override).toMatchObject({
      keep: 'on',
      reason: 'load\u001b[2J test',
      by: 'me',
      vms: [{ vm: '2', account: 'main' }],
    });
    expect([leftOut, unlisted]).toEqual([[], []]);

    const listed = await kept(['overrides']);
    expectClean(listed);
    expect(listed.stdout).toMatch(/on +main\/2 .* me +load test$/m);

    const explained = await kept(['explain', '2']);
    expectClean(explained);
    expect(explained.stdout).toContain('(the tag schedule=down, from the description)');
    expect(explained.stdout).toMatch(/override +keep on from .* by me: load test/);
    expect(explained.stdout).toMatch(/next tick +start: it is off, and the override/);
    const json = JSON.parse((await kept(['explain', '2', '--json'])).stdout);
    expect(json).toMatchObject({ vm: '2', wanted: 'on', decision: { action: 'start' }, mark: { wanted: 'off' } });

    expect((await kept(['overrides', 'cancel', override.id])).stdout).toContain(
      'cancelled: keep on on 1 VM (load test)',
    );
    expect(JSON.parse((await kept(['overrides', '--json'])).stdout)).toEqual({ overrides: [] });
    expect(JSON.parse((await kept(['explain', '2', '--json'])).stdout)).toMatchObject({
      override: null,
      decision: { action: null },
    });
  }, 60_000);

  it('remember in the table of the deployment where POWER_TABLE names it', async () => {
    const { power } = await useRig(sound);
    const dynalite = await startDynalite();
    const environment = {
      POWER_TABLE: dynalite.table,
      AWS_ENDPOINT_URL_DYNAMODB: String(dynalite.client.endpoint),
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
    const kept = await power(['keep', 'off', '--id', '1', '--for', '1h', '--reason', 'test'], environment);
    const ticked = await power(['tick', '--json'], environment);
    const listed = await power(['overrides', '--json'], environment);
    const both = await power(['overrides', '--state', 'state.json'], environment);
    await dynalite.close();
    expect(kept.stderr).toBe('');
    expect(JSON.parse(ticked.stdout)).toMatchObject({
      tick: { acting: 1 },
      outcomes: [{ vm: '2', result: 'succeeded' }],
    });
    expect(ticked.stderr).not.toContain('nothing is remembered');
    expect(ticked.code).toBe(0);
    expect(JSON.parse(listed.stdout).overrides).toMatchObject([{ keep: 'off', vms: [{ vm: '1' }] }]);
    expect(both.stderr).toContain('leave out --state');
    expect(both.code).toBe(2);
  }, 30_000);

  it('warns when nothing is remembered, and keeps nothing then', async () => {
    const { power } = await useRig();
    expect((await power(['tick', '--dry-run'])).stderr).toContain('nothing is remembered');
    const kept = await power(['keep', 'off', '--id', '1', '--for', '1h', '--reason', 'test']);
    expect(kept).toMatchObject({ stdout: '', code: 2 });
    expect(kept.stderr).toMatch(
      /^power: nothing was kept, for it would be forgotten at once: set POWER_TABLE .* --state/,
    );
  });

  it('leaves out of an override who has no such boundary, and says why', async () => {
    const { power } = await useRig();
    const ended = await power([
      'keep',
      'off',
      '--all',
      '--until-next-start',
      '--reason',
      'test',
      '--state',
      'state.json',
    ]);
    expectClean(ended);
    expect(ended.stdout).toMatch(/^6 +weekly .* 08:00 \+01:00/m);
    expect(ended.stdout).toMatch(/left out: VM 1 web: its schedule "up .*" never starts it/);
    expect(ended.stdout).toMatch(/left out: VM 4 vault: .*protected/);
    expect(ended.stdout).toMatch(/left out: VM 5 plain: it has no schedule/);
    expect(ended.stdout).toContain('kept off: 1 VM');
  });

  it.each<[string, string[], string]>([
    [
      'too long an override',
      ['keep', 'on', '--all', '--for', '30d', '--reason', 'x', '--state', 's.json'],
      'at most 7d',
    ],
    [
      'a selector that nothing has',
      ['keep', 'on', '-l', 'env=prd', '--for', '1h', '--reason', 'x', '--state', 's.json'],
      'no VM is selected',
    ],
    ['a VM that is not there', ['explain', '99'], 'there is no VM'],
    ['an override that is not there', ['overrides', 'cancel', 'nope'], 'there is no override'],
    ['a tick of the future', ['tick', '--at', '2999-01-01'], '--dry-run to look ahead'],
  ])('ends with 2 for %s, and sends nothing', async (_name, args, message) => {
    const { power, posts } = await useRig(sound);
    const ended = await power(args);
    expect(ended.stderr).toContain(message);
    expect(ended.stdout).toBe('');
    expect(ended.code).toBe(2);
    expect(posts()).toBe(0);
    expectClean(ended);
  });
});

describe('power check', () => {
  it('counts VMs per schedule and warns of those that never change', async () => {
    const { power } = await useRig();
    const ended = await power(['check', '--json']);
    const { schedules, faulty } = JSON.parse(ended.stdout).fleet;
    expect(schedules).toEqual([
      { schedule: 'up Africa/Algiers', vms: 1, neverChanges: true },
      { schedule: 'down Africa/Algiers', vms: 1, neverChanges: true },
      { schedule: 'Mon 08:00-18:00 Africa/Algiers', vms: 1, neverChanges: false },
    ]);
    expect(faulty).toMatchObject([{ id: '3' }]);
    expect(ended.code).toBe(1);
  });

  it('warns of a tag that keeps a VM for longer than an override may last', async () => {
    const { power } = await useRig([
      { id: 1, name: 'long', description: '[keep-off-until=2999-01-01T00:00Z]' },
      { id: 2, name: 'vault', description: '[keep-off-until=2999-01-01T00:00Z protected]' },
      { id: 3, name: 'over', description: '[keep-on-until=2026-01-01T00:00Z]' },
    ]);
    const ended = await power(['check', '--json']);
    expect(JSON.parse(ended.stdout).fleet.longKeeps).toEqual([
      { id: '1', name: 'long', account: 'main', project: 'default', keep: 'off', until: '2999-01-01T00:00:00Z' },
    ]);
    expect((await power(['check'])).stdout).toContain('VM 1 long: its tag keeps it off until 2999-01-01T00:00:00Z; an');
    expect(ended.code).toBe(0);
    const explained = (await power(['explain', '1'])).stdout;
    expect(explained).toMatch(/^ {2}wanted {5}off, since its tag was written$/m);
    expect(explained).toMatch(/^ {2}override {3}keep off since its tag was written until /m);
  });
});
