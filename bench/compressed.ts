// A run's policy and pace with all their times divided by one factor: the simulator's `speed`.
// Held answers and patience shrink alike, so that a run of an hour is played in minutes and every ratio stays what it was.
//
// What a call costs on this machine does not shrink: a millisecond of it counts as `speed` milliseconds of the run, so a ratio
// can only come out worse than it is, and the factor is kept small.

import type { PacePolicy, RunPolicy, SendPolicy, TierPolicy } from '../lib/core/policy.ts';

/** The policy as it is lived through by a process whose time passes `speed` times as fast. */
export function compressPolicy(policy: RunPolicy, speed: number): RunPolicy {
  const { shutdown, start, timeouts, settle, tiers, staggerMs } = policy;
  return {
    ...policy,
    shutdown: compressSends(shutdown, speed),
    start: compressSends(start, speed),
    timeouts: { readMs: timeouts.readMs / speed, actionMs: timeouts.actionMs / speed },
    settle: { everyMs: settle.everyMs / speed, atMostMs: settle.atMostMs / speed },
    tiers: compressTiers(tiers, speed),
    staggerMs: {
      start: staggerMs.start / speed,
      shutdown: staggerMs.shutdown / speed,
      power_off: staggerMs.power_off / speed,
      reboot: staggerMs.reboot / speed,
      reset: staggerMs.reset / speed,
    },
  };
}

/** As many calls at once, and so many more per second. */
export function compressPace({ inFlight, perSecond }: PacePolicy, speed: number): PacePolicy {
  return { inFlight, perSecond: perSecond * speed };
}

function compressSends({ patienceMs, resendAfterMs, resends }: SendPolicy, speed: number): SendPolicy {
  return { patienceMs: patienceMs / speed, resendAfterMs: resendAfterMs / speed, resends };
}

function compressTiers({ gate, patienceMs, delayMs, ready }: TierPolicy, speed: number): TierPolicy {
  const compressed = Object.entries(ready).map(([tier, check]) => [
    tier,
    { ...check, withinMs: check.withinMs / speed },
  ]);
  return {
    gate,
    patienceMs: patienceMs === null ? null : patienceMs / speed,
    delayMs: delayMs / speed,
    ready: Object.fromEntries(compressed),
  };
}
