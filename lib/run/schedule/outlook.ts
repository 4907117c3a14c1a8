// What schedules and overrides want of the fleet over a span of time, as far as can be known now.
// What a person looks at before anything is enabled, and what the savings are reckoned from.

import { PowerError } from '../../core/errors.ts';
import type { Unlisted } from '../../core/outcome.ts';
import { dayMs, printInstant } from '../../core/schedule/civil.ts';
import { courseBetween, currentIn } from '../../core/schedule/course.ts';
import type { Schedule, Want } from '../../core/schedule/rule.ts';
import type { Transition } from '../../core/schedule/timeline.ts';
import { matches, parseSelector } from '../../core/selector.ts';
import { isProtected } from '../../core/tags.ts';
import type { Vm } from '../../core/vm.ts';
import type { FleetState } from '../../stores.ts';
import { takeInventory } from '../inventory.ts';
import { chosenVms } from './chosen.ts';
import { courseOf } from './course-of.ts';
import { type Kept, keptBetween } from './kept.ts';
import { switchesOf } from './switches.ts';
import type { ScheduleWorld } from './world.ts';

export interface OutlookRequest {
  /** A selector; with neither it nor ids, the whole fleet is meant. */
  readonly select: string | null;
  readonly ids: readonly string[] | null;
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

export interface VmOutlook {
  readonly vm: Vm;
  readonly schedule: Schedule | null;
  readonly transitions: readonly Transition[];
  readonly wantedAtFrom: Want;
  /** While overrides hold; the transitions have their starts and ends only where these change what is wanted. */
  readonly kept: readonly Kept[];
}

export interface Outlook {
  /** In the order of the lists. Of a protected VM nothing is ever wanted. */
  readonly vms: readonly VmOutlook[];
  /** VMs that are left alone for their faults, and are or could be meant. */
  readonly atFault: readonly Vm[];
  readonly unlisted: readonly Unlisted[];
}

const longestDays = 400;

/** The outlook from `fromMs` to `toMs`, 400 days at most. Throws `request`, `selector`, `not-found`, `list-failed` (for ids), `aws`. */
export async function outlook(request: OutlookRequest, world: ScheduleWorld): Promise<Outlook> {
  checkSpan(request);
  const selector = request.select === null ? null : parseSelector(request.select);
  const [inventory, state] = await Promise.all([
    takeInventory({ accounts: null, projects: null }, world),
    world.state.load(),
  ]);
  const chosen = chosenVms(request.ids, inventory);
  const meant = selector === null ? chosen : chosen.filter((vm) => matches(selector, vm) !== 'no');
  return {
    vms: meant.filter(({ faults }) => faults.length === 0).map((vm) => lookAhead(vm, request, state, world)),
    atFault: meant.filter(({ faults }) => faults.length > 0),
    unlisted: inventory.unlisted,
  };
}

function checkSpan({ fromMs, toMs }: OutlookRequest): void {
  if (fromMs < toMs && toMs - fromMs <= longestDays * dayMs) return;
  const span = `from ${printInstant(fromMs)} to ${printInstant(toMs)}`;
  throw new PowerError('request', `a plan ends after it begins and spans at most ${longestDays} days, not ${span}`);
}

function lookAhead(
  vm: Vm,
  { fromMs, toMs }: OutlookRequest,
  state: FleetState,
  { schedules }: ScheduleWorld,
): VmOutlook {
  const course = courseOf(vm, state, schedules);
  const { schedule } = course;
  if (isProtected(vm)) return { vm, schedule, transitions: [], wantedAtFrom: 'none', kept: [] };
  const transitions = courseBetween(course, fromMs, toMs);
  const kept = keptBetween(course, fromMs, toMs);
  return { vm, schedule, transitions, wantedAtFrom: currentIn(course, fromMs).wanted, kept };
}

/** The outlook as `power plan --json` and the API show it. */
export function outlookJson({ vms, atFault, unlisted }: Outlook) {
  return {
    vms: vms.map(({ vm, schedule, transitions, wantedAtFrom }) => ({
      ...placeJson(vm),
      schedule: schedule?.text ?? null,
      wantedAtFrom,
      transitions: switchesOf(transitions).map(({ at, wanted }) => ({ at: printInstant(at), wanted })),
    })),
    atFault: atFault.map((vm) => ({ ...placeJson(vm), faults: vm.faults })),
    unlisted,
  };
}

function placeJson({ id, name, account, project }: Vm) {
  return { vm: id, name, account, project };
}
