// What a run tells whoever listens outside, as events: what happened, said once and for all in words that may not change.
// Their contract is docs/events; repeats have the same `id`, for everything here may be told more than once.

import * as v from 'valibot';
import { actions } from '../core/action.ts';
import type { Outcome } from '../core/outcome.ts';
import type { PowerEvent } from '../ports.ts';
import type { RunRecord } from '../stores.ts';
import { endingOf } from './ending.ts';

/** Whose end is told: of VMs that need attention, of all, or of none. */
export type VmSettledWanted = 'failures' | 'all' | 'none';

/** Of the contract in docs/events: what is added leaves it as it is, what changes raises it. */
const version = 1;

// What others wrote may be huge, and an event may not.
const longestName = 256;
const longestReason = 1_000;
const mostUnlisted = 50;

/** A run that has been claimed. */
export function runStarted(run: RunRecord): PowerEvent {
  const { startedAt, deadline } = run;
  return {
    type: 'RunStarted',
    at: startedAt,
    detail: { version, id: `${run.name}/RunStarted`, ...factsOf(run), startedAt, deadline },
  };
}

/** The outcome of one VM of the run. */
export function vmSettled(run: string, outcome: Outcome): PowerEvent {
  const { vm, name, account, project, action, result, code, reason, power, attempts, durationMs } = outcome;
  const facts = { account, project, vm, name: cut(name, longestName), action, result, code };
  return {
    type: 'VmSettled',
    at: null,
    detail: {
      version,
      id: `${run}/VmSettled/${account}/${vm}`,
      run,
      ...facts,
      reason: cut(reason, longestReason),
      power,
      attempts,
      durationMs,
    },
  };
}

/** Whether the outcome is one of those whose VMs are to be told of. */
export function isTold({ result }: Pick<Outcome, 'result'>, wanted: VmSettledWanted): boolean {
  const needsAttention = result === 'failed' || result === 'unknown' || result === 'refused';
  return wanted === 'all' || (wanted === 'failures' && needsAttention);
}

const reported = v.object({ verdict: v.picklist(['well', 'trouble', 'refused']) });

/** A run whose end is kept; null while it is not. */
export function runEnded(run: RunRecord): PowerEvent | null {
  const ending = endingOf(run);
  if (ending === null) return null;
  const { startedAt, endedAt, summary } = run;
  const facts = { version, id: `${run.name}/RunEnded`, ...factsOf(run), startedAt, endedAt };
  const { report, reason } = ending;
  if (report === null) {
    const unknown = { interrupted: false, counts: null, unlisted: null, unlistedCount: null };
    const why = { verdict: 'broke-off', reason: cut(reason ?? '', longestReason) };
    return { type: 'RunEnded', at: endedAt, detail: { ...facts, ...why, ...unknown } };
  }
  const { interrupted, counts, unlisted } = report;
  return {
    type: 'RunEnded',
    at: endedAt,
    detail: {
      ...facts,
      // Read before by `endingOf`, which gives one word for it and for `interrupted`.
      verdict: v.parse(reported, summary).verdict,
      reason: null,
      interrupted,
      counts,
      unlisted: unlisted.slice(0, mostUnlisted).map((one) => ({ ...one, reason: cut(one.reason, longestReason) })),
      unlistedCount: unlisted.length,
    },
  };
}

// A request that cannot be read breaks its run off, and is told all the same.
const requestFacts = v.object({
  action: v.fallback(v.nullable(v.picklist(actions)), null),
  select: v.fallback(v.nullable(v.string()), null),
  dryRun: v.fallback(v.boolean(), false),
});

function factsOf({ name, trigger, request }: RunRecord) {
  const { action, select, dryRun } = v.parse(v.fallback(requestFacts, nothing), request);
  return { run: name, trigger, action, select, dryRun };
}

const nothing = { action: null, select: null, dryRun: false };

function cut(text: string, longest: number): string {
  // Well-formed again, should the cut go through a character.
  return text.length <= longest ? text : `${text.slice(0, longest).toWellFormed()}…`;
}
