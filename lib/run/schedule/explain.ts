// Explains one VM at one instant: what is wanted of it and why, and what a tick would do with it.
// It judges as the tick does, so that the explanation cannot differ from the deed.

import { decide } from '../../core/decide.ts';
import { printInstant } from '../../core/schedule/civil.ts';
import { type Course, courseAfter, currentIn } from '../../core/schedule/course.ts';
import type { ScheduleCode } from '../../core/schedule/decide-schedule.ts';
import type { Mark } from '../../core/schedule/mark.ts';
import { type Override, overrideAt } from '../../core/schedule/override.ts';
import type { Schedule, Want } from '../../core/schedule/rule.ts';
import type { Transition } from '../../core/schedule/timeline.ts';
import { isProtected, tagSource } from '../../core/tags.ts';
import { type ListedVm, type Vm, vmKey } from '../../core/vm.ts';
import type { FleetState } from '../../stores.ts';
import { listFleet, readVm } from '../inventory.ts';
import { chosenVm } from './chosen.ts';
import { courseOf } from './course-of.ts';
import { judge } from './judge.ts';
import { switchesOf } from './switches.ts';
import type { ScheduleWorld } from './world.ts';

export interface Explanation {
  readonly vm: Vm;
  readonly scheduleTag: string | null;
  /** Where that tag stands, as the end of a sentence; absent without the tag. */
  readonly tagSource?: string;
  readonly schedule: Schedule | null;
  /** What schedule and overrides want at the instant, also of a VM that is left alone. */
  readonly wanted: Want;
  /** Since when, in epoch milliseconds. */
  readonly boundary: number | null;
  /** The next ten transitions, or as many as there are. */
  readonly next: readonly Transition[];
  /** The override that holds at the instant. */
  readonly override: Override | null;
  readonly mark: Mark | null;
  /** What a tick of that instant would do. */
  readonly decision: {
    readonly action: 'start' | 'shutdown' | null;
    readonly code: ScheduleCode | 'protected' | 'fault';
    readonly reason: string;
  };
}

const transitionsShown = 10;

/**
 * The VM of the id (or `account/id`) at the instant, by its tags, its power and what is remembered of it as they are now. Throws
 * `not-found` for an id in no list (`list-failed` where some list could not be read), `request` for one that two accounts have.
 */
export async function explainVm(idText: string, at: number, world: ScheduleWorld): Promise<Explanation> {
  const [{ listed, unlisted }, state] = await Promise.all([
    listFleet({ accounts: null, projects: null }, world),
    world.state.load(),
  ]);
  const vms = listed.map((each) => readVm(each, world));
  const vm = chosenVm(idText, { vms, unlisted });
  const source = sourceOfSchedule(vm, listed, world);
  return { ...explainAt(vm, at, state, world), ...(source === null ? {} : { tagSource: source }) };
}

function sourceOfSchedule({ tags, ...vm }: Vm, listed: readonly ListedVm[], world: ScheduleWorld): string | null {
  if (tags.schedule === undefined) return null;
  const [source = null] = listed
    .filter((each) => vmKey(each) === vmKey(vm))
    .map((each) => tagSource('schedule', each, world.tags));
  return source;
}

function explainAt(vm: Vm, at: number, state: FleetState, { schedules }: ScheduleWorld): Explanation {
  const course = courseOf(vm, state, schedules);
  const { wanted, boundary } = currentIn(course, at);
  return {
    vm,
    scheduleTag: vm.tags.schedule ?? null,
    schedule: course.schedule,
    wanted,
    boundary,
    next: courseAfter(course, at, transitionsShown),
    override: heldBy(course, at),
    mark: state.marks.get(vmKey(vm)) ?? null,
    decision: judge(vm, state, schedules, at)?.decision ?? leftAlone(vm),
  };
}

function heldBy({ overrides }: Course, at: number): Override | null {
  const override = overrideAt(overrides, at);
  return override !== null && at < override.endMs ? override : null;
}

// Only what is protected or at fault has no judgement, and for those every action's decision says why.
function leftAlone(vm: Vm): Explanation['decision'] {
  return { action: null, code: isProtected(vm) ? 'protected' : 'fault', reason: decide('start', vm).reason };
}

/** The explanation as `power explain --json` and the API show it. */
export function explanationJson({ vm, wanted, boundary, next, schedule, override, mark, decision }: Explanation) {
  const [first] = switchesOf(next);
  return {
    vm: vm.id,
    wanted,
    boundary: instantJson(boundary),
    next: first === undefined ? null : { at: printInstant(first.at), wanted: first.wanted },
    schedule: schedule?.text ?? null,
    override: override === null ? null : overrideJson(override),
    mark: mark === null ? null : markJson(mark),
    decision: { action: decision.action, reason: decision.reason },
  };
}

function overrideJson({ keep, endMs, reason, by }: Override) {
  return { keep, until: printInstant(endMs), reason, by };
}

function markJson({ kind, boundary, wanted, attempts, lastAttempt }: Mark) {
  return { kind, boundary: printInstant(boundary), wanted, attempts, lastAttempt: instantJson(lastAttempt) };
}

function instantJson(ms: number | null): string | null {
  return ms === null ? null : printInstant(ms);
}
