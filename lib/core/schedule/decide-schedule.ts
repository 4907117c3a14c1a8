// What a tick does with one VM: act, wait, or leave it alone, with the reason and the mark to write.
// Pure: it is asked again with fresh facts at every tick, so that no stale decision is ever carried out.

import type { Power } from '../vm.ts';
import { type Current, currentOf } from './boundary.ts';
import { printInstant } from './civil.ts';
import { isSameMark, type Mark } from './mark.ts';
import type { Override } from './override.ts';
import type { Schedule, Want } from './rule.ts';
import { isBoundaryless } from './timeline.ts';

export interface ScheduleSettings {
  /** How long after it a moment is still done. */
  readonly catchUpMs: number;
  /** What the first sight of a VM means: leave it until its next boundary, or make it so now. */
  readonly adopt: 'next-boundary' | 'now';
  /** How long to wait after the first, second, … attempt in vain; the last one holds for all further ones. */
  readonly retryPausesMs: readonly number[];
  /** From this many attempts in vain on, somebody has to look. */
  readonly alarmAfter: number;
}

export interface ScheduleFacts {
  readonly power: Power;
  readonly schedule: Schedule | null;
  readonly override: Override | null;
  readonly mark: Mark | null;
  /** The tick's instant, in epoch milliseconds. */
  readonly now: number;
  readonly settings: ScheduleSettings;
}

export type ScheduleCode =
  /** Nothing is wanted: no schedule, outside its dates, or between moments. */
  | 'nothing-wanted'
  /** A newer tick has dealt with this VM already. */
  | 'stale'
  /** It is on its way, or in a state that is neither on nor off. */
  | 'in-between'
  /** It has what is wanted. */
  | 'settled'
  /** Seen for the first time, and left as it is until the next boundary. */
  | 'adopted'
  /** Somebody changed it by hand since the boundary was settled. */
  | 'manual'
  /** The schedule was edited, but wants the same as before. */
  | 'edited'
  /** Acted in vain; the pause is not over. */
  | 'waiting'
  /** To be acted on. */
  | 'act';

export interface ScheduleDecision {
  readonly action: 'start' | 'shutdown' | null;
  readonly code: ScheduleCode;
  readonly reason: string;
  readonly wanted: Want;
  /** The boundary since which it is wanted; null where there is none. */
  readonly boundary: number | null;
  /** Acted in vain for at least `alarmAfter` times since the boundary. */
  readonly alarm: boolean;
  /** The mark to write by conditional write, before acting; null where nothing changes. */
  readonly newMark: Mark | null;
}

/** The decision for one VM that has no fault and is not protected (those never get here). */
export function decideSchedule(facts: ScheduleFacts): ScheduleDecision {
  const current = currentOf(facts.schedule, facts.override, facts.now, facts.settings.catchUpMs);
  const decided = judge(facts, current);
  const newMark = decided.mark === undefined || isSameMark(decided.mark, facts.mark) ? null : decided.mark;
  const { action = null, code, reason, alarm = false } = decided;
  return { action, code, reason, wanted: current.wanted, boundary: current.boundary, alarm, newMark };
}

interface Judgement {
  readonly action?: 'start' | 'shutdown';
  readonly code: ScheduleCode;
  readonly reason: string;
  readonly alarm?: boolean;
  readonly mark?: Mark;
}

function judge(facts: ScheduleFacts, current: Current): Judgement {
  const { mark, now } = facts;
  if (mark !== null && mark.boundary > now)
    return { code: 'stale', reason: `a newer tick has dealt with it, up to ${printInstant(mark.boundary)}` };
  if (mark === null) return atFirstSight(facts, current);
  if (current.wanted === 'none') return whileNothingIsWanted(facts, current, mark);
  if (isBoundaryNew(facts, current, mark)) return atNewBoundary(facts, current, mark);
  return atOldBoundary(facts, current, mark);
}

/** An edit is noted also between moments, or the next moment would be taken for one that the edit brought about. */
function whileNothingIsWanted(facts: ScheduleFacts, current: Current, mark: Mark): Judgement {
  const schedule = facts.schedule?.fingerprint ?? mark.schedule;
  const boundary = schedule === mark.schedule ? mark.boundary : boundaryAfter(current, mark);
  return { code: 'nothing-wanted', reason: whyNothing(facts, current), mark: { ...mark, schedule, boundary } };
}

function whyNothing({ schedule }: ScheduleFacts, { source }: Current): string {
  return schedule === null ? source : `${source} wants nothing now`;
}

