// power keep and power overrides: made, listed and cancelled over a fake fleet, and what a decision makes of them.

import { describe, expect, it } from 'vitest';
import { PowerError } from '../../../lib/core/errors.ts';
import { explainVm } from '../../../lib/run/schedule/explain.ts';
import {
  cancelOverride,
  type KnownOverride,
  listOverrides,
  makeKnownOverride,
  makeOverride,
  type OverrideRequest,
} from '../../../lib/run/schedule/overrides.ts';
import type { KeptOverride } from '../../../lib/stores.ts';
import { at, hourMs, keptOverride, noon, type PlanScene, planScene } from './planning.ts';

const fleet = [
  { id: '8', description: '[schedule=office env=dev]' },
  { id: '9', description: '[env=dev]' },
  { id: '10', description: '[schedule=office env=dev] [protected]' },
  { id: '11', description: '[schedule=ofice]' },
  { id: '12', description: '[schedule="-19:00" env=prod]' },
];

const request: OverrideRequest = {
  keep: 'on',
  select: 'env=dev',
  ids: null,
  until: { kind: 'for', ms: 3 * hourMs },
  reason: 'demo',
  by: 'amel',
};

function make(changes: Partial<OverrideRequest> = {}, { world }: Pick<PlanScene, 'world'> = planScene(fleet)) {
  return makeOverride({ ...request, ...changes }, { ...world, maxDurationMs: 24 * hourMs, newId: () => 'o1' });
}

async function refusal(changes: Partial<OverrideRequest>, scene = planScene(fleet)): Promise<string> {
  const error: unknown = await make(changes, scene).catch((thrown: unknown) => thrown);
  expect((await scene.world.state.load()).overrides).toEqual([]);
  return error instanceof PowerError ? `${error.code}: ${error.message}` : `no PowerError: ${String(error)}`;
}

describe('an override', () => {
  it('is resolved to VMs, kept, and says whom it leaves out', async () => {
    const scene = planScene(fleet);
    const { override, vms, leftOut, unlisted } = await make({}, scene);
    const endMs = noon + 3 * hourMs;
    expect(override).toEqual({
      id: 'o1',
      keep: 'on',
      startMs: noon,
      reason: 'demo',
      by: 'amel',
      ends: { 'main/8': endMs, 'main/9': endMs },
      cancelledMs: null,
    });
    expect((await scene.world.state.load()).overrides).toEqual([override]);
    expect(vms.map((each) => [each.vm.id, each.endMs])).toEqual([
      ['8', endMs],
      ['9', endMs],
    ]);
    expect(leftOut.map(({ vm, reason }) => [vm.id, reason])).toEqual([
      ['10', 'its tag "protected" keeps every action away from it'],
      ['11', expect.stringMatching(/^it is left alone until this is put right: .*did you mean office\?/)],
    ]);
    expect(unlisted).toEqual([]);
  });

  it('is what decides from its start to its end', async () => {
    const scene = planScene(fleet);
    await make({ keep: 'off' }, scene);
    const decisionAt = async (ms: number) => (await explainVm('8', ms, scene.world)).decision.action;
    expect(await decisionAt(noon)).toBe('shutdown');
    expect(await decisionAt(noon + 3 * hourMs)).toBeNull();
  });

  it('leaves out VMs with any fault, and says all of them', async () => {
    const faulty = { id: '13', description: '[env=dev tier=1] [tier=2]', faults: ['it shows no state'] };
    const { vms, leftOut } = await make({}, planScene([{ id: '9', description: '[env=dev]' }, faulty]));
    expect(vms.map(({ vm }) => vm.id)).toEqual(['9']);
    expect(leftOut).toEqual([
      { vm: expect.anything(), reason: expect.stringMatching(/^it is left alone .*: it shows no state; .*tier/) },
    ]);
  });

  it('may end at an instant', async () => {
    const { override } = await make({ until: { kind: 'at', ms: at('23T22:00') } });
    expect(override.ends).toEqual({ 'main/8': at('23T22:00'), 'main/9': at('23T22:00') });
  });

  it('may be on ids, of which a selector then chooses', async () => {
    expect((await make({ select: null, ids: ['12'] })).vms.map(({ vm }) => vm.id)).toEqual(['12']);
    expect((await make({ select: 'schedule', ids: ['8', '9'] })).vms.map(({ vm }) => vm.id)).toEqual(['8']);
  });

  it('until the next start ends per VM by its schedule, beyond any cap', async () => {
    const friday = planScene([...fleet, { id: '13', description: '[schedule="Sat 10:00-12:00" env=dev]' }]);
    await friday.clock.run(friday.clock.sleep(at('27T17:00') - noon));
    const { override, leftOut } = await make({ until: { kind: 'next-start' } }, friday);
    expect(override.ends).toEqual({ 'main/8': at('30T08:00'), 'main/13': at('28T10:00') });
    expect(leftOut.map(({ vm, reason }) => [vm.id, reason])).toContainEqual(['9', 'it has no schedule that starts it']);
  });

  it('until the next stop leaves out VMs whose schedule never stops them', async () => {
    const always = { id: '13', description: '[schedule="always on" env=dev]' };
    const { override, leftOut } = await make({ until: { kind: 'next-stop' } }, planScene([...fleet, always]));
    expect(override.ends).toEqual({ 'main/8': at('23T18:00') });
    expect(leftOut.map(({ vm, reason }) => [vm.id, reason])).toEqual([
      ['9', 'it has no schedule that stops it'],
      ['10', expect.any(String)],
      ['11', expect.any(String)],
      ['13', 'its schedule "always on UTC" never stops it'],
    ]);
  });

  it('says which projects it could not look into', async () => {
    const { world } = planScene(fleet, { others: [{ id: '20', description: '[env=dev]' }] });
    const [main, beta] = world.accounts;
    if (main === undefined || beta === undefined) throw new Error('the scene has two accounts');
    const broken = { ...world, accounts: [main, { ...beta, projects: ['strange'] }] };
    const { vms, unlisted } = await make({}, { world: broken });
    expect(vms).toHaveLength(2);
    expect(unlisted).toEqual([{ account: 'beta', project: 'strange', reason: expect.any(String) }]);
  });
});

