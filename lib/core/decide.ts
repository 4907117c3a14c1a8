// What an action does with one VM, given the power it was seen in: design.md's table, cell by cell.
// Every decision has a reason that a person can act on.

import { type Action, wantedPower } from './action.ts';
import type { OutcomeCode } from './outcome.ts';
import { isProtected } from './tags.ts';
import type { Power, Vm } from './vm.ts';

export type Decision =
  | {
      readonly kind: 'leave';
      readonly result: 'unchanged' | 'skipped';
      readonly code: OutcomeCode;
      readonly reason: string;
    }
  | { readonly kind: 'send'; readonly reason: string }
  /** It is on its way to the wanted power already: only see it arrive. */
  | { readonly kind: 'settle'; readonly reason: string }
  /** Sending makes sense only once this power is seen. */
  | { readonly kind: 'await'; readonly power: 'on' | 'off'; readonly reason: string };

type Cell = 'unchanged' | 'send' | 'settle' | 'await on' | 'await off' | 'skip';

const table: Readonly<Record<Action, Readonly<Record<Power, Cell>>>> = {
  start: { on: 'unchanged', off: 'send', starting: 'settle', stopping: 'await off', other: 'skip' },
  shutdown: { on: 'send', off: 'unchanged', starting: 'await on', stopping: 'settle', other: 'skip' },
  power_off: { on: 'send', off: 'unchanged', starting: 'send', stopping: 'send', other: 'skip' },
  reboot: { on: 'send', off: 'skip', starting: 'skip', stopping: 'skip', other: 'skip' },
  reset: { on: 'send', off: 'skip', starting: 'skip', stopping: 'skip', other: 'skip' },
};

/** The decision for one VM. `protected` beats everything, then faults, then the table. */
export function decide(action: Action, vm: Vm): Decision {
  if (isProtected(vm)) return leave('skipped', 'protected', 'its tag "protected" keeps every action away from it');
  if (vm.faults.length > 0)
    return leave('skipped', 'fault', `it is left alone until this is put right: ${vm.faults.join('; ')}`);
  return decideByPower(action, vm);
}

function decideByPower(action: Action, vm: Vm): Decision {
  switch (table[action][vm.power]) {
    case 'unchanged':
      return leave('unchanged', 'already', `it already is ${vm.power} (state "${vm.state}")`);
    case 'send':
      return { kind: 'send', reason: `it is ${vm.power}, so ${action} is sent` };
    case 'settle':
      return {
        kind: 'settle',
        reason: `it is ${vm.power} already, so nothing is sent until it is ${wantedPower[action]}`,
      };
    case 'await on':
      return { kind: 'await', power: 'on', reason: `it is ${vm.power}, so ${action} is sent once it is on` };
    case 'await off':
      return { kind: 'await', power: 'off', reason: `it is ${vm.power}, so ${action} is sent once it is off` };
    case 'skip':
      return leave('skipped', 'power', whySkipped(action, vm));
  }
}

function whySkipped(action: Action, vm: Vm): string {
  if (vm.power === 'other')
    return `its state "${vm.state}" is neither on nor off; if it should be, name it in the config's "states"`;
  return `${action} makes sense only for a VM that is on; this one is ${vm.power}`;
}

function leave(result: 'unchanged' | 'skipped', code: OutcomeCode, reason: string): Decision {
  return { kind: 'leave', result, code, reason };
}