/** An adopted mark is written also where nothing is wanted yet, or the next moment would be a first sight again. */
function atFirstSight(facts: ScheduleFacts, current: Current): Judgement {
  const { schedule, now, power } = facts;
  if (schedule === null && current.wanted === 'none') return { code: 'nothing-wanted', reason: current.source };
  const boundary = current.boundary ?? now;
  const adopted = markOf(facts, 'adopted', boundary, current.wanted);
  if (current.wanted === 'none')
    return {
      code: 'adopted',
      reason: `${whyNothing(facts, current)}; first seen now`,
      mark: { ...adopted, boundary: now },
    };
  if (power === current.wanted) return settled(facts, current, boundary);
  if (isAdoptedNow(facts, current)) {
    if (power !== 'on' && power !== 'off') return inBetween(power);
    // The mark says what was seen, so that the next tick still finds the boundary open.
    return act(facts, current, { ...adopted, wanted: power });
  }
  const reason = `first seen now: left as it is until its next boundary, though ${current.source} wants it ${current.wanted}`;
  return { code: 'adopted', reason, mark: adopted };
}

function isAdoptedNow({ schedule, override, now, settings }: ScheduleFacts, current: Current): boolean {
  if (settings.adopt === 'now') return true;
  if (current.isByOverride && override !== null && now < override.endMs) return true;
  return schedule !== null && isBoundaryless(schedule, now);
}

/** An edited schedule makes a boundary only where it wants something else now than the mark does. */
function isBoundaryNew({ schedule }: ScheduleFacts, current: Current, mark: Mark): boolean {
  if (current.wanted !== mark.wanted) return true;
  const isEdited = (schedule?.fingerprint ?? '') !== mark.schedule;
  if (isEdited && !current.isByOverride) return false;
  return current.boundary !== null && current.boundary > mark.boundary;
}

function atNewBoundary(facts: ScheduleFacts, current: Current, mark: Mark): Judgement {
  if (facts.power === current.wanted) return settled(facts, current, boundaryAfter(current, mark));
  if (facts.power !== 'on' && facts.power !== 'off') return inBetween(facts.power);
  return act(facts, current, mark);
}

function atOldBoundary(facts: ScheduleFacts, current: Current, mark: Mark): Judgement {
  const { power, schedule } = facts;
  const boundary = boundaryAfter(current, mark);
  if (power === current.wanted) return settled(facts, current, boundary);
  if (power !== 'on' && power !== 'off') return inBetween(power);
  if (mark.kind === 'settled' && schedule?.isEnforced === true) return act(facts, current, mark);
  const kept = { ...mark, boundary, schedule: schedule?.fingerprint ?? '', attempts: 0, lastAttempt: null };
  if (kept.schedule !== mark.schedule)
    return {
      code: 'edited',
      reason: `the schedule was edited, but wants it ${current.wanted} as before: left as it is until the next boundary`,
      mark: kept,
    };
  if (mark.kind === 'adopted')
    return { code: 'adopted', reason: `${power} since it was first seen: left as it is until its next boundary` };
  return {
    code: 'manual',
    reason: `turned ${power} by hand since ${printInstant(mark.boundary)}, when it was seen ${current.wanted}: left as it is until the next boundary`,
  };
}

function settled(facts: ScheduleFacts, current: Current, boundary: number): Judgement {
  const reason = `it is ${facts.power}, as ${current.source} wants`;
  return { code: 'settled', reason, mark: markOf(facts, 'settled', boundary, current.wanted) };
}

function inBetween(power: Power): Judgement {
  const reason = power === 'other' ? 'its state is neither on nor off' : `it is ${power}`;
  return { code: 'in-between', reason: `${reason}: nothing is done until it is on or off` };
}

/** Acts, unless the pause after an attempt in vain is not over. Attempts from before the boundary do not count. */
function act(facts: ScheduleFacts, current: Current, mark: Mark): Judgement {
  const { now, settings, power } = facts;
  const since = boundaryAfter(current, mark);
  const isCounted = mark.lastAttempt !== null && mark.lastAttempt >= since;
  const attempts = isCounted ? mark.attempts : 0;
  const alarm = attempts >= settings.alarmAfter;
  const again = isCounted ? (mark.lastAttempt ?? now) + pauseAfter(attempts, settings) : now;
  const wish = `it is ${power}, and ${current.source} wants it ${current.wanted}`;
  if (now < again)
    return { code: 'waiting', reason: `${wish}; acted ${attempts}× in vain, again at ${printInstant(again)}`, alarm };
  const tried = attempts === 0 ? '' : `; acted ${attempts}× in vain so far`;
  return {
    action: current.wanted === 'on' ? 'start' : 'shutdown',
    code: 'act',
    reason: `${wish}${tried}`,
    alarm,
    mark: { ...mark, attempts: attempts + 1, lastAttempt: now },
  };
}

function pauseAfter(attempts: number, { retryPausesMs }: ScheduleSettings): number {
  return retryPausesMs[Math.min(attempts, retryPausesMs.length) - 1] ?? 0;
}

/** The boundary to settle, stable from tick to tick and never before the mark's. */
function boundaryAfter(current: Current, mark: Mark): number {
  return Math.max(current.boundary ?? mark.boundary, mark.boundary);
}

function markOf({ schedule }: ScheduleFacts, kind: Mark['kind'], boundary: number, wanted: Want): Mark {
  return { kind, boundary, wanted, attempts: 0, lastAttempt: null, schedule: schedule?.fingerprint ?? '' };
}
