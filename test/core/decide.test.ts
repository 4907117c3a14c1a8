// design.md's table, cell by cell, and what beats it.

import { describe, expect, it } from 'vitest';
import { type Action, actions } from '../../lib/core/action.ts';
import { decide } from '../../lib/core/decide.ts';
import { type Power, powers, type Vm } from '../../lib/core/vm.ts';
import { vm } from '../fixtures/vm.ts';

const table: Record<Action, Record<Power, string>> = {
  start: { on: 'unchanged', off: 'send', starting: 'settle', stopping: 'await off', other: 'skipped' },
  shutdown: { on: 'send', off: 'unchanged', starting: 'await on', stopping: 'settle', other: 'skipped' },
  power_off: { on: 'send', off: 'unchanged', starting: 'send', stopping: 'send', other: 'skipped' },
  reboot: { on: 'send', off: 'skipped', starting: 'skipped', stopping: 'skipped', other: 'skipped' },
  reset: { on: 'send', off: 'skipped', starting: 'skipped', stopping: 'skipped', other: 'skipped' },
};

function cellOf(action: Action, subject: Vm): string {
  const decision = decide(action, subject);
  if (decision.kind === 'await') return `await ${decision.power}`;
  return decision.kind === 'leave' ? decision.result : decision.kind;
}

const cells = actions.flatMap((action) => powers.map((power) => [action, power, table[action][power]] as const));

describe('deciding for one VM', () => {
  it.each(cells)('%s for a VM that is %s: %s', (action, power, cell) => {
    expect(cellOf(action, vm({ power }))).toBe(cell);
  });

  it.each(cells)('%s for a VM that is %s is never sent when the VM is protected, or at fault', (action, power) => {
    const guarded = decide(action, vm({ power, tags: { protected: '' } }));
    expect(guarded).toMatchObject({ kind: 'leave', result: 'skipped', code: 'protected' });
    expect(guarded.reason).toBe('its tag "protected" keeps every action away from it');
    const faulty = decide(action, vm({ power, faults: ['[Protected]: write [protected]'] }));
    expect(faulty).toMatchObject({ kind: 'leave', result: 'skipped', code: 'fault' });
    expect(faulty.reason).toContain('[Protected]: write [protected]');
  });

  it('says every fault that has to be put right', () => {
    const { reason } = decide('shutdown', vm({ faults: ['this', 'that'] }));
    expect(reason).toBe('it is left alone until this is put right: this; that');
  });

  it("says protected rather than at fault when it is both, whatever the tag's value", () => {
    expect(decide('shutdown', vm({ tags: { protected: 'no' }, faults: ['x'] }))).toMatchObject({ code: 'protected' });
  });

  it.each([
    ['start', 'on', 'it already is on (state "running")'],
    ['start', 'off', 'it is off, so start is sent'],
    ['start', 'starting', 'it is starting already, so nothing is sent until it is on'],
    ['start', 'stopping', 'it is stopping, so start is sent once it is off'],
    ['shutdown', 'starting', 'it is starting, so shutdown is sent once it is on'],
    ['reboot', 'off', 'reboot makes sense only for a VM that is on; this one is off'],
    ['shutdown', 'stopping', 'it is stopping already, so nothing is sent until it is off'],
    ['start', 'other', 'its state "running" is neither on nor off; if it should be, name it in the config\'s "states"'],
  ] as const)('%s for a VM that is %s gives the reason: %s', (action, power, reason) => {
    expect(decide(action, vm({ power })).reason).toBe(reason);
  });
});
