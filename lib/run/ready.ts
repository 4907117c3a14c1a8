// Waits until what a tier serves really answers, before the next tier is started: a VM that is on may still be booting.
// Each try is a step and each pause an engine's wait, so that a long boot is not paid for.

import type { ReadyCheck } from '../core/policy.ts';
import { never } from '../core/pursuit.ts';
import type { Probe } from './probe.ts';
import { isStopped } from './stopping.ts';
import type { LeasedWorld } from './world.ts';

/** One try may take no longer: what answers slower is not ready. */
const tryMs = 5_000;

const pauseGrowth = 1.5;

export type Readiness = 'ready' | 'stopped' | { readonly notReady: string };

type ReadyWorld = Pick<
  LeasedWorld,
  'engine' | 'clock' | 'policy' | 'stop' | 'isCancelled' | 'log' | 'holder' | 'until'
>;

/** What is checked, as people know it: `db.internal:5432`, or the address. */
export function targetOf(check: ReadyCheck): string {
  return 'http' in check ? check.http : `${check.tcp.host}:${check.tcp.port}`;
}

/**
 * Tries until it answers, `withinMs` of the first try (or the run's time) are over, or the run is stopped. `early` cuts a pause
 * short. Never throws for what the target does.
 */
export async function untilReady(
  label: string,
  check: ReadyCheck,
  world: ReadyWorld,
  probe: Probe,
  early?: Promise<unknown>,
): Promise<Readiness> {
  const { engine, clock, policy, until = never } = world;
  let pauseMs = policy.settle.everyMs;
  let deadline: number | null = null;
  for (let nth = 1; ; nth += 1) {
    const tried = await engine.step(`ready-${label}-${nth}`, async () => ({
      fault: await probe(check, tryMs),
      at: clock.now(),
      isStopped: await isStopped(world),
    }));
    if (tried.isStopped) return 'stopped';
    if (tried.fault === null) return 'ready';
    deadline ??= Math.min(until, tried.at + check.withinMs);
    if (tried.at >= deadline) return { notReady: tried.fault };
    await engine.wait(`ready-pause-${label}-${nth}`, Math.min(pauseMs, deadline - tried.at), early);
    pauseMs = Math.min(policy.settle.atMostMs, pauseMs * pauseGrowth);
  }
}
