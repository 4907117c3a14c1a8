// What is fired on localhost as EventBridge Scheduler would: the configuration's crons, and the tick.
// Each knows its times, its function and its event, so that firing them needs to know nothing of either.

import type { Config, CronConfig } from '../../lib/config.ts';
import { type Deployment, prefixOf } from '../cloudformation.ts';
import { tickCron } from '../tick-cron.ts';

export interface LocalSchedule {
  /** The key that fires it. */
  readonly key: string;
  readonly name: string;
  /** EventBridge's six fields, without `cron(…)`. */
  readonly cron: string;
  readonly timezone: string;
  readonly functionName: string;
  /** The event of the instant at which it is due. */
  readonly eventOf: (scheduledTime: string) => unknown;
  readonly meaning: string;
}

/** The schedules of the configuration: crons by the keys 1 to 9, the tick by `t`. */
export function localSchedules(
  { crons, tick }: Pick<Config, 'crons' | 'tick'>,
  deployment: Deployment,
): LocalSchedule[] {
  const all = crons.map((cron, index) => localCron(cron, String(index + 1), deployment));
  return tick === null ? all : [...all, localTick(tick.everyMs, deployment)];
}

function localCron({ name, cron, timezone, action, select }: CronConfig, key: string, deployment: Deployment) {
  return {
    key,
    name: `cron ${name}`,
    cron,
    timezone,
    functionName: `${prefixOf(deployment)}-scheduled`,
    eventOf: (scheduledTime: string) => ({ cron: name, scheduledTime }),
    meaning: `${action} ${select}`,
  };
}

function localTick(everyMs: number, deployment: Deployment): LocalSchedule {
  return {
    key: 't',
    name: 'tick',
    cron: tickCron(everyMs),
    timezone: 'UTC',
    functionName: `${prefixOf(deployment)}-reconcile`,
    eventOf: (scheduledTime) => ({ tick: scheduledTime }),
    meaning: 'what schedules want',
  };
}
