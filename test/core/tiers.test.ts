// Who has whose turn: tiers from tags, up and down, with those beside whom nothing is done for.

import { describe, expect, it } from 'vitest';
import { actions } from '../../lib/core/action.ts';
import { makePlan, type Plan, planWishes, type Wish } from '../../lib/core/plan.ts';
import { directionOf, tierOf, tiersOf, turnsOf } from '../../lib/core/tiers.ts';
import type { Vm } from '../../lib/core/vm.ts';
import { vm } from '../fixtures/vm.ts';
import { policy } from '../fixtures/world.ts';

const leave = { dryRun: false, allowDataLoss: true, overrideGuard: true };
const request = { select: '*', ids: null, ...leave };

function planned(action: 'start' | 'shutdown' | 'reboot', ...vms: readonly Vm[]): Plan {
  return makePlan({ ...request, action }, { vms, unlisted: [] }, policy, 0);
}

const inTier = (id: string, tier: string, more: Parameters<typeof vm>[0] = {}) =>
  vm({ id, tags: tier === '' ? {} : { tier }, ...more });

const shape = (tiers: ReturnType<typeof tiersOf>) =>
  tiers.map(({ tier, pursuits, bystanders }) => [
    tier,
    pursuits.map((pursuit) => pursuit.vm.id),
    bystanders.map((outcome) => outcome.vm),
  ]);

describe('the tier of a VM', () => {
  it.each([
    [{}, [], 0],
    [{ tier: '3' }, [], 3],
    [{ tier: '-1' }, [], -1],
    [{ tier: '2.5' }, [], 2.5],
    [{ tier: '-0' }, [], 0],
    [{ tier: '007' }, [], 7],
    [{ tier: '2' }, ['the tag env is at fault'], 2],
    [{ tier: 'db' }, ['the tag tier is at fault'], null],
    [{ tier: '' }, ['the tag tier is at fault'], null],
    [{ tier: '0x10' }, ['the tag tier is at fault'], null],
    [{}, ['a group could not be read'], 0],
    [{}, ['the description says "[tier: 2]"; write [tier=2]'], null],
    [{}, ['"Tier" is not exactly the special tag'], null],
    [{}, ['the tag frontier is at fault'], 0],
  ])('with the tags %j and the faults %j is %s', (tags, faults, tier) => {
    expect(tierOf({ tags, faults })).toBe(tier);
  });
});

