// Whether the last boundary is one that the mark has not dealt with: what tells a missed boundary from a change by hand.
// Apart from decide-schedule.ts, because edits blur it (docs/decisions/0019).

import type { Current } from './boundary.ts';
import { splitFingerprints } from './fingerprint.ts';
import { fingerprintsOf, type ScheduleFacts } from './judgement.ts';
import type { Mark } from './mark.ts';

/**
 * An edit alone makes a boundary only where it wants something else now than the mark does; a keep tag that was just written
 * is one in any case, for somebody asked for it.
 */
export function isBoundaryNew(facts: ScheduleFacts, current: Current, mark: Mark): boolean {
  if (isOtherwise(facts, current, mark)) return true;
  // One that is over before it was ever noted has never held, and so its end is nothing either.
  if (isByUnnotedTag(facts, current, mark)) return facts.override !== null && facts.now < facts.override.endMs;
  if (current.boundary === null || current.boundary <= mark.boundary) return false;
  return current.isByOverride || fingerprintsOf(facts) === mark.schedule || isFreshMoment(facts, current.boundary);
}

function isOtherwise({ schedule }: ScheduleFacts, { wanted, isByOverride }: Current, mark: Mark): boolean {
  if (wanted === mark.wanted) return false;
  // Between moments nothing is wanted, and that is nothing to differ from: else an edit could bring an old moment about.
  return mark.wanted !== 'none' || isByOverride || schedule?.kind !== 'moments';
}

function isByUnnotedTag({ override, keepTag }: ScheduleFacts, { isByOverride }: Current, mark: Mark): boolean {
  return isByOverride && override?.startMs === null && keepTag !== splitFingerprints(mark.schedule).keepTag;
}

/** The tick before it saw the old schedule. Two periods, so that one missed tick loses no stop. */
function isFreshMoment({ schedule, now, settings }: ScheduleFacts, moment: number): boolean {
  return schedule?.kind === 'moments' && now - moment <= 2 * settings.tickEveryMs;
}
