// What the API's routes need, as functions and ports, so that a test can hand them fakes.
// handlers/wiring.ts builds the real one; the cloud's parts of it are built only when a route calls them.

import type { AccountConfig } from '../config.ts';
import type { Inventory } from '../core/plan.ts';
import type { Clock, Launcher, Log } from '../ports.ts';
import type { RunReport } from '../run/report.ts';
import type { RunRequest } from '../run/request.ts';
import type { RunStore } from '../stores.ts';
import type { AdmitLaunch } from './launch-cap.ts';
import type { ScheduleUses } from './schedule-world.ts';

export interface DryRun {
  readonly report: RunReport;
  /** How many VMs were listed, selected or not. */
  readonly listed: number;
}

export interface ApiWorld {
  /** What the configuration has, so that a request that names something else is refused at once. */
  readonly accounts: readonly Pick<AccountConfig, 'name' | 'projects'>[];
  readonly store: RunStore;
  readonly launcher: Launcher;
  /** Asked before each launch. */
  readonly admit: AdmitLaunch;
  readonly clock: Clock;
  readonly log: Log;
  /** Conducts a dry run here and now; its report must be there by `until` (epoch ms). */
  readonly plan: (run: { readonly name: string; readonly request: RunRequest }, until: number) => Promise<DryRun>;
  /** Lists the whole fleet. */
  readonly inventory: () => Promise<Inventory>;
  /** What is about schedules. */
  readonly schedules: () => Promise<ScheduleUses>;
}