describe('an override on VMs that are known', () => {
  const known: KnownOverride = {
    id: 'o1',
    keep: 'on',
    reason: 'a link',
    by: 'link',
    keys: ['main/8', 'main/9'],
    endMs: noon + hourMs,
  };
  const keep = (changes: Partial<KnownOverride>, { world }: PlanScene) =>
    makeKnownOverride({ ...known, ...changes }, { ...world, maxDurationMs: 24 * hourMs });

  it('is kept from now on, without a look at the fleet', async () => {
    const scene = planScene(fleet);
    const made = await keep({}, scene);
    const ends = { 'main/8': noon + hourMs, 'main/9': noon + hourMs };
    expect(made).toEqual({
      id: 'o1',
      keep: 'on',
      startMs: noon,
      reason: 'a link',
      by: 'link',
      ends,
      cancelledMs: null,
    });
    expect((await scene.world.state.load()).overrides).toEqual([made]);
    expect(scene.world.accounts.map(({ cloud }) => cloud.calls.lists)).toEqual([0]);
  });

  it.each<[string, Partial<KnownOverride>, RegExp]>([
    ['on nobody', { keys: [] }, /one VM at least/],
    ['that ends now', { endMs: noon }, /ends after now/],
    ['beyond the longest allowed', { endMs: noon + 24 * hourMs + 1 }, /lasts at most 1d/],
  ])('is refused %s', async (_what, changes, message) => {
    const scene = planScene(fleet);
    await expect(keep(changes, scene)).rejects.toMatchObject({
      code: 'request',
      message: expect.stringMatching(message),
    });
    expect((await scene.world.state.load()).overrides).toEqual([]);
  });

  it('is made once for its id, however often, and then is the one that stands', async () => {
    const scene = planScene(fleet);
    const made = await keep({}, scene);
    expect(await keep({ keys: ['main/9'] }, scene)).toEqual(made);
    const cancelled = await scene.world.state.cancelOverride('o1', noon);
    expect(await keep({}, scene)).toEqual(cancelled);
    expect((await scene.world.state.load()).overrides).toEqual([cancelled]);
  });

  it('that could not be kept is an error, not one that stands', async () => {
    const scene = planScene(fleet);
    scene.world.state.putOverride = async () => {
      throw new PowerError('aws', 'the table is away');
    };
    await expect(keep({}, scene)).rejects.toMatchObject({ message: 'the table is away' });
  });

  it('changes nothing for a VM that is protected by now', async () => {
    const scene = planScene(fleet);
    await keep({ keys: ['main/10'] }, scene);
    expect(await explainVm('10', noon + 1, scene.world)).toMatchObject({ decision: { action: null } });
  });
});

