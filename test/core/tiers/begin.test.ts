// What becomes of a tier's plan by the time its turn comes, and how its sends are spread.

import { describe, expect, it } from 'vitest';
import type { Action } from '../../../lib/core/action.ts';
import { begunAt, staggered } from '../../../lib/core/tiers/begin.ts';
import type { Power } from '../../../lib/core/vm.ts';
import { pursue } from '../../fixtures/pursuit.ts';
import { vm } from '../../fixtures/vm.ts';
import { policy } from '../../fixtures/world.ts';

const later = 600_000;

describe('a pursuit whose turn comes later', () => {
  const turned = (action: Action, planned: Power, now: Partial<ReturnType<typeof vm>> = {}) => {
    const before = pursue(action, planned);
    const changed = Object.keys(now).length === 0 ? [] : [{ ...before.vm, ...now }];
    return begunAt(later, [before], changed, policy);
  };

  it('begins then, and its patience with it', () => {
    expect(turned('shutdown', 'on')).toMatchObject({
      pursuits: [{ phase: 'due', begunAt: later, patienceFrom: null, attempts: 0 }],
      outcomes: [],
    });
    expect(turned('start', 'stopping').pursuits).toMatchObject([
      { phase: 'awaiting', awaits: 'off', begunAt: later, patienceFrom: later },
    ]);
  });

  it('is not sent to when it is as wanted by then, or does not make sense any more', () => {
    expect(turned('shutdown', 'on', { power: 'off', state: 'shutoff' })).toMatchObject({
      pursuits: [],
      outcomes: [{ result: 'unchanged', code: 'already', power: 'off', reason: 'it already is off (state "shutoff")' }],
    });
    expect(turned('reboot', 'on', { power: 'off' }).outcomes).toMatchObject([{ result: 'skipped', code: 'power' }]);
  });

  it.each([
    ['protected', { tags: { protected: '' } }],
    ['fault', { faults: ['?'] }],
  ])('is left alone when it is %s by then', (code, now) => {
    expect(turned('shutdown', 'on', now)).toMatchObject({
      pursuits: [],
      outcomes: [{ result: 'skipped', code, action: 'shutdown' }],
    });
  });

  it('is what its new tags say', () => {
    const { pursuits } = turned('shutdown', 'on', { tags: { shutdown: 'patience=1m' } });
    expect(pursuits).toMatchObject([{ policy: { patienceMs: 60_000 } }]);
  });

  it('is only looked at where the guard has counted no send for it', () => {
    expect(turned('shutdown', 'stopping', { power: 'on' }).pursuits).toMatchObject([
      { phase: 'settling', awaits: null, patienceFrom: later, power: 'on', attempts: 0 },
    ]);
    expect(turned('shutdown', 'starting', { power: 'on' }).pursuits).toMatchObject([{ phase: 'due' }]);
    // A start needs no leave of the guard.
    expect(turned('start', 'starting', { power: 'off' }).pursuits).toMatchObject([{ phase: 'due' }]);
  });

  it('keeps its place', () => {
    const tier = ['1', '2', '3'].map((id) => ({ ...pursue('shutdown', 'on'), vm: vm({ id }) }));
    const { pursuits, outcomes } = begunAt(later, tier, [vm({ id: '2', power: 'off' })], policy);
    expect([pursuits.map((one) => one.vm.id), outcomes.map((one) => one.vm)]).toEqual([['1', '3'], ['2']]);
  });
});

describe('staggered sends', () => {
  const spread = { start: 1_000, shutdown: 0, power_off: 0, reboot: 300, reset: 0 };
  const at = 5_000;
  const dueAt = (...pursuits: ReturnType<typeof pursue>[]) =>
    staggered(pursuits, spread, at).map(({ notBefore }) => notBefore);

  it('are spread evenly from the begin of the tier on, each action over its own time', () => {
    const start = pursue('start', 'off');
    const reboot = pursue('reboot', 'on');
    expect(dueAt(start, { ...reboot }, { ...start }, { ...start }, { ...reboot })).toEqual([
      5_000, 5_000, 5_333, 5_666, 5_150,
    ]);
  });

  it.each([1, 59, 60, 61, 400, 20_000])(
    'come in sixty waves at most, for %i VMs, and none before its share of the time',
    (count) => {
      const start = pursue('start', 'off');
      const hourMs = 3_600_000;
      const own = Array.from({ length: count }, () => ({ ...start }));
      const waits = staggered(own, { ...spread, start: hourMs }, at).map(({ notBefore }) => (notBefore ?? 0) - at);
      expect(new Set(waits).size).toBeLessThanOrEqual(61);
      for (const [place, waitMs] of waits.entries()) {
        expect(waitMs).toBeGreaterThanOrEqual(Math.floor((place / count) * hourMs));
        expect(waitMs).toBeLessThanOrEqual(Math.floor((place / count) * hourMs) + hourMs / 60);
      }
    },
  );

  it('are only those of actions that have a time, and of VMs that may be sent to', () => {
    const waiting = pursue('start', 'stopping');
    expect(dueAt(pursue('shutdown', 'on'), pursue('start', 'starting'), waiting, { ...waiting })).toEqual([
      null,
      null,
      5_000,
      5_500,
    ]);
  });
});
