// What can be said of one VM at one instant: settled, in between, to be acted on or to be tried again later; and the mark of each.
// Apart from decide-schedule.ts, which knows which of them is the case.

import type { Power } from '../vm.ts';
import type { Current } from './boundary.ts';
import { printInstant } from './civil.ts';
import { joinFingerprints } from './fingerprint.ts';
import type { Mark } from './mark.ts';
import type { CountingOverride } from './override.ts';
import type { Schedule, Want } from './rule.ts';

export interface ScheduleSettings {
  /** How long after it a moment is still done. */
  readonly catchUpMs: number;
  /** What the first sight of a VM means: leave it until its next boundary, or make it so now. */
  readonly adopt: 'next-boundary' | 'now';
  /** How long to wait after the first, second, … attempt in vain; the last one holds for all further ones. */
  readonly retryPausesMs: readonly number[];
  /** From this many attempts in vain on, somebody has to look. */
  readonly alarmAfter: number;
  /** How far ticks are apart: what may have been edited since the last one, or the one before. */
  readonly tickEveryMs: number;
}

export interface ScheduleFacts {
  readonly power: Power;
  readonly schedule: Schedule | null;
  readonly override: CountingOverride | null;
  /** The fingerprint of the VM's keep tag, whether or not it counts; empty without one. */
  readonly keepTag: string;
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

/** A decision before it is known whether its mark changes anything. */
export interface Judgement {
  readonly action?: 'start' | 'shutdown';
  readonly code: ScheduleCode;
  readonly reason: string;
  readonly alarm?: boolean;
  readonly mark?: Mark;
}

/** It has what is wanted: the mark says so from now on. */
export function settled(facts: ScheduleFacts, current: Current, boundary: number): Judgement {
  const reason = `it is ${facts.power}, as ${current.source} wants`;
  return { code: 'settled', reason, mark: markOf(facts, 'settled', boundary, current.wanted) };
}

/** It is on its way, or in a state that is neither on nor off: neither settled nor acted on. */
export function inBetween(power: Power): Judgement {
  const reason = power === 'other' ? 'its state is neither on nor off' : `it is ${power}`;
  return { code: 'in-between', reason: `${reason}: nothing is done until it is on or off` };
}

/** Acts, unless the pause after an attempt in vain is not over. Attempts from before the boundary do not count. */
export function act(facts: ScheduleFacts, current: Current, mark: Mark): Judgement {
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
export function boundaryAfter(current: Current, mark: Mark): number {
  return Math.max(current.boundary ?? mark.boundary, mark.boundary);
}

/** A fresh mark, with no attempts. */
export function markOf(facts: ScheduleFacts, kind: Mark['kind'], boundary: number, wanted: Want): Mark {
  return { kind, boundary, wanted, attempts: 0, lastAttempt: null, schedule: fingerprintsOf(facts) };
}

/** What a mark that is made now is made by. */
export function fingerprintsOf({ schedule, keepTag }: ScheduleFacts): string {
  return joinFingerprints({ schedule: schedule?.fingerprint ?? '', keepTag });
}
