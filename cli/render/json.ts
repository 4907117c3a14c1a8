// The `--json` contracts: exactly these keys, in this order, one document on one line.
// Written out key by key, so that a field added to an inner type cannot slip into the contract.

import type { Outcome, Unlisted } from '../../lib/core/outcome.ts';
import type { Vm } from '../../lib/core/vm.ts';
import type { RunReport } from '../../lib/run/report.ts';

/** What `power list --json` prints. */
export function listJson(vms: readonly Vm[], unlisted: readonly Unlisted[]): string {
  return document({ vms: vms.map(vmOf), unlisted: unlisted.map(unlistedOf) });
}

/** What `power run --json` prints. */
export function runJson({ run, counts, outcomes, unlisted, calls }: RunReport): string {
  const { name, action, select, dryRun, startedAt, endedAt } = run;
  return document({
    run: { name, action, select, dryRun, startedAt, endedAt },
    counts,
    outcomes: outcomes.map(outcomeOf),
    unlisted: unlisted.map(unlistedOf),
    calls: { lists: calls.lists, reads: calls.reads, actions: calls.actions },
  });
}

export interface CheckResult {
  /** The configuration's faults. */
  readonly faults: readonly string[];
  /** What it means, a sentence each. */
  readonly meaning: readonly string[];
  /** Null when it was not checked: no credentials, or a faulty configuration. */
  readonly fleet: { readonly vms: readonly Vm[]; readonly unlisted: readonly Unlisted[] } | null;
}

/** What `power check --json` prints. */
export function checkJson({ faults, meaning, fleet }: CheckResult): string {
  const listed = fleet && {
    vms: fleet.vms.length,
    faulty: fleet.vms.filter((vm) => vm.faults.length > 0).map(vmOf),
    unlisted: fleet.unlisted.map(unlistedOf),
  };
  return document({ config: { faults, meaning }, fleet: listed });
}

function vmOf({ id, name, account, project, power, state, tags, faults }: Vm) {
  return { id, name, account, project, power, state, tags, faults };
}

function outcomeOf(outcome: Outcome) {
  const { vm, name, account, project, action, result, reason, code, power, attempts, durationMs } = outcome;
  return { vm, name, account, project, action, result, reason, code, power, attempts, durationMs };
}

function unlistedOf({ account, project, reason }: Unlisted) {
  return { account, project, reason };
}

function document(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
