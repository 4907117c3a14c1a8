// A tier of a run that is too large for one process, in parts: each is settled by a process of its own.
// Split after plan, guard and leases, so that the guard has judged the whole (rule 10), and gathered into one report.

import type { Outcome } from '../core/outcome.ts';
import { cutOff, handedOver, type Pursuit } from '../core/pursuit.ts';
import type { Engine } from '../ports.ts';
import type { TurnCalls } from './calls.ts';
import type { LeasedWorld } from './world.ts';

/** What a part's process is given: JSON. */
export interface Part {
  readonly label: string;
  readonly pursuits: readonly Pursuit[];
  /** By account, among how many parts its pace is shared. */
  readonly shares: Readonly<Record<string, number>>;
  /** The run's, for its leases. */
  readonly requestedAt: number;
  readonly until: number | null;
}

/** What a part's process gives back: JSON. */
export interface PartEnd {
  readonly outcomes: readonly Outcome[];
  readonly calls: readonly TurnCalls[];
}

/** Parts of at most so many VMs; a project's stay together where they fit. */
export function partsOf(pursuits: readonly Pursuit[], mostVms: number): Pursuit[][] {
  const projects = Map.groupBy(pursuits, ({ vm }) => JSON.stringify([vm.account, vm.project]));
  const parts: Pursuit[][] = [];
  for (const project of [...projects.values()].flatMap((own) => piecesOf(own, mostVms))) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + project.length <= mostVms) last.push(...project);
    else parts.push([...project]);
  }
  return parts;
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
  const { holder, until = null, calls, onEvent, engine, clock, log } = world;
  const shares = sharesOf(parts);
  const ends = await Promise.all(
    parts.map((pursuits, index) => {
      const part: Part = { label: `${label}-${index}`, pursuits, shares, requestedAt: holder.requestedAt, until };
      return elsewhere.do<PartEnd>(`part-${part.label}`, part);
    }),
  );
  const gathered = ends.flatMap((end) => end?.outcomes ?? []);
  for (const turn of ends.flatMap((end) => end?.calls ?? [])) calls.note(turn);
  for (const outcome of gathered) onEvent?.({ kind: 'settled', outcome });
  const left = parts.filter((_, index) => ends[index] === null).flat();
  if (left.length === 0) return gathered;
  const at = await engine.step(`take-over-${label}`, async () => {
    log.error('parts of a run broke off; their VMs are looked after by the run itself', {
      run: holder.run,
      vms: left.length,
    });
    return clock.now();
  });
  const taken = left.map((pursuit) => (pursuit.phase === 'due' ? cutOff(handedOver(pursuit), at) : pursuit));
  const ended = taken.flatMap(({ outcome }) => outcome ?? []);
  for (const outcome of ended) onEvent?.({ kind: 'settled', outcome });
  const open = taken.filter(({ outcome }) => outcome === null);
  return [...gathered, ...ended, ...(await settleHere(`${label}-again`, open, world))];
}

function sharesOf(parts: readonly (readonly Pursuit[])[]): Record<string, number> {
  const shares: Record<string, number> = Object.create(null);
  for (const part of parts)
    for (const account of new Set(part.map(({ vm }) => vm.account))) shares[account] = (shares[account] ?? 0) + 1;
  return { ...shares };
}
