// What became of each VM, and what that makes of the run.
// Every selected VM has exactly one outcome; the words are those of the README's table.

import type { Action } from './action.ts';
import type { Power, Vm } from './vm.ts';

export const results = [
  'succeeded',
  'accepted',
  'unchanged',
  'planned',
  'skipped',
  'refused',
  'unknown',
  'failed',
  'gone',
] as const;

export type Result = (typeof results)[number];

/** Why, as a word for machines; the reason says it for people. */
export type OutcomeCode =
  /** The wanted power was seen after the last answer. */
  | 'seen'
  /** As `seen`, after the graceful shutdown ran out of patience and the VM's policy forced it off. */
  | 'forced'
  /** The API took a reboot or reset; no state can prove its effect. */
  | 'taken'
  /** It already was in the wanted power. */
  | 'already'
  /** A dry run: this is what would be tried. */
  | 'dry-run'
  /** The tag `protected`. */
  | 'protected'
  /** A tag, or the VM's entry in the list, could not be understood. */
  | 'fault'
  /** The action does nothing sensible to a VM in this power. */
  | 'power'
  /** More than the guard allows. */
  | 'guard'
  /** The action may lose data and the request does not allow it. */
  | 'data-loss'
  /** The API's 4xx said no. */
  | 'api-refused'
  /** The API refused the token twice. */
  | 'token'
  /** The API answered "too many requests" until patience was over. */
  | 'throttled'
  /** An id that was asked for is in no list that was read. */
  | 'not-listed'
  /** A newer request has taken this VM over, or is deciding about it: this run sends nothing more to it. */
  | 'superseded'
  /** Its schedule, looked at afresh by the run, wants nothing done to it. */
  | 'schedule'
  /** A tier before its own did not get where it should, so its own was not begun. */
  | 'tier'
  /** The tick's run came too late: past its maximum age, or what is wanted now was not wanted yet at its tick. */
  | 'stale'
  /** The run was interrupted before this VM's turn came. */
  | 'interrupted'
  /** Nothing certain was seen before the patience, or the run's time, was over. */
  | 'no-sight'
  /** An ambiguous answer to a reboot or reset, which is never sent twice. */
  | 'ambiguous'
  /** Patience is over and the last look shows another power than the wanted. */
  | 'still'
  /** The API answers 404 for it. */
  | 'gone'
  /** Our own mistake, kept to this one VM (rule 5). */
  | 'bug';

export interface Outcome {
  readonly vm: string;
  readonly name: string;
  readonly account: string;
  readonly project: string;
  readonly action: Action | null;
  readonly result: Result;
  readonly reason: string;
  readonly code: OutcomeCode;
  readonly power: Power;
  /** How many POSTs were sent for it. */
  readonly attempts: number;
  readonly durationMs: number;
}

/** A project whose VMs were left alone because its list could not be read, or is not whole. */
export interface Unlisted {
  readonly account: string;
  readonly project: string;
  readonly reason: string;
}

/** An outcome for a VM to which nothing was sent. */
export function untouched(
  vm: Pick<Vm, 'name' | 'account' | 'project' | 'power'> & { readonly id: string },
  action: Action | null,
  verdict: { readonly result: Result; readonly code: OutcomeCode; readonly reason: string },
): Outcome {
  return {
    vm: vm.id,
    name: vm.name,
    account: vm.account,
    project: vm.project,
    action,
    result: verdict.result,
    reason: verdict.reason,
    code: verdict.code,
    power: vm.power,
    attempts: 0,
    durationMs: 0,
  };
}

/** The key of the VM that an outcome or an event is about, the same as `vmKey` of that VM. */
export function outcomeKey({ account, vm }: { readonly account: string; readonly vm: string }): string {
  return `${account}/${vm}`;
}

export type Counts = Readonly<Partial<Record<Result, number>>>;

/** How many outcomes there are of each result; results that did not occur are left out. */
export function countResults(outcomes: readonly Outcome[]): Counts {
  const counts: Partial<Record<Result, number>> = {};
  for (const { result } of outcomes) counts[result] = (counts[result] ?? 0) + 1;
  return counts;
}
