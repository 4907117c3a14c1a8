// Overrides: makes, lists and cancels "keep on" and "keep off" for some VMs and some time.
// A selector is resolved to VMs when the override is made, so that nobody is kept who was not shown.

import { decide } from '../../core/decide.ts';
import { printDuration } from '../../core/duration.ts';
import { PowerError } from '../../core/errors.ts';
import { excerpt } from '../../core/excerpt.ts';
import type { Unlisted } from '../../core/outcome.ts';
import { printInstant } from '../../core/schedule/civil.ts';
import { scheduleOf } from '../../core/schedule/of-vm.ts';
import { nextBoundary } from '../../core/schedule/override.ts';
import { matches, parseSelector } from '../../core/selector.ts';
import { isProtected } from '../../core/tags.ts';
import { type Vm, vmKey } from '../../core/vm.ts';
import type { KeptOverride } from '../../stores.ts';
import { takeInventory } from '../inventory.ts';
import { chosenVms, notFound } from './chosen.ts';
import type { ScheduleWorld } from './world.ts';

export type Until =
  | { readonly kind: 'for'; readonly ms: number }
  | { readonly kind: 'at'; readonly ms: number }
  /** Until the VM's own schedule next starts, or stops, it: "skip tonight". */
  | { readonly kind: 'next-start' }
  | { readonly kind: 'next-stop' };

export interface OverrideRequest {
  readonly keep: 'on' | 'off';
  readonly select: string | null;
  readonly ids: readonly string[] | null;
  readonly until: Until;
  readonly reason: string;
  readonly by: string;
}

export interface OverrideWorld extends ScheduleWorld {
  /** The longest that an override may last, other than until a schedule's next start or stop. */
  readonly maxDurationMs: number;
  readonly newId: () => string;
}

export interface MadeOverride {
  readonly override: KeptOverride;
  readonly vms: readonly { readonly vm: Vm; readonly endMs: number }[];
  /** Selected, or selected perhaps, and yet not kept. */
  readonly leftOut: readonly LeftOut[];
  /** Projects that could not be listed: the override is on none of their VMs. */
  readonly unlisted: readonly Unlisted[];
}

interface LeftOut {
  readonly vm: Vm;
  readonly reason: string;
}

/**
 * Makes an override that begins now, and keeps it. Throws `request` for an end that is past or beyond the longest allowed, for
 * no selection, and for an ambiguous id; `selector`; `not-found` where it would be on no VM; `list-failed` where that may only
 * seem so; `aws`.
 */
export async function makeOverride(request: OverrideRequest, world: OverrideWorld): Promise<MadeOverride> {
  const startMs = world.clock.now();
  checkUntil(request.until, startMs, world.maxDurationMs);
  const { meant, isMatched, unlisted } = await meantVms(request, world);
  const ends = meant.map((vm) => endOf(vm, request.until, startMs, world));
  const vms = ends.flatMap((end) => ('endMs' in end ? [end] : []));
  const leftOut = ends.flatMap((end) => ('reason' in end ? [end] : []));
  if (vms.length === 0) throw notFound(whyNobody(request, leftOut, isMatched), unlisted);
  const { keep, reason, by } = request;
  const endsByKey = Object.fromEntries(vms.map(({ vm, endMs }) => [vmKey(vm), endMs]));
  const override = { id: world.newId(), keep, startMs, reason, by, ends: endsByKey, cancelledMs: null };
  await world.state.putOverride(override);
  return { override, vms, leftOut, unlisted };
}

/** An override on VMs that were resolved before: when people were shown them. */
export interface KnownOverride extends Pick<KeptOverride, 'id' | 'keep' | 'reason' | 'by'> {
  /** VM keys. */
  readonly keys: readonly string[];
  /** Epoch milliseconds. */
  readonly endMs: number;
}

/**
 * As `makeOverride`, for VMs that are known by their keys: without a look at the fleet, so that whoever calls needs no token for it.
 * Once for its id: a repeat gives the one that stands, which may have been cancelled since. On a VM that is gone, protected or at fault
 * by now it changes nothing. Throws `request`, `aws`.
 */
export async function makeKnownOverride(
  { id, keep, reason, by, keys, endMs }: KnownOverride,
  { clock, state, maxDurationMs }: KnownOverrideWorld,
): Promise<KeptOverride> {
  const startMs = clock.now();
  checkUntil({ kind: 'at', ms: endMs }, startMs, maxDurationMs);
  if (keys.length === 0) throw new PowerError('request', 'an override is on one VM at least');
  const ends = Object.fromEntries(keys.map((key) => [key, endMs]));
  const override = { id, keep, startMs, reason, by, ends, cancelledMs: null };
  try {
    await state.putOverride(override);
    return override;
  } catch (error) {
    const { overrides } = await state.load();
    const standing = overrides.find((one) => one.id === id);
    if (standing === undefined) throw error;
    return standing;
  }
}

