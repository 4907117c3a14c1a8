// When a durable backend kills: at the n-th checkpoint, or at the moment that a certain operation is told of.
// By number for sweeps; by name where the moment matters, for how many checkpoints there are depends on the machine's mood.

import type { KillPlan, Mishap } from './backend.ts';
import type { Update } from './wire.ts';

/** Once, at the n-th checkpoint request of an execution (of that function only, if one is named). */
export function killAt(number: number, when: Mishap, functionName?: string): KillPlan {
  return (arrival) =>
    arrival.number === number && (functionName ?? arrival.functionName) === arrival.functionName ? when : null;
}

/** Once, at the first checkpoint with such an update. */
export function killWhen(name: RegExp, action: Update['Action'], when: Mishap): KillPlan {
  let isDone = false;
  return ({ request }) => {
    if (isDone || !request.Updates.some((update) => update.Action === action && name.test(update.Name ?? '')))
      return null;
    isDone = true;
    return when;
  };
}
