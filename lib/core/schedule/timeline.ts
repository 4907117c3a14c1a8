// What a schedule wants at any instant, and when that changes. All instants are epoch milliseconds.
// Reckoned in blocks of 32 days and remembered per schedule, so that a fleet that shares a schedule pays for it once.

import { dayMs } from './civil.ts';
import { intervalsAround } from './intervals.ts';
import { momentsIn } from './moments.ts';
import { type Reach, reachOf } from './reach.ts';
import type { Schedule, Want } from './rule.ts';

/** From `at` on, `wanted` is what is wanted. */
export interface Transition {
  readonly at: number;
  readonly wanted: Want;
}

export interface WantedAt {
  readonly wanted: Want;
  /** The last transition, null where there is none within the horizon. */
  readonly since: number | null;
}

const blockMs = 32 * dayMs;
// How far a transition is looked for in either direction: nine years hold two 29ths of February, even around 2100.
const farthestMs = 9 * 366 * dayMs;
// What asks for the day of the week alone shows within a year, with its clock changes, all that it will ever do.
const weeklyMs = 400 * dayMs;

interface Memory {
  readonly reach: Reach;
  readonly blocks: Map<number, readonly Transition[]>;
}

const memories = new WeakMap<Schedule, Memory>();
const mostBlocks = 400;

/**
 * The transitions in `[fromMs, toMs)`, in order. Those of levels alternate; each moment of one-sided items is one,
 * also where the moment before wanted the same.
 */
export function transitions(schedule: Schedule, fromMs: number, toMs: number): readonly Transition[] {
  const found: Transition[] = [];
  for (let block = blockOf(fromMs); block * blockMs < toMs; block += 1)
    found.push(...blockAt(schedule, block).filter(({ at }) => fromMs <= at && at < toMs));
  return found;
}

/** The first `count` transitions after the instant; fewer where the horizon holds no more. */
export function nextTransitions(schedule: Schedule, afterMs: number, count: number): readonly Transition[] {
  const found: Transition[] = [];
  const last = blockOf(afterMs + horizonOf(schedule));
  for (let block = blockOf(afterMs); block <= last && found.length < count; block += 1)
    found.push(...blockAt(schedule, block).filter(({ at }) => at > afterMs));
  return found.slice(0, count);
}

/**
 * What is wanted at the instant and since when. A moment is wanted for `catchUpMs` and then lapses to `none`, with `since`
 * the moment that lapsed.
 */
export function wantedAt(schedule: Schedule, ms: number, catchUpMs: number): WantedAt {
  const last = lastTransition(schedule, ms);
  if (schedule.kind === 'levels') return { wanted: last?.wanted ?? levelAt(schedule, ms), since: last?.at ?? null };
  if (last === null || ms - last.at > catchUpMs) return { wanted: 'none', since: last?.at ?? null };
  return { wanted: last.wanted, since: last.at };
}

/** Whether nothing it wants ever changes, as far as the horizon reaches: `always off`, or windows that touch all the time. */
export function isBoundaryless(schedule: Schedule, ms: number): boolean {
  return lastTransition(schedule, ms) === null && nextTransitions(schedule, ms, 1).length === 0;
}

function lastTransition(schedule: Schedule, ms: number): Transition | null {
  const first = blockOf(ms - horizonOf(schedule));
  for (let block = blockOf(ms); block >= first; block -= 1) {
    const last = blockAt(schedule, block).findLast(({ at }) => at <= ms);
    if (last !== undefined) return last;
  }
  return null;
}

function horizonOf({ rules, fromDay, untilDay }: Schedule): number {
  const isDated = fromDay !== null || untilDay !== null;
  return isDated || rules.some((rule) => rule.kind === 'span' || (rule.kind !== 'always' && !rule.isWeekly))
    ? farthestMs
    : weeklyMs;
}

function levelAt(schedule: Schedule, ms: number): Want {
  const { fromMs, toMs } = memoryOf(schedule).reach;
  if (ms < fromMs || ms >= toMs) return 'none';
  return intervalsAround(schedule, ms, ms).some(({ from, to }) => from <= ms && ms < to) ? 'on' : 'off';
}

function blockOf(ms: number): number {
  return Math.floor(ms / blockMs);
}

function memoryOf(schedule: Schedule): Memory {
  const found = memories.get(schedule);
  if (found !== undefined) return found;
  const memory = { reach: reachOf(schedule), blocks: new Map() };
  memories.set(schedule, memory);
  return memory;
}

function blockAt(schedule: Schedule, block: number): readonly Transition[] {
  const { blocks } = memoryOf(schedule);
  const found = blocks.get(block);
  if (found !== undefined) return found;
  const fromMs = block * blockMs;
  const reckoned =
    schedule.kind === 'moments'
      ? momentsIn(schedule, fromMs, fromMs + blockMs)
      : levelsIn(schedule, fromMs, fromMs + blockMs);
  if (blocks.size >= mostBlocks) blocks.clear();
  blocks.set(block, reckoned);
  return reckoned;
}

function levelsIn(schedule: Schedule, fromMs: number, toMs: number): readonly Transition[] {
  const { reach } = memoryOf(schedule);
  const changes = intervalsAround(schedule, fromMs, toMs)
    .flatMap(({ from, to }): Transition[] => [
      { at: from, wanted: 'on' },
      { at: to, wanted: 'off' },
    ])
    .filter(({ at }) => reach.fromMs < at && at < reach.toMs);
  const end: Transition = { at: reach.toMs, wanted: 'none' };
  if (Number.isFinite(reach.fromMs)) changes.unshift({ at: reach.fromMs, wanted: levelAt(schedule, reach.fromMs) });
  return [...changes, end].filter(({ at }) => fromMs <= at && at < toMs);
}
