// The course of one VM: what is wanted of it over time, by its overrides while they hold, else by its schedule.
// What plans and explanations show, so that they agree with what a tick decides at each of those instants.

import { type Current, currentOf } from './boundary.ts';
import { type Override, overrideAt } from './override.ts';
import type { Schedule } from './rule.ts';
import { nextTransitions, type Transition, transitions } from './timeline.ts';

export interface Course {
  readonly schedule: Schedule | null;
  readonly overrides: readonly Override[];
  readonly catchUpMs: number;
}

/** What is wanted at the instant, since which boundary, and by what. */
export function currentIn({ schedule, overrides, catchUpMs }: Course, ms: number): Current {
  return currentOf(schedule, overrideAt(overrides, ms), ms, catchUpMs);
}

/**
 * The transitions in `[fromMs, toMs)`, in order. An override's start and end are one where they change what is wanted; a
 * moment that an override hides is none.
 */
export function courseBetween(course: Course, fromMs: number, toMs: number): readonly Transition[] {
  return changesIn(course, fromMs, toMs, (schedule, from, to) => transitions(schedule, from, to));
}

/** The first `count` transitions after the instant; fewer where none are left within the schedule's horizon. */
export function courseAfter(course: Course, afterMs: number, count: number): readonly Transition[] {
  // One more: the first falls away where the end of an override made it so already.
  const next = (schedule: Schedule, from: number, to: number) =>
    nextTransitions(schedule, from - 1, count + 1).filter(({ at }) => at < to);
  return changesIn(course, afterMs + 1, Number.POSITIVE_INFINITY, next).slice(0, count);
}

type OwnTransitions = (schedule: Schedule, fromMs: number, toMs: number) => readonly Transition[];

// Piece by piece, so that no schedule is reckoned where an override hides it, for years perhaps.
function changesIn(course: Course, fromMs: number, toMs: number, own: OwnTransitions): Transition[] {
  const edges = edgesIn(course.overrides, fromMs, toMs);
  const starts = [...new Set([fromMs, ...edges])];
  return starts.flatMap((start, index) => {
    const inPiece = freeTransitions(course, start, starts[index + 1] ?? toMs, own);
    return edges.includes(start) ? atEdge(course, start, inPiece) : inPiece;
  });
}

function edgesIn(overrides: readonly Override[], fromMs: number, toMs: number): number[] {
  const edges = overrides.flatMap(({ startMs, endMs }) => (startMs === null ? [endMs] : [startMs, endMs]));
  return edges.filter((edge) => fromMs <= edge && edge < toMs).sort((a, b) => a - b);
}

function freeTransitions(
  { schedule, overrides }: Course,
  fromMs: number,
  toMs: number,
  own: OwnTransitions,
): readonly Transition[] {
  const isHeld = overrides.some(({ startMs, endMs }) => (startMs ?? fromMs) <= fromMs && fromMs < endMs);
  return schedule === null || isHeld ? [] : own(schedule, fromMs, toMs);
}

/** What the schedule says at the very edge counts only against what was wanted just before. */
function atEdge(course: Course, edge: number, inPiece: readonly Transition[]): readonly Transition[] {
  const { wanted } = currentIn(course, edge);
  if (wanted !== currentIn(course, edge - 1).wanted)
    return [{ at: edge, wanted }, ...inPiece.filter(({ at }) => at > edge)];
  return course.schedule?.kind === 'moments' ? inPiece : inPiece.filter(({ at }) => at > edge);
}
