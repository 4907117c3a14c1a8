// Which outcomes close the gate to the next tier, row by row, and in which words.

import { describe, expect, it } from 'vitest';
import type { Action } from '../../../lib/core/action.ts';
import { type Outcome, type OutcomeCode, type Result, untouched } from '../../../lib/core/outcome.ts';
import { endangers, whyClosed, whyUnsure } from '../../../lib/core/tiers/gate.ts';
import { type Power, powers } from '../../../lib/core/vm.ts';
import { vm } from '../../fixtures/vm.ts';

type Ended = readonly [Action | null, Result, OutcomeCode, Power];

function outcome([action, result, code, power]: Ended, id = '8', name = `vm-${id}`): Outcome {
  return untouched(vm({ id, name, power }), action, { result, code, reason: '' });
}

describe('on the way down', () => {
  it.each<Ended>([
    ['shutdown', 'succeeded', 'seen', 'off'],
    ['shutdown', 'succeeded', 'forced', 'off'],
    ['shutdown', 'unchanged', 'already', 'off'],
    ['shutdown', 'gone', 'gone', 'on'],
    [null, 'unchanged', 'already', 'on'],
    ['shutdown', 'skipped', 'protected', 'off'],
    ['shutdown', 'skipped', 'fault', 'off'],
    ['shutdown', 'skipped', 'superseded', 'off'],
    ['shutdown', 'unknown', 'no-sight', 'off'],
    ['start', 'skipped', 'protected', 'off'],
  ])('nobody is endangered by %s → %s (%s), seen %s', (...ended) => {
    expect(endangers(outcome(ended), 'down')).toBe(false);
  });

  it.each<Ended>([
    ['shutdown', 'failed', 'still', 'on'],
    ['shutdown', 'failed', 'still', 'stopping'],
    ['shutdown', 'unknown', 'no-sight', 'on'],
    ['shutdown', 'unknown', 'bug', 'on'],
    ['shutdown', 'refused', 'api-refused', 'on'],
    ['shutdown', 'refused', 'token', 'on'],
    ['shutdown', 'skipped', 'superseded', 'on'],
    ['shutdown', 'skipped', 'protected', 'on'],
    ['shutdown', 'skipped', 'fault', 'on'],
    ['shutdown', 'skipped', 'power', 'other'],
    ['power_off', 'skipped', 'power', 'other'],
    ['start', 'skipped', 'protected', 'on'],
    [null, 'skipped', 'schedule', 'on'],
    ['shutdown', 'skipped', 'tier', 'on'],
    ['shutdown', 'skipped', 'interrupted', 'on'],
  ])('the next tier is endangered by %s → %s (%s), seen %s', (...ended) => {
    expect(endangers(outcome(ended), 'down')).toBe(true);
  });
});

describe('on the way up', () => {
  it.each<Ended>([
    ['start', 'succeeded', 'seen', 'on'],
    ['start', 'unchanged', 'already', 'on'],
    ['start', 'gone', 'gone', 'off'],
    ['reboot', 'accepted', 'taken', 'on'],
    ['start', 'refused', 'api-refused', 'on'],
    ['start', 'skipped', 'fault', 'on'],
    ['start', 'skipped', 'protected', 'off'],
    ['start', 'skipped', 'protected', 'other'],
    [null, 'skipped', 'schedule', 'off'],
    ['reboot', 'skipped', 'protected', 'on'],
    ['reboot', 'skipped', 'fault', 'on'],
    ['reset', 'skipped', 'power', 'off'],
  ])('nobody is endangered by %s → %s (%s), seen %s', (...ended) => {
    expect(endangers(outcome(ended), 'up')).toBe(false);
  });

  it.each<Ended>([
    ['start', 'failed', 'still', 'off'],
    ['start', 'unknown', 'no-sight', 'starting'],
    ['start', 'refused', 'api-refused', 'off'],
    ['start', 'skipped', 'superseded', 'off'],
    ['start', 'skipped', 'fault', 'off'],
    ['start', 'skipped', 'power', 'other'],
    ['reboot', 'unknown', 'ambiguous', 'on'],
    ['reset', 'refused', 'api-refused', 'on'],
    ['reboot', 'skipped', 'superseded', 'on'],
    ['reboot', 'skipped', 'interrupted', 'on'],
  ])('the next tier is endangered by %s → %s (%s), seen %s', (...ended) => {
    expect(endangers(outcome(ended), 'up')).toBe(true);
  });
});

it.each(powers)('a VM that is gone or is as wanted endangers nobody, last seen %s', (power) => {
  for (const direction of ['up', 'down'] as const) {
    expect(endangers(outcome(['shutdown', 'gone', 'gone', power]), direction)).toBe(false);
    expect(endangers(outcome(['start', 'succeeded', 'seen', power]), direction)).toBe(false);
  }
});

describe('the reason of a closed gate', () => {
  const still = (id: string, name?: string) => outcome(['shutdown', 'failed', 'still', 'on'], id, name);

  it('names the tier and who did not get there, those that were left alone too', () => {
    const kept = outcome(['shutdown', 'skipped', 'protected', 'on'], '9');
    const fine = outcome(['shutdown', 'succeeded', 'seen', 'off'], '10');
    expect(whyClosed({ tier: 2, pursuits: [], bystanders: [kept] }, [still('8', ''), fine], 'down')).toBe(
      'tier 2 is not down: VM 9 "vm-9" is on (skipped: protected), VM 8 is on (failed: still)',
    );
  });

  it('names three, and counts the others', () => {
    const tier = { tier: 0, pursuits: [], bystanders: [] };
    const bad = ['1', '2', '3', '4', '5'].map((id) => still(id, ''));
    expect(whyClosed(tier, bad.slice(0, 3), 'down')).toMatch(/VM 3 is on \(failed: still\)$/);
    expect(whyClosed(tier, bad, 'down')).toMatch(/VM 3 is on \(failed: still\) and 2 more$/);
  });

  it('is none where everyone got there', () => {
    const fine = outcome(['start', 'succeeded', 'seen', 'on']);
    expect(whyClosed({ tier: 0, pursuits: [], bystanders: [fine] }, [fine], 'up')).toBeNull();
  });

  it('names projects that could not be listed', () => {
    const unlisted = ['a', 'b', 'c', 'd'].map((project) => ({ account: 'main', project, reason: '' }));
    const words = 'VMs of the tiers before it may be in projects that could not be listed: main/a, main/b, main/c';
    expect(whyUnsure([])).toBeNull();
    expect(whyUnsure(unlisted.slice(0, 3))).toBe(words);
    expect(whyUnsure(unlisted)).toBe(`${words} and 1 more`);
  });
});
