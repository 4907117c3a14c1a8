// Fired by EventBridge Scheduler, one schedule per cron of the configuration: launches the run that is due.
// Throws what it refuses, so that the function's error alarm rings; being fired again does no harm.

import { launchScheduled } from '../lib/run/scheduled.ts';
import { failure } from './failure.ts';
import { launchParts, wiring } from './wiring.ts';

/** `{ cron, scheduledTime }` → the name of the run that is now launched. */
export async function handler(event: unknown): Promise<{ run: string; isNew: boolean }> {
  try {
    const { run, isNew } = await launchScheduled(event, { ...launchParts(), crons: wiring.config().crons });
    return { run: run.name, isNew };
  } catch (error) {
    throw failure('a schedule fired, and no run was launched', error);
  }
}
