// The arguments of `power run` as a run request.
// The words differ from the HTTP API's (--id, --all), so the faults that a person can make with them are named here.

import type { Action } from '../lib/core/action.ts';
import { PowerError } from '../lib/core/errors.ts';
import { parseRunRequest, type RunRequest } from '../lib/run/request.ts';

export interface RunOptions {
  readonly selector?: string;
  readonly all?: true;
  readonly id?: readonly string[];
  readonly account?: readonly string[];
  readonly project?: readonly string[];
  readonly dryRun?: true;
  readonly allowDataLoss?: true;
  readonly overrideGuard?: true;
  readonly allowEmpty?: true;
}

/** Throws `request` with what to write instead. */
export function requestOf(action: Action, options: RunOptions): RunRequest {
  const { selector, all, id } = options;
  if (selector !== undefined && all) throw new PowerError('request', 'say either -l or --all, not both');
  if (selector === undefined && !all && !id) throw new PowerError('request', 'say which: -l, --id or --all');
  if (selector?.trim() === '*') throw new PowerError('request', 'to act on every VM, say --all instead of -l "*"');
  return parseRunRequest({
    action,
    select: all ? '*' : (selector ?? null),
    ids: id ?? null,
    accounts: options.account ?? null,
    projects: options.project ?? null,
    dryRun: options.dryRun ?? false,
    allowDataLoss: options.allowDataLoss ?? false,
    overrideGuard: options.overrideGuard ?? false,
    allowEmpty: options.allowEmpty ?? false,
  });
}
