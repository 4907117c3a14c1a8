// The EventBridge schedules: one per cron of the config, and one for the tick.
// Each has a role that can do nothing but fire it.

import { createHash } from 'node:crypto';
import type { Config, CronConfig } from '../lib/config.ts';
import { type Deployment, prefixOf, type Resource, type Resources } from './cloudformation.ts';
import { firingRole, scheduledTime, scheduleGroupId, scheduleResource } from './schedule-resource.ts';
import { tickCron } from './tick-cron.ts';

/** A logical id from a cron's name: readable, and different for `a-b` and `aB`. */
export function scheduleId(cronName: string): string {
  const words = cronName.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const readable = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return `Schedule${readable}${createHash('sha256').update(cronName).digest('hex').slice(0, 8)}`;
}

const tickScheduleId = 'TickSchedule';

// With a dot, which no cron's name has.
const tickScheduleName = 'power.tick';

// The next tick catches up: one that could not be delivered is not worth much patience.
const tickRetries = 2;

export function schedules({ crons, tick }: Pick<Config, 'crons' | 'tick'>, deployment: Deployment): Resources {
  const group: Resource = { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: prefixOf(deployment) } };
  const all = [
    ...crons.flatMap((cron) => cronSchedule(cron, deployment)),
    ...(tick === null ? [] : tickSchedule(tick, deployment)),
  ];
  return all.length === 0 ? {} : { [scheduleGroupId]: group, ...Object.fromEntries(all) };
}

function cronSchedule(cron: CronConfig, deployment: Deployment): (readonly [string, Resource])[] {
  const id = scheduleId(cron.name);
  const schedule = scheduleResource({
    name: cron.name,
    description: `${cron.action} ${cron.select}`,
    cron: cron.cron,
    timezone: cron.timezone,
    fires: 'scheduled',
    roleId: `${id}Role`,
    input: { cron: cron.name, scheduledTime },
    retries: cron.retries,
    maxEventAgeMs: cron.maxEventAgeMs,
  });
  return [
    [id, schedule],
    [`${id}Role`, firingRole('scheduled', deployment)],
  ];
}

function tickSchedule(
  { everyMs, maxAgeMs }: NonNullable<Config['tick']>,
  deployment: Deployment,
): (readonly [string, Resource])[] {
  const schedule = scheduleResource({
    name: tickScheduleName,
    description: 'Makes the fleet as its schedules want it',
    cron: tickCron(everyMs),
    timezone: 'UTC',
    fires: 'reconcile',
    roleId: `${tickScheduleId}Role`,
    input: { tick: scheduledTime },
    retries: tickRetries,
    maxEventAgeMs: maxAgeMs,
  });
  return [
    [tickScheduleId, schedule],
    [`${tickScheduleId}Role`, firingRole('reconcile', deployment)],
  ];
}
