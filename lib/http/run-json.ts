// A run, and a VM, as the API shows them.
// Written out key by key: a field added to an inner type must not slip into the contract.

import type { Unlisted } from '../core/outcome.ts';
import type { Vm } from '../core/vm.ts';
import type { RunRecord } from '../stores.ts';

/** A run's record without what only the store needs. */
export function runJson(run: RunRecord) {
  const { name, trigger, status, request, recordedAt, startedAt, endedAt, deadline } = run;
  const { cancelRequestedAt, cancelRequestedBy, progress } = run;
  const cancelled = { cancelRequestedAt, cancelRequestedBy };
  return { name, trigger, status, request, recordedAt, startedAt, endedAt, deadline, ...cancelled, progress };
}

/** The path under which a run can be read. */
export function runPath({ name }: Pick<RunRecord, 'name'>): string {
  return `/v1/runs/${name}`;
}

/** What `power list --json` prints. */
export function fleetJson(vms: readonly Vm[], unlisted: readonly Unlisted[]) {
  return { vms: vms.map(vmJson), unlisted };
}

function vmJson({ id, name, account, project, power, state, tags, faults }: Vm) {
  return { id, name, account, project, power, state, tags, faults };
}
