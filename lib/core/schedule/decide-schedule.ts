// What a tick does with one VM: act, wait, or leave it alone, with the reason and the mark to write.
// Pure: it is asked again with fresh facts at every tick, so that no stale decision is ever carried out.

import { type Current, currentOf } from './boundary.ts';
import { printInstant } from './civil.ts';
import { joinFingerprints, splitFingerprints } from './fingerprint.ts';
import {
  act,
  boundaryAfter,
  fingerprintsOf,
  inBetween,
  type Judgement,
  markOf,
  type ScheduleCode,
  type ScheduleFacts,
  settled,
} from './judgement.ts';
import { isSameMark, type Mark } from './mark.ts';
import { isBoundaryNew } from './new-boundary.ts';
import type { Want } from './rule.ts';
import { isBoundaryless } from './timeline.ts';

export type { ScheduleCode, ScheduleFacts, ScheduleSettings } from './judgement.ts';

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
  const noted = facts.schedule?.fingerprint ?? splitFingerprints(mark.schedule).schedule;
  const schedule = joinFingerprints({ schedule: noted, keepTag: facts.keepTag });
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

function atNewBoundary(facts: ScheduleFacts, current: Current, mark: Mark): Judgement {
  const { power } = facts;
  if (power === current.wanted) return settled(facts, current, boundaryAfter(current, mark));
  if (power !== 'on' && power !== 'off') return inBetween(power);
  // The mark notes the edit and says what was seen, so that the next tick still finds the boundary open, however old by then.
  return act(facts, current, { ...mark, wanted: power, schedule: fingerprintsOf(facts) });
}

function atOldBoundary(facts: ScheduleFacts, current: Current, mark: Mark): Judgement {
  const { power, schedule } = facts;
  const boundary = boundaryAfter(current, mark);
  if (power === current.wanted) return settled(facts, current, boundary);
  if (power !== 'on' && power !== 'off') return inBetween(power);
  if (mark.kind === 'settled' && schedule?.isEnforced === true) return act(facts, current, mark);
  const kept = { ...mark, boundary, schedule: fingerprintsOf(facts), attempts: 0, lastAttempt: null };
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
