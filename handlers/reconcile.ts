// Fired by EventBridge Scheduler every few minutes: makes the fleet as its schedules want it.
// Ends in an error when nothing could be looked after, so that the function's error alarm rings; the next tick catches up.

import type { Config } from '../lib/config.ts';
import { PowerError } from '../lib/core/errors.ts';
import { successFigures, sweepFigures, tickFigures } from '../lib/run/metrics/tick-figures.ts';
import { type TickReport, tick } from '../lib/run/schedule/tick.ts';
import { readTickEvent } from '../lib/run/schedule/tick-event.ts';
import { type Swept, startForgotten } from '../lib/run/sweep.ts';
import { failure } from './failure.ts';
import { countingCalls, emit, tokensNow } from './metrics.ts';
import { launchParts, wiring } from './wiring.ts';
import { runWorld } from './world.ts';

/** What a tick answers, for whoever fires one by hand. */
export interface TickSummary {
  /** The tick's instant. */
  readonly tick: string;
  readonly listed: number;
  readonly scheduled: number;
  readonly acting: number;
  readonly inVain: number;
  readonly atFault: number;
  readonly unlisted: number;
  /** The run that acts, if there was something to do. */
  readonly run: string | null;
}

/** `{ tick: "<instant>" }` → what was found and launched. */
export async function handler(event: unknown): Promise<TickSummary> {
  try {
    return summaryOf(await countingCalls(() => tickOf(event)));
  } catch (error) {
    throw failure('a tick failed; the next one catches up', error);
  }
}

/** Figures are told as soon as they are known: what comes after them may throw. */
async function tickOf(event: unknown): Promise<TickReport> {
  const { clock } = wiring;
  const config = wiring.config();
  const { maxAgeMs } = configuredTick(config);
  const at = readTickEvent(event, clock.now());
  const parts = launchParts();
  const [ticked, swept] = await Promise.allSettled([
    tick(at, { ...runWorld(), ...parts, maxAgeMs }),
    // Told without waiting for the tick: one that hangs is killed, and what was swept is swept only once.
    startForgotten(parts).then((found) => tellOf(found, config)),
  ]);
  await emit(tokensNow());
  if (ticked.status === 'rejected') throw ticked.reason;
  const report = ticked.value;
  await emit(tickFigures(report, Object.keys(config.schedules)));
  await warn(report, config);
  if (swept.status === 'rejected') throw swept.reason;
  refuseBlindness(report, config);
  await emit(successFigures());
  return report;
}

/** Never in the tick's way. */
async function tellOf(swept: Swept, { notify }: Config): Promise<void> {
  await emit(sweepFigures(swept));
  const { abandoned, lost } = swept;
  if (notify === null || abandoned.length + lost.length === 0) return;
  const { tellOfSwept } = await import('./warning.ts');
  await tellOfSwept({ abandoned, lost });
}

/** Never in the tick's way. */
async function warn(report: TickReport, { notify }: Config): Promise<void> {
  if (notify === null || notify.warning === null) return;
  const { warnAhead } = await import('./warning.ts');
  await warnAhead(report, notify.warning);
}

function configuredTick({ tick }: Config): NonNullable<Config['tick']> {
  if (tick !== null) return tick;
  throw new PowerError('request', 'the configuration has no tick: deploy again to remove its schedule');
}

/** A tick that saw nothing at all has failed, though each list's failure is only a project left alone. */
function refuseBlindness({ unlisted }: TickReport, { accounts }: Config): void {
  const projects = accounts.reduce((sum, account) => sum + account.projects.length, 0);
  if (unlisted.length < projects) return;
  throw new PowerError('list-failed', 'no project could be listed: no schedule was looked after', {
    faults: unlisted.map(({ account, project, reason }) => `${account}/${project}: ${reason}`),
  });
}

function summaryOf({ at, listed, scheduled, acting, inVain, atFault, unlisted, launched }: TickReport): TickSummary {
  return {
    tick: new Date(at).toISOString(),
    listed,
    scheduled,
    acting: acting.length,
    inVain: inVain.length,
    atFault: atFault.length,
    unlisted: unlisted.length,
    run: launched?.run.name ?? null,
  };
}
