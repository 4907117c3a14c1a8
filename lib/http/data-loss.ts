// The leave that an action needs before the API launches it (rule 2): said in the request, by name.
// Refused here, before anything is recorded, so that a caller hears it at once and not from a run's report.

import { type Action, losesData } from '../core/action.ts';
import { RequestProblem } from './problem.ts';

/** Throws problem 403, naming the field, when the action may lose data and the body does not say that it may. */
export function refuseDataLoss(action: Action, isAllowed: boolean): void {
  if (!losesData(action) || isAllowed) return;
  const message = `${action} may lose what a guest has not written to its disk: say "allowDataLoss": true if it may`;
  throw new RequestProblem('data-loss', message, { faults: [{ path: 'allowDataLoss', message }] });
}
