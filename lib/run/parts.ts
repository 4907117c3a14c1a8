// A tier of a run that is too large for one process, in parts: each is settled by a process of its own.
// Split after plan, guard and leases, so that the guard has judged the whole (rule 10), and gathered into one report.

import { type Outcome, outcomeKey } from '../core/outcome.ts';
import type { PacePolicy } from '../core/policy.ts';
import { cutOff, handedOver, type Pursuit } from '../core/pursuit.ts';
import { vmKey } from '../core/vm.ts';
import type { Engine } from '../ports.ts';
import type { TurnCalls } from './calls.ts';
import type { LeasedWorld } from './world.ts';

/** By account of a part, among how many parts its pace is shared. */
export type Shares = Readonly<Record<string, number>>;

/** What a part's process is given: JSON. */
export interface Part {
  readonly label: string;
  readonly pursuits: readonly Pursuit[];
  readonly shares: Shares;
  /** The run's, for its leases. */
  readonly requestedAt: number;
  readonly until: number | null;
}

/** What a part's process gives back: JSON. */
export interface PartEnd {
  readonly outcomes: readonly Outcome[];
  readonly calls: readonly TurnCalls[];
  /** Whether every outcome is in the store. */
  readonly areKept: boolean;
}

/**
 * Parts of at most `mostVms` VMs, and at most `places` parts: each needs a place of its own in the pace, so where there are few the
 * parts are larger. A project's VMs stay together where they fit.
 */
export function partsOf(pursuits: readonly Pursuit[], mostVms: number, places: number): (readonly Pursuit[])[] {
  const size = Math.max(mostVms, Math.ceil(pursuits.length / places));
  const projects = [...Map.groupBy(pursuits, ({ vm }) => JSON.stringify([vm.account, vm.project])).values()];
  const parts: Pursuit[][] = [];
  for (const project of projects.flatMap((own) => piecesOf(own, size))) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + project.length <= size) last.push(...project);
    else parts.push([...project]);
  }
  return parts.length <= places ? parts : piecesOf(projects.flat(), size);
}

// As even as can be: a part of one VM is as dear as a full one.
function piecesOf(pursuits: readonly Pursuit[], mostVms: number): (readonly Pursuit[])[] {
  const count = Math.ceil(pursuits.length / mostVms);
  const size = Math.ceil(pursuits.length / count);
  return Array.from({ length: count }, (_, index) => pursuits.slice(index * size, (index + 1) * size));
}

type SettleHere = (label: string, pursuits: readonly Pursuit[], world: LeasedWorld) => Promise<readonly Outcome[]>;

/** Every pursuit's outcome. A part whose process broke off is settled here: what it sent is looked after, and nothing is lost. */
export async function settleInParts(
  label: string,
  parts: readonly (readonly Pursuit[])[],
  elsewhere: NonNullable<Engine['elsewhere']>,
  world: LeasedWorld,
  settleHere: SettleHere,
): Promise<readonly Outcome[]> {
  const { holder, until = null, calls, recorder, onEvent, engine } = world;
  // While the parts go on, nobody but them looks: what the run itself has to tell is kept before.
  const kept = await engine.step(`split-${label}`, async () => (await recorder?.keep()) ?? []);
  recorder?.assume(kept);
  const shares = sharesOf(parts);
  const ends = await Promise.all(
    parts.map((pursuits, index) => {
      const own = Object.entries(shares).filter(([account]) => pursuits.some(({ vm }) => vm.account === account));
      const { requestedAt } = holder;
      const part: Part = { label: `${label}-${index}`, pursuits, shares: Object.fromEntries(own), requestedAt, until };
      return elsewhere.do<PartEnd>(`part-${part.label}`, part);
    }),
  );
  const gathered = ends.flatMap((end) => end?.outcomes ?? []);
  for (const turn of ends.flatMap((end) => end?.calls ?? [])) calls.note(turn);
  for (const end of ends) if (end?.areKept) recorder?.assume(end.outcomes.map(outcomeKey));
  for (const outcome of gathered) onEvent?.({ kind: 'settled', outcome });
  const left = parts.filter((_, index) => ends[index] === null).flat();
  if (left.length === 0) return gathered;
  return [...gathered, ...(await takeOver(label, left, world, settleHere))];
}

/** What parts that broke off have settled stays so; of the others nobody knows who was sent to. */
async function takeOver(
  label: string,
  left: readonly Pursuit[],
  world: LeasedWorld,
  settleHere: SettleHere,
): Promise<readonly Outcome[]> {
  const { holder, recorder, onEvent, engine, clock, log } = world;
  const keys = new Set(left.map(({ vm }) => vmKey(vm)));
  const { at, stored } = await engine.step(`take-over-${label}`, async () => {
    const kept = ((await recorder?.stored()) ?? []).filter((outcome) => keys.has(outcomeKey(outcome)));
    const vms = left.length - kept.length;
    log.error('parts of a run broke off; their VMs are looked after by the run itself', { run: holder.run, vms });
    return { at: clock.now(), stored: kept };
  });
  recorder?.assume(stored.map(outcomeKey));
  const isStored = new Set(stored.map(outcomeKey));
  const taken = left
    .filter(({ vm }) => !isStored.has(vmKey(vm)))
    .map((pursuit) => (pursuit.phase === 'due' ? cutOff(handedOver(pursuit), at) : pursuit));
  const ended = [...stored, ...taken.flatMap(({ outcome }) => outcome ?? [])];
  for (const outcome of ended) onEvent?.({ kind: 'settled', outcome });
  const open = taken.filter(({ outcome }) => outcome === null);
  return [...ended, ...(await settleHere(`${label}-again`, open, world))];
}

/** The shares of these parts, which go on beside each other. */
export function sharesOf(parts: readonly (readonly Pursuit[])[]): Shares {
  const shares: Record<string, number> = Object.create(null);
  for (const part of parts)
    for (const account of new Set(part.map(({ vm }) => vm.account))) shares[account] = (shares[account] ?? 0) + 1;
  return { ...shares };
}

/** A part's share of the configured pace: all shares of an account together are never more than it, given a place for each part. */
export function sharedPace({ inFlight, perSecond }: PacePolicy, shares: Shares) {
  const most = Math.max(1, ...Object.values(shares));
  const shareOf = (share: number): PacePolicy => ({
    inFlight: Math.max(1, Math.floor(inFlight / share)),
    perSecond: perSecond / share,
  });
  return { paceOf: (account: string) => shareOf(shares[account] ?? most), inFlight: shareOf(most).inFlight };
}
