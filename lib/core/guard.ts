// How much one run may do: the guard on how many VMs it may disrupt (rule 10), and leave for what may lose data (rule 2).
// Both are judged before the first POST, over the whole run.

import { type Action, disrupts, losesData } from './action.ts';
import type { GuardPolicy } from './policy.ts';

export interface Refusal {
  readonly code: 'guard' | 'data-loss';
  readonly reason: string;
}

/** From this many listed VMs up, a share of them is a figure worth guarding. */
const shareFrom = 5;

/** Why the action may not be sent for want of leave, or null. */
export function withoutLeave(action: Action, allowDataLoss: boolean): Refusal | null {
  if (!losesData(action) || allowDataLoss) return null;
  return {
    code: 'data-loss',
    reason: `${action} may lose what the guest has not written to disk: say allowDataLoss (--allow-data-loss) if that is meant`,
  };
}

/** Why a run that would disrupt `count` of `listed` VMs is too much, or null. */
export function tooMuch(action: Action, count: number, listed: number, guard: GuardPolicy): Refusal | null {
  if (!disrupts(action)) return null;
  const fault = overCount(count, guard) ?? overShare(count, listed, guard);
  if (fault === null) return null;
  return {
    code: 'guard',
    reason: `${action} would reach ${fault}: narrow the selector, raise the guard, or say overrideGuard (--override-guard) for this run`,
  };
}

function overCount(count: number, guard: GuardPolicy): string | null {
  return count > guard.maxVms ? `${count} VMs, and guard.maxVms is ${guard.maxVms}` : null;
}

function overShare(count: number, listed: number, guard: GuardPolicy): string | null {
  if (listed < shareFrom || count <= guard.maxShare * listed) return null;
  return `${count} of the ${listed} listed VMs, and guard.maxShare is ${guard.maxShare}`;
}
