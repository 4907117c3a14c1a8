// Whether the accounts and projects that a request names are configured.
// The run would find out too, but only after the caller has gone home with a 202.

import type { RunRequest } from '../run/request.ts';
import type { ApiWorld } from './api-world.ts';
import { invalid } from './body.ts';
import type { Fault } from './problem.ts';

/** Throws problem 400, with every name that the configuration does not have. */
export function refuseStrangers({ accounts, projects }: RunRequest, configured: ApiWorld['accounts']): void {
  const covered = configured.filter(({ name }) => accounts === null || accounts.includes(name));
  const faults = [
    ...strangers('accounts', accounts, new Set(configured.map(({ name }) => name))),
    ...strangers('projects', projects, new Set(covered.flatMap((account) => account.projects))),
  ];
  if (faults.length > 0) throw invalid(faults);
}

function strangers(field: string, names: readonly string[] | null, known: ReadonlySet<string>): Fault[] {
  const message = `is not configured; configured are: ${[...known].join(', ') || 'none'}`;
  return (names ?? []).flatMap((name, place) => (known.has(name) ? [] : [{ path: `${field}.${place}`, message }]));
}