describe('an override is refused', () => {
  it.each<[string, Partial<OverrideRequest>, RegExp]>([
    [
      'beyond the longest',
      { until: { kind: 'for', ms: 24 * hourMs + 1 } },
      /^request: .* at most 1d, now until 2026-11-24T12:00:00Z/,
    ],
    ['beyond it by instant', { until: { kind: 'at', ms: noon + 24 * hourMs + 1 } }, /^request: .* at most 1d/],
    ['for ever', { until: { kind: 'for', ms: Number.POSITIVE_INFINITY } }, /^request: .* at most 1d/],
    ['for no time', { until: { kind: 'for', ms: 0 } }, /^request: an override ends after now/],
    ['until now', { until: { kind: 'at', ms: noon } }, /^request: an override ends after now/],
    ['until no number', { until: { kind: 'at', ms: Number.NaN } }, /^request: an override ends after now/],
    ['for nobody in particular', { select: null }, /^request: say which VMs/],
    ['with an empty selector', { select: '' }, /^selector: /],
    [
      'where nobody is selected',
      { select: 'env=none,schedule=office' },
      /^not-found: no VM is selected by "env=none,sche/,
    ],
    [
      'where nothing matches, though who is at fault could be meant',
      { select: 'nosuch' },
      /^not-found: no VM is selected by "nosuch"; perhaps meant, and left out: main\/11: it is left alone until/,
    ],
    ['where ids and selector share nobody', { select: 'env=prod', ids: ['8'] }, /^not-found: no VM is selected/],
    ['of no ids', { select: null, ids: [] }, /^not-found: no VM is selected$/],
    ['for an id in no list', { select: null, ids: ['8', '404'] }, /^not-found: there is no VM 404/],
    [
      'where all are left out',
      { select: null, ids: ['10'] },
      /^not-found: no selected VM can be kept: main\/10: its tag "protected"/,
    ],
    [
      'until a start that nobody has',
      { select: 'env', ids: ['9', '12'], until: { kind: 'next-start' } },
      /^not-found: .* main\/9: it has no schedule that starts it; main\/12: its schedule ".*" never starts it$/,
    ],
  ])('%s, and nothing is kept', async (_name, changes, message) => {
    expect(await refusal(changes)).toMatch(message);
  });

  it('exactly as long as allowed it is not', async () => {
    expect((await make({ until: { kind: 'for', ms: 24 * hourMs } })).vms).toHaveLength(2);
  });

  it('with ten of many reasons', async () => {
    const many = Array.from({ length: 12 }, (_, index) => ({
      id: `${index + 20}`,
      description: '[env=dev protected=x]',
    }));
    expect(await refusal({}, planScene(many))).toMatch(/main\/29: [^;]*; and 2 more$/);
    expect(await refusal({}, planScene(many.slice(0, 10)))).toMatch(/main\/29: [^;]*$/);
  });

  it('as a failed list where the VMs may be in it', async () => {
    const scene = planScene(fleet);
    scene.cloud.failList('default', new PowerError('list-failed', 'HTTP 500'));
    expect(await refusal({}, scene)).toMatch(/^list-failed: no VM is selected by "env=dev"; but 1 project/);
  });
});

describe('the list of overrides', () => {
  it('has those that hold for some VM, the newest first', async () => {
    const { world } = planScene(fleet);
    const some: readonly KeptOverride[] = [
      keptOverride({ id: 'ended', ends: { 'main/8': noon } }),
      keptOverride({ id: 'old', startMs: noon - hourMs, ends: { 'main/8': noon, 'main/9': noon + 1 } }),
      keptOverride({ id: 'cancelled', cancelledMs: noon }),
      keptOverride({ id: 'cancelled later', startMs: noon - 2, cancelledMs: noon + 1 }),
      keptOverride({ id: 'new', startMs: noon - 1 }),
    ];
    for (const override of some) await world.state.putOverride(override);
    expect((await listOverrides(world, noon)).map(({ id }) => id)).toEqual(['new', 'cancelled later', 'old']);
  });
});

describe('cancelling', () => {
  it('ends it now, and only once', async () => {
    const { world, clock } = planScene(fleet);
    await world.state.putOverride(keptOverride());
    expect(await cancelOverride('o1', world)).toEqual(keptOverride({ cancelledMs: noon }));
    await clock.run(clock.sleep(hourMs));
    expect(await cancelOverride('o1', world)).toMatchObject({ cancelledMs: noon });
    expect(await listOverrides(world, noon)).toEqual([]);
  });

  it('of one that is not there is not found', async () => {
    await expect(cancelOverride('o2', planScene(fleet).world)).rejects.toMatchObject({
      code: 'not-found',
      message: 'there is no override "o2": list them and check the id',
    });
  });
});
