// Fired by EventBridge Scheduler every few minutes: makes the fleet as its schedules want it.
// Ends in an error when nothing could be looked after, so that the function's error alarm rings; the next tick catches up.

import { runLifetimeMs } from '../lib/aws/durable/limits.ts';
import type { Config } from '../lib/config.ts';
import { PowerError } from '../lib/core/errors.ts';
import { reconcile } from '../lib/run/schedule/reconcile.ts';
import { readTickEvent } from '../lib/run/schedule/tick-event.ts';
import { summaryOf, type TickSummary } from '../lib/run/schedule/tick-summary.ts';
import { failure } from './failure.ts';
import { countingCalls, emit, tokensNow } from './metrics.ts';
import { launchParts, wiring } from './wiring.ts';
import { runWorld } from './world.ts';

/** `{ tick: "<instant>" }` → what was found and launched. */
export async function handler(event: unknown): Promise<TickSummary> {
  try {
    return summaryOf(await countingCalls(() => tickOf(event)));
  } catch (error) {
    throw failure('a tick failed; the next one catches up', error);
  }
}

async function tickOf(event: unknown) {
  const config = wiring.config();
  const { maxAgeMs } = configuredTick(config);
  const { notify } = config;
  return reconcile(readTickEvent(event, wiring.clock.now()), {
    ...runWorld(),
    ...launchParts(),
    maxAgeMs,
    lifetimeMs: runLifetimeMs[config.engine],
    scheduleNames: Object.keys(config.schedules),
    emit,
    tokenFigures: tokensNow,
    // What tells people is loaded where there is somebody to tell, and something.
    tellSwept: async (swept) => {
      if (notify === null || swept.abandoned.length + swept.lost.length === 0) return;
      await (await import('./warning.ts')).tellOfSwept(swept);
    },
    warn: async (report) => {
      if (notify === null || notify.warning === null) return;
      await (await import('./warning.ts')).warnAhead(report, notify.warning);
    },
  });
}

function configuredTick({ tick }: Config): NonNullable<Config['tick']> {
  if (tick !== null) return tick;
  throw new PowerError('request', 'the configuration has no tick: deploy again to remove its schedule');
}
