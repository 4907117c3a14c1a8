// Holds what a run claims of each VM against what really became of it, as the simulator knows.
// Shared by the demo and the benchmarks: a claim that nobody could catch lying is worth nothing.

import { type Action, losesData, wantedPower } from '../lib/core/action.ts';
import { assertNever } from '../lib/core/errors.ts';
import type { Outcome, Result } from '../lib/core/outcome.ts';

/** The part of a simulator that knows the truth; ids are those of one account. */
export interface Witness {
  readonly ids: readonly string[];
  truth(id: string): { readonly exists: boolean };
  /** The power it really had at an instant (epoch ms). */
  powerAt(id: string, atMs: number): string;
  /** Every action that reached the VM so far, in order. */
  actionsOf(id: string): readonly string[];
}

/** The part of a report that makes claims. */
export interface Claims {
  readonly run: { readonly action: Action; readonly startedAt: string; readonly endedAt: string };
  readonly outcomes: readonly (Pick<Outcome, 'vm' | 'name' | 'result' | 'attempts' | 'durationMs'> & {
    readonly code: string;
  })[];
}

/** What had reached each VM before the run: its number of actions. */
export type Before = ReadonlyMap<string, number>;

export interface TruthReport {
  /** How many outcomes there are, and how many of them are true. */
  readonly outcomes: number;
  readonly truthful: number;
  /** One sentence per outcome that is not. */
  readonly contradictions: readonly string[];
  /** VMs without an outcome, and those of them that received something. */
  readonly unselected: number;
  readonly touched: readonly string[];
  /** VMs that received a `power_off` or `reset` without leave. */
  readonly forced: readonly string[];
  /** VMs that received a `reboot` or `reset` more than once. */
  readonly repeated: readonly string[];
}

/** To be taken before the run. */
export function remember(witness: Witness): Before {
  return new Map(witness.ids.map((id) => [id, witness.actionsOf(id).length]));
}

/** Whether nothing was claimed falsely and nothing was done that must not be. */
export function isClean({ contradictions, touched, forced, repeated }: TruthReport): boolean {
  return contradictions.length + touched.length + forced.length + repeated.length === 0;
}

/**
 * Checks every outcome, and what every VM really received. `mayForce` says of which VMs the run had leave to lose data;
 * none by default, unless the run's own action loses data (it would have been refused without leave).
 */
export function checkTruth(
  claims: Claims,
  witness: Witness,
  before: Before,
  mayForce: (id: string) => boolean = () => losesData(claims.run.action),
): TruthReport {
  const received = new Map(witness.ids.map((id) => [id, witness.actionsOf(id).slice(before.get(id) ?? 0)]));
  const actionsOf = (id: string) => received.get(id) ?? [];
  const contradictions = claims.outcomes.flatMap((outcome) => {
    const lie = contradictionOf(outcome, claims.run, witness, actionsOf(outcome.vm));
    return lie === null ? [] : [`VM ${outcome.vm} ${outcome.name}: "${outcome.result}", but ${lie}`];
  });
  const selected = new Set(claims.outcomes.map(({ vm }) => vm));
  const unselected = witness.ids.filter((id) => !selected.has(id));
  return {
    outcomes: claims.outcomes.length,
    truthful: claims.outcomes.length - contradictions.length,
    contradictions,
    unselected: unselected.length,
    touched: unselected.filter((id) => actionsOf(id).length > 0),
    forced: witness.ids.filter(
      (id) => !mayForce(id) && actionsOf(id).some((action) => action === 'power_off' || action === 'reset'),
    ),
    repeated: witness.ids.filter((id) =>
      ['reboot', 'reset'].some((action) => actionsOf(id).filter((each) => each === action).length > 1),
    ),
  };
}

type Claim = Claims['outcomes'][number];

/** What the claim leaves out or gets wrong, or null when it is true. */
function contradictionOf(
  claim: Claim,
  run: Claims['run'],
  witness: Witness,
  received: readonly string[],
): string | null {
  if (!witness.ids.includes(claim.vm)) return claim.code === 'not-listed' ? null : 'there is no such VM';
  if (received.length > claim.attempts)
    return `it received ${received.join(', ')}, which is more than the ${claim.attempts} that were counted`;
  return claimChecks[kindOf(claim.result)](claim, run, witness, received);
}

type Kind = 'reached' | 'not-reached' | 'taken' | 'untouched' | 'gone' | 'none';

function kindOf(result: Result): Kind {
  switch (result) {
    case 'succeeded':
    case 'unchanged':
      return 'reached';
    case 'failed':
    case 'refused':
      return 'not-reached';
    case 'accepted':
      return 'taken';
    case 'skipped':
    case 'planned':
      return 'untouched';
    case 'gone':
      return 'gone';
    // It says that it does not know: nothing to be wrong about.
    case 'unknown':
      return 'none';
    default:
      return assertNever(result);
  }
}

type Check = (claim: Claim, run: Claims['run'], witness: Witness, received: readonly string[]) => string | null;

const claimChecks: Readonly<Record<Kind, Check>> = {
  // A look is asked for at one instant and shows a moment within its call: either end of the claim may be the true one.
  reached: (claim, run, witness) => {
    const then = witness.powerAt(claim.vm, settledAt(claim, run));
    const atEnd = witness.powerAt(claim.vm, Date.parse(run.endedAt));
    return then === wantedPower[run.action] || atEnd === wantedPower[run.action]
      ? null
      : `it was ${then}, then ${atEnd}`;
  },
  // As of the look that decided it: what a VM does later is not part of the claim.
  'not-reached': (claim, run, witness) => {
    const power = witness.powerAt(claim.vm, settledAt(claim, run));
    return power === wantedPower[run.action] ? `it was ${power}` : null;
  },
  taken: (_claim, run, _witness, received) => (received.includes(run.action) ? null : `no ${run.action} reached it`),
  untouched: (_claim, _run, _witness, received) =>
    received.length === 0 ? null : `it received ${received.join(', ')}`,
  gone: (claim, _run, witness) => (witness.truth(claim.vm).exists ? 'it exists' : null),
  none: () => null,
};

function settledAt({ durationMs }: Claim, { startedAt }: Claims['run']): number {
  return Date.parse(startedAt) + durationMs;
}
