// What a tick answers, for whoever fires one by hand.
// Numbers only, and the run's name: the VMs stand in the log.

import { isoTime } from '../iso-time.ts';
import type { TickReport } from './tick.ts';

export interface TickSummary {
  /** The tick's instant. */
  readonly tick: string;
  readonly listed: number;
  readonly scheduled: number;
  readonly acting: number;
  readonly inVain: number;
  readonly atFault: number;
  readonly inUnknownState: number;
  readonly unlisted: number;
  /** The run that acts, if there was something to do. */
  readonly run: string | null;
}

/** The report in numbers. */
export function summaryOf(report: TickReport): TickSummary {
  const { at, listed, scheduled, acting, inVain, atFault, inUnknownState, unlisted, launched } = report;
  return {
    tick: isoTime(at),
    listed,
    scheduled,
    acting: acting.length,
    inVain: inVain.length,
    atFault: atFault.length,
    inUnknownState: inUnknownState.length,
    unlisted: unlisted.length,
    run: launched?.run.name ?? null,
  };
}
