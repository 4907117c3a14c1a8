import { describe, expect, it } from 'vitest';
import type { Action } from '../../lib/core/action.ts';
import { type Claims, checkTruth, isClean, remember, type Witness } from '../../simulator/truth.ts';

interface TrueVm {
  readonly powers: readonly (readonly [fromMs: number, power: string])[];
  readonly actions?: readonly string[];
  readonly exists?: boolean;
}

const startedAt = Date.UTC(2026, 0, 1);
const endedAt = startedAt + 10_000;

function witness(vms: Readonly<Record<string, TrueVm>>): Witness {
  return {
    ids: Object.keys(vms),
    truth: (id) => ({ exists: vms[id]?.exists ?? true }),
    powerAt: (id, atMs) => vms[id]?.powers.findLast(([from]) => startedAt + from <= atMs)?.[1] ?? 'other',
    actionsOf: (id) => vms[id]?.actions ?? [],
  };
}

const off: TrueVm = {
  powers: [
    [0, 'on'],
    [3_000, 'off'],
  ],
  actions: ['shutdown'],
};
const on: TrueVm = { powers: [[0, 'on']], actions: ['shutdown'] };
const untouched: TrueVm = { powers: [[0, 'on']] };
const gone: TrueVm = { powers: [[0, 'on']], exists: false };

type Outcome = Claims['outcomes'][number];

const claim = (result: Outcome['result'], parts: Partial<Outcome> = {}): Outcome => ({
  vm: '1',
  name: 'web',
  result,
  attempts: 1,
  durationMs: 4_000,
  code: '',
  ...parts,
});

const claims = (outcomes: readonly Outcome[], action: Action = 'shutdown'): Claims => ({
  run: { action, startedAt: new Date(startedAt).toISOString(), endedAt: new Date(endedAt).toISOString() },
  outcomes,
});

const nothingBefore = new Map<string, number>();

describe('a claim', () => {
  it.each<[string, Outcome, TrueVm, Action?]>([
    ['succeeded, and it is off', claim('succeeded'), off],
    ['succeeded, and it went off while the look was under way', claim('succeeded', { durationMs: 2_990 }), off],
    [
      'unchanged, and it was gone soon after',
      claim('unchanged', { durationMs: 0 }),
      {
        powers: [
          [0, 'off'],
          [100, 'other'],
        ],
        exists: false,
      },
    ],
    ['unchanged, and it is off', claim('unchanged', { attempts: 0 }), { powers: [[0, 'off']] }],
    ['failed, and it is on', claim('failed'), on],
    ['failed, and it went off later', claim('failed', { durationMs: 2_000 }), off],
    ['refused, and it is on', claim('refused'), on],
    ['skipped, and nothing reached it', claim('skipped', { attempts: 0 }), untouched],
    ['planned, and nothing reached it', claim('planned', { attempts: 0 }), untouched],
    ['gone, and it is', claim('gone'), gone],
    ['unknown, whatever it is', claim('unknown'), off],
    ['accepted, and it received it', claim('accepted'), { ...on, actions: ['reboot'] }, 'reboot'],
    ['sent more often than it arrived', claim('succeeded', { attempts: 2 }), off],
  ])('is true: %s', (_name, outcome, vm, action) => {
    const truth = checkTruth(claims([outcome], action), witness({ 1: vm }), nothingBefore);
    expect(truth).toMatchObject({ outcomes: 1, truthful: 1, contradictions: [] });
    expect(isClean(truth)).toBe(true);
  });

  it.each<[string, Outcome, TrueVm, string, Action?]>([
    ['succeeded, and it is on', claim('succeeded'), on, 'it was on, then on'],
    [
      'succeeded, and it went off only after the run',
      claim('succeeded'),
      {
        ...off,
        powers: [
          [0, 'on'],
          [11_000, 'off'],
        ],
      },
      'it was on, then on',
    ],
    ['unchanged, and it is on', claim('unchanged'), on, 'it was on, then on'],
    ['failed, and it was off by then', claim('failed'), off, 'it was off'],
    ['refused, and it was off by then', claim('refused'), off, 'it was off'],
    ['skipped, and an action reached it', claim('skipped'), on, 'it received shutdown'],
    ['planned, and an action reached it', claim('planned'), on, 'it received shutdown'],
    ['gone, and it exists', claim('gone'), untouched, 'it exists'],
    ['accepted, and nothing reached it', claim('accepted'), untouched, 'no reboot reached it', 'reboot'],
    [
      'sent less often than it arrived',
      claim('succeeded'),
      { ...off, actions: ['shutdown', 'shutdown'] },
      'more than the 1',
    ],
    ['an outcome of a VM that never was', claim('succeeded', { vm: '9' }), off, 'there is no such VM'],
  ])('is false: %s', (_name, outcome, vm, why, action) => {
    const truth = checkTruth(claims([outcome], action), witness({ 1: vm }), nothingBefore);
    expect(truth).toMatchObject({ outcomes: 1, truthful: 0 });
    expect(truth.contradictions).toEqual([expect.stringContaining(why)]);
    expect(isClean(truth)).toBe(false);
  });

  it('may say of an id that it is in no list', () => {
    const outcome = claim('refused', { vm: '9', code: 'not-listed', attempts: 0 });
    expect(checkTruth(claims([outcome]), witness({}), nothingBefore).truthful).toBe(1);
  });
});

describe('what must not be done', () => {
  it('is to touch a VM that was not selected', () => {
    const truth = checkTruth(claims([]), witness({ 1: on, 2: untouched }), nothingBefore);
    expect(truth).toMatchObject({ unselected: 2, touched: ['1'] });
    expect(isClean(truth)).toBe(false);
  });

  it('does not count what had reached it before the run', () => {
    const world = witness({ 1: on });
    expect(checkTruth(claims([]), world, remember(world)).touched).toEqual([]);
  });

  it.each(['power_off', 'reset'])('is to send %s without leave', (action) => {
    const world = witness({ 1: { ...off, actions: ['shutdown', action] } });
    const outcomes = claims([claim('succeeded', { attempts: 2 })]);
    expect(checkTruth(outcomes, world, nothingBefore).forced).toEqual(['1']);
    expect(isClean(checkTruth(outcomes, world, nothingBefore))).toBe(false);
    expect(checkTruth(outcomes, world, nothingBefore, (id) => id === '1').forced).toEqual([]);
  });

  it('is not to send power_off when that is what was asked for', () => {
    const world = witness({ 1: { ...off, actions: ['power_off'] } });
    expect(isClean(checkTruth(claims([claim('succeeded')], 'power_off'), world, nothingBefore))).toBe(true);
  });

  it.each<Action>(['reboot', 'reset'])('is to send %s twice', (action) => {
    const world = witness({ 1: { ...on, actions: [action, action] } });
    const truth = checkTruth(claims([claim('accepted', { attempts: 2 })], action), world, nothingBefore);
    expect(truth).toMatchObject({ contradictions: [], repeated: ['1'] });
    expect(isClean(truth)).toBe(false);
  });
});