interface KnownOverrideWorld extends Pick<OverrideWorld, 'clock' | 'maxDurationMs'> {
  readonly state: Pick<OverrideWorld['state'], 'putOverride' | 'load'>;
}

function checkUntil(until: Until, now: number, maxDurationMs: number): void {
  if (until.kind === 'next-start' || until.kind === 'next-stop') return;
  const endMs = fixedEnd(until, now);
  // NaN is neither, and must not pass.
  if (!(endMs > now)) throw new PowerError('request', 'an override ends after now: give it a duration or a later end');
  if (endMs - now <= maxDurationMs) return;
  const latest = printInstant(now + maxDurationMs);
  throw new PowerError(
    'request',
    `an override lasts at most ${printDuration(maxDurationMs)}, now until ${latest}: choose an earlier end, or until the next start or stop`,
  );
}

function fixedEnd(until: Extract<Until, { ms: number }>, now: number): number {
  return until.kind === 'for' ? now + until.ms : until.ms;
}

async function meantVms({ select, ids }: OverrideRequest, world: OverrideWorld) {
  if (select === null && ids === null)
    throw new PowerError('request', 'say which VMs to keep: a selector (or "*" for every VM) or ids');
  const selector = select === null ? null : parseSelector(select);
  const inventory = await takeInventory({ accounts: null, projects: null }, world);
  const chosen = chosenVms(ids, inventory);
  const judged = chosen.map((vm) => ({ vm, match: selector === null ? 'yes' : matches(selector, vm) }));
  const meant = judged.filter(({ match }) => match !== 'no').map(({ vm }) => vm);
  return { meant, isMatched: judged.some(({ match }) => match === 'yes'), unlisted: inventory.unlisted };
}

function endOf(vm: Vm, until: Until, now: number, { schedules }: OverrideWorld): LeftOut | { vm: Vm; endMs: number } {
  const own = scheduleOf(vm, schedules);
  // For those, every action's decision says why they are left alone.
  if ('faults' in own || vm.faults.length > 0 || isProtected(vm)) return { vm, reason: decide('start', vm).reason };
  if (until.kind === 'for' || until.kind === 'at') return { vm, endMs: fixedEnd(until, now) };
  const [wanted, word] = until.kind === 'next-start' ? (['on', 'starts'] as const) : (['off', 'stops'] as const);
  if (own.schedule === null) return { vm, reason: `it has no schedule that ${word} it` };
  const endMs = nextBoundary(own.schedule, wanted, now);
  return endMs === null ? { vm, reason: `its schedule "${own.schedule.text}" never ${word} it` } : { vm, endMs };
}

const mostNamed = 10;

function whyNobody({ select }: OverrideRequest, leftOut: readonly LeftOut[], isMatched: boolean): string {
  const nobody = `no VM is selected${select === null ? '' : ` by ${excerpt(select)}`}`;
  if (leftOut.length === 0) return nobody;
  const shown = leftOut.slice(0, mostNamed).map(({ vm, reason }) => `${vmKey(vm)}: ${reason}`);
  const more = leftOut.length > mostNamed ? `; and ${leftOut.length - mostNamed} more` : '';
  const why = isMatched ? 'no selected VM can be kept' : `${nobody}; perhaps meant, and left out`;
  return `${why}: ${shown.join('; ')}${more}`;
}

/** The overrides that hold for some VM at `now`, the newest first. Throws `aws`. */
export async function listOverrides(
  { state }: Pick<ScheduleWorld, 'state'>,
  now: number,
): Promise<readonly KeptOverride[]> {
  const { overrides } = await state.load();
  return overrides.filter((override) => isHolding(override, now)).toSorted((a, b) => b.startMs - a.startMs);
}

function isHolding({ ends, cancelledMs }: KeptOverride, now: number): boolean {
  if (cancelledMs !== null && cancelledMs <= now) return false;
  return Object.values(ends).some((endMs) => now < endMs);
}

/** Ends an override now, for all its VMs; one that was cancelled before stays as it was. Throws `not-found`, `aws`. */
export async function cancelOverride(
  id: string,
  { state, clock }: Pick<ScheduleWorld, 'state' | 'clock'>,
): Promise<KeptOverride> {
  const cancelled = await state.cancelOverride(id, clock.now());
  if (cancelled === null)
    throw new PowerError('not-found', `there is no override ${excerpt(id)}: list them and check the id`);
  return cancelled;
}
