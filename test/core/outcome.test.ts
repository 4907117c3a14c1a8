// What an outcome holds, field by field: it is printed, stored and answered as it stands.

import { describe, expect, it } from 'vitest';
import { decide } from '../../lib/core/decide.ts';
import { countResults, untouched } from '../../lib/core/outcome.ts';
import { vm } from '../fixtures/vm.ts';

const left = { result: 'skipped', code: 'power', reason: 'it is paused' } as const;

describe('the outcome of a VM to which nothing was sent', () => {
  it('is the VM, the action and the verdict, without attempts', () => {
    expect(untouched(vm({ power: 'other' }), 'start', left)).toEqual({
      vm: '8',
      name: 'vm-8',
      account: 'main',
      project: 'default',
      action: 'start',
      result: 'skipped',
      code: 'power',
      reason: 'it is paused',
      power: 'other',
      attempts: 0,
      durationMs: 0,
    });
  });

  it('takes of a decision only what an outcome has', () => {
    const decision = decide('start', vm());
    if (decision.kind !== 'leave') throw new TypeError('a VM that is on has nothing to start');
    const plain = untouched(vm(), 'start', left);
    expect(Object.keys(untouched(vm(), 'start', decision))).toEqual(Object.keys(plain));
  });
});

describe('the counts of outcomes', () => {
  it('name each result that occurred, and no other', () => {
    const results = ['failed', 'skipped', 'failed'] as const;
    const outcomes = results.map((result) => untouched(vm(), null, { ...left, result }));
    expect(countResults(outcomes)).toEqual({ failed: 2, skipped: 1 });
    expect(countResults([])).toEqual({});
  });
});
