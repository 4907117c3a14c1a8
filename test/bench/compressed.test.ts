// Compressed time: whatever is a time shrinks by the factor, whatever is not stays.

import { expect, it } from 'vitest';
import { compressPace, compressPolicy } from '../../bench/compressed.ts';
import type { RunPolicy } from '../../lib/core/policy.ts';

const policy: RunPolicy = {
  shutdown: { patienceMs: 480_000, resendAfterMs: 90_000, resends: 1 },
  start: { patienceMs: 180_000, resendAfterMs: 60_000, resends: 2 },
  allowEscalation: false,
  timeouts: { readMs: 10_000, actionMs: 120_000 },
  settle: { everyMs: 3_000, atMostMs: 15_000 },
  guard: { maxVms: 500, maxShare: 0.8 },
  tiers: {
    gate: 'verified',
    patienceMs: 600_000,
    delayMs: 30_000,
    ready: { 1: { http: 'http://x', withinMs: 60_000 } },
  },
  staggerMs: { start: 100_000, shutdown: 20_000, power_off: 0, reboot: 40_000, reset: 60_000 },
};

it('every time of a policy shrinks, and nothing else', () => {
  expect(compressPolicy(policy, 10)).toEqual({
    shutdown: { patienceMs: 48_000, resendAfterMs: 9_000, resends: 1 },
    start: { patienceMs: 18_000, resendAfterMs: 6_000, resends: 2 },
    allowEscalation: false,
    timeouts: { readMs: 1_000, actionMs: 12_000 },
    settle: { everyMs: 300, atMostMs: 1_500 },
    guard: { maxVms: 500, maxShare: 0.8 },
    tiers: {
      gate: 'verified',
      patienceMs: 60_000,
      delayMs: 3_000,
      ready: { 1: { http: 'http://x', withinMs: 6_000 } },
    },
    staggerMs: { start: 10_000, shutdown: 2_000, power_off: 0, reboot: 4_000, reset: 6_000 },
  });
});

it('a tier without a patience of its own stays without', () => {
  const { tiers } = compressPolicy({ ...policy, tiers: { ...policy.tiers, patienceMs: null } }, 10);
  expect(tiers.patienceMs).toBeNull();
});

it('a compressed pace lets as many calls be under way, and more per second', () => {
  expect(compressPace({ inFlight: 50, perSecond: 15 }, 20)).toEqual({ inFlight: 50, perSecond: 300 });
});
