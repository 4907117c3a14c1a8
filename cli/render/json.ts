// The `--json` contracts: exactly these keys, in this order, one document on one line.
// Written out key by key, so that a field added to an inner type cannot slip into the contract.

import type { Outcome, Unlisted } from '../../lib/core/outcome.ts';
import { printInstant } from '../../lib/core/schedule/civil.ts';
import { terminalSafeJson } from '../../lib/core/terminal-safe-json.ts';
import type { Vm } from '../../lib/core/vm.ts';
import type { RunReport } from '../../lib/run/report.ts';

/** What `power list --json` prints. */
export function listJson(vms: readonly Vm[], unlisted: readonly Unlisted[]): string {
  return documentOf({ vms: vms.map(vmOf), unlisted: unlisted.map(unlistedOf) });
}

/** What `power run --json` prints. */
export function runJson(report: RunReport): string {
  return documentOf(runDocument(report));
}

/** The report of a run, key by key. */
export function runDocument({ run, counts, outcomes, unlisted, calls }: RunReport) {
  const { name, action, select, dryRun, startedAt, endedAt } = run;
  return {
    run: { name, action, select, dryRun, startedAt, endedAt },
    counts,
    outcomes: outcomes.map(outcomeOf),
    unlisted: unlisted.map(unlistedOf),
    calls: { lists: calls.lists, reads: calls.reads, actions: calls.actions },
  };
}

export interface CheckResult {
  /** The configuration's faults. */
  readonly faults: readonly string[];
  /** What it means, a sentence each. */
  readonly meaning: readonly string[];
  /** Null when it was not checked: no credentials, or a faulty configuration. */
  readonly fleet: {
    readonly vms: readonly Vm[];
    readonly unlisted: readonly Unlisted[];
    readonly scheduled: readonly ScheduledCount[];
    readonly longKeeps: readonly LongKeep[];
    /** Those that every action leaves alone, for want of a word in the configuration. */
    readonly inUnknownState: readonly Vm[];
  } | null;
}

/** How many VMs carry a schedule. */
export interface ScheduledCount {
  /** As it was understood. */
  readonly schedule: string;
  readonly vms: number;
  /** Nothing that it wants ever changes: its VMs are made so at first sight. */
  readonly neverChanges: boolean;
}

/** A VM whose own tag keeps it for longer than an override may last. */
export interface LongKeep {
  readonly vm: Vm;
  readonly keep: 'on' | 'off';
  readonly untilMs: number;
  /** Until when an override that is made now may last. */
  readonly latestMs: number;
}

/** What `power check --json` prints. */
export function checkJson({ faults, meaning, fleet }: CheckResult): string {
  const listed = fleet && {
    vms: fleet.vms.length,
    faulty: fleet.vms.filter((vm) => vm.faults.length > 0).map(vmOf),
    unlisted: fleet.unlisted.map(unlistedOf),
    schedules: fleet.scheduled.map(({ schedule, vms, neverChanges }) => ({ schedule, vms, neverChanges })),
    longKeeps: fleet.longKeeps.map(longKeepOf),
    inUnknownState: fleet.inUnknownState.map(vmOf),
  };
  return documentOf({ config: { faults, meaning }, fleet: listed });
}

function longKeepOf({ vm: { id, name, account, project }, keep, untilMs }: LongKeep) {
  return { id, name, account, project, keep, until: printInstant(untilMs) };
}

export function vmOf({ id, name, account, project, power, state, tags, faults }: Vm) {
  return { id, name, account, project, power, state, tags, faults };
}

export function outcomeOf(outcome: Outcome) {
  const { vm, name, account, project, action, result, reason, code, power, attempts, durationMs } = outcome;
  return { vm, name, account, project, action, result, reason, code, power, attempts, durationMs };
}

export function unlistedOf({ account, project, reason }: Unlisted) {
  return { account, project, reason };
}

/** One document on one line, safe to show: names in it were written by others. */
export function documentOf(value: unknown): string {
  return `${terminalSafeJson(value)}\n`;
}