describe('the way through the tiers', () => {
  it('is up for what ends on, and down for what ends off', () => {
    expect(actions.map((action) => [action, directionOf(action)])).toEqual([
      ['start', 'up'],
      ['shutdown', 'down'],
      ['power_off', 'down'],
      ['reboot', 'up'],
      ['reset', 'up'],
    ]);
  });

  it('has equal tiers together, as numbers and not as texts', () => {
    const fleet = (power: 'on' | 'off') =>
      [
        inTier('a', '10', { power }),
        inTier('b', '9', { power }),
        inTier('c', '', { power }),
        inTier('d', '9.0', { power }),
      ] as const;
    expect(shape(tiersOf('up', planned('start', ...fleet('off'))))).toEqual([
      [0, ['c'], []],
      [9, ['b', 'd'], []],
      [10, ['a'], []],
    ]);
    expect(shape(tiersOf('down', planned('shutdown', ...fleet('on'))))).toEqual([
      [10, ['a'], []],
      [9, ['b', 'd'], []],
      [0, ['c'], []],
    ]);
    expect(tiersOf('up', planned('shutdown', ...fleet('on')))).toEqual([]);
  });

  it('passes by those that are left alone, up to the last tier with something to do', () => {
    const plan = planned(
      'shutdown',
      inTier('off', '3', { power: 'off' }),
      inTier('kept', '2', { tags: { tier: '2', protected: '' } }),
      inTier('on', '1'),
      inTier('paused', '1', { power: 'other' }),
      inTier('last', '0', { power: 'off' }),
    );
    expect(shape(tiersOf('down', plan))).toEqual([
      [3, [], ['off']],
      [2, [], ['kept']],
      [1, ['on'], ['paused']],
    ]);
  });

  it('has one whose tier cannot be read before all others', () => {
    const faulty = vm({ id: 'x', tags: {}, faults: ['the tag tier is at fault'] });
    const readable = vm({ id: 'y', tags: { tier: '1' }, faults: ['?'] });
    const plan = planned('shutdown', inTier('a', '2'), inTier('b', '1'), faulty, readable);
    expect(shape(tiersOf('down', plan))).toEqual([
      [2, ['a'], ['x']],
      [1, ['b'], ['y']],
    ]);
  });

  it('keeps an id that stands in no list out of it', () => {
    const plan = makePlan(
      { ...request, action: 'shutdown', select: null, ids: ['a', 'nobody'] },
      { vms: [inTier('a', '1')], unlisted: [] },
      policy,
      0,
    );
    expect(shape(tiersOf('down', plan))).toEqual([[1, ['a'], []]]);
  });

  it('of a mixed plan is two ways, and who is left alone without an action stands beside both', () => {
    const wishes: Wish[] = [
      { vm: inTier('up', '1', { power: 'off' }), action: 'start' },
      { vm: inTier('down', '1'), action: 'shutdown' },
      { vm: inTier('upper', '0', { power: 'other' }), action: 'start' },
      { vm: vm({ id: 'kept', tags: { tier: '1', protected: '' } }), action: 'start' },
      { vm: vm({ id: 'faulty', tags: { tier: '1' }, faults: ['?'] }), action: 'start' },
      { vm: inTier('idle', '1'), leave: { result: 'skipped', code: 'schedule', reason: '' } },
      { vm: inTier('fine', '1'), leave: { result: 'unchanged', code: 'already', reason: '' } },
    ];
    const plan = { ...planWishes(wishes, leave, { vms: [], unlisted: [] }, policy, 0), matched: true };
    expect(shape(tiersOf('up', plan))).toEqual([
      [0, [], ['upper']],
      [1, ['up'], ['kept', 'faulty', 'idle']],
    ]);
    expect(shape(tiersOf('down', plan))).toEqual([[1, ['down'], ['kept', 'faulty', 'idle']]]);
  });
});

describe('a dry run', () => {
  const rehearse = (...vms: readonly Vm[]) =>
    makePlan({ ...request, action: 'shutdown', dryRun: true }, { vms, unlisted: [] }, policy, 0).outcomes.map(
      ({ vm: id, reason }) => [id, reason],
    );

  it('names the tier and the turn of each', () => {
    expect(rehearse(inTier('a', '0'), inTier('b', '2'), inTier('c', '2', { power: 'stopping' }))).toEqual([
      ['a', 'shutdown would be sent: it is on (tier 0, turn 2 of 2 on the way down)'],
      ['b', 'shutdown would be sent: it is on (tier 2, turn 1 of 2 on the way down)'],
      ['c', 'it would only be looked at: it is stopping already (tier 2, turn 1 of 2 on the way down)'],
    ]);
  });

  it('counts only tiers with something to do', () => {
    expect(rehearse(inTier('a', '3', { power: 'off' }), inTier('b', '2'), inTier('c', '1'))).toEqual([
      ['a', 'it already is off (state "running")'],
      ['b', 'shutdown would be sent: it is on (tier 2, turn 1 of 2 on the way down)'],
      ['c', 'shutdown would be sent: it is on (tier 1, turn 2 of 2 on the way down)'],
    ]);
  });

  it('says nothing of tiers where there is one', () => {
    expect(rehearse(inTier('a', '3'), inTier('b', '2', { power: 'off' }))).toEqual([
      ['b', 'it already is off (state "running")'],
      ['a', 'shutdown would be sent: it is on'],
    ]);
  });

  it('counts each direction for itself', () => {
    const plan = planned('start', inTier('a', '0', { power: 'off' }), inTier('b', '1', { power: 'off' }));
    expect([...turnsOf(plan)]).toEqual([
      ['main/a', 'tier 0, turn 1 of 2 on the way up'],
      ['main/b', 'tier 1, turn 2 of 2 on the way up'],
    ]);
  });
});
