// The limits that a whole run is judged by before its first POST.

import { describe, expect, it } from 'vitest';
import { actions } from '../../lib/core/action.ts';
import { tooMuch, withoutLeave } from '../../lib/core/guard.ts';

const guard = { maxVms: 10, maxShare: 0.5 };

describe('the guard', () => {
  it.each([
    [10, 100, null],
    [11, 100, '11 VMs, and guard.maxVms is 10'],
    [5, 10, null],
    [6, 10, '6 of the 10 listed VMs, and guard.maxShare is 0.5'],
    [3, 5, '3 of the 5 listed VMs, and guard.maxShare is 0.5'],
    [4, 4, null],
    [0, 5, null],
  ])('for %i VMs of %i listed says: %s', (count, listed, fault) => {
    const refusal = tooMuch('shutdown', count, listed, guard);
    if (fault === null) expect(refusal).toBeNull();
    else {
      expect(refusal?.code).toBe('guard');
      expect(refusal?.reason).toBe(
        `shutdown would reach ${fault}: narrow the selector, raise the guard, or say overrideGuard (--override-guard) for this run`,
      );
    }
  });

  it('guards everything that takes a VM away, and nothing else', () => {
    const guarded = actions.filter((action) => tooMuch(action, 11, 100, guard) !== null);
    expect(guarded).toEqual(['shutdown', 'power_off', 'reboot', 'reset']);
  });
});

describe('leave to lose data', () => {
  it('is needed for power_off and reset, and for nothing else', () => {
    const needing = actions.filter((action) => withoutLeave(action, false) !== null);
    expect(needing).toEqual(['power_off', 'reset']);
    expect(actions.map((action) => withoutLeave(action, true))).toEqual([null, null, null, null, null]);
  });

  it('names the word that gives it', () => {
    expect(withoutLeave('reset', false)).toMatchObject({
      code: 'data-loss',
      reason:
        'reset may lose what the guest has not written to disk: say allowDataLoss (--allow-data-loss) if that is meant',
    });
  });
});
