// From a checked power.config.ts and the environment to the Config that everything else reads.
// Nothing is judged here: what arrives was found right.

import type { AccountConfig, Config } from '../config.ts';
import type { ScheduleDefinition } from '../core/schedule/named.ts';
import type { Environment } from './environment.ts';
import type { CheckedConfig } from './schema.ts';
import { defaultTickEveryMs } from './tick-schema.ts';
import { parseApiUrl } from './url.ts';

/** The Config, deeply frozen: nobody can change what everybody reads. */
export function assembleConfig(checked: CheckedConfig, environment: Environment): Config {
  const { accounts: _, projects: __, crons, webhooks, shutdown, start, timeouts, settle, ...rest } = checked;
  return deepFreeze({
    accounts: assembleAccounts(checked, environment),
    tags: rest.tags,
    crons: Object.entries(crons).map(([name, { maxEventAge, ...cron }]) => ({
      name,
      ...cron,
      maxEventAgeMs: maxEventAge,
    })),
    webhooks: Object.entries(webhooks).map(([name, webhook]) => ({ name, ...webhook, allow: webhook.allow ?? null })),
    shutdown: assembleSend(shutdown),
    start: assembleSend(start),
    allowEscalation: rest.allowEscalation,
    timeouts: { readMs: timeouts.read, actionMs: timeouts.action },
    settle: { everyMs: settle.every, atMostMs: settle.atMost },
    guard: rest.guard,
    ...assembleOrder(checked),
    pace: rest.pace,
    states: rest.states,
    alarms: rest.alarms ?? null,
    events: rest.events === false ? null : rest.events,
    reservedConcurrency: rest.reservedConcurrency ?? null,
    engine: rest.engine,
    parts: rest.parts,
    ...assembleSchedules(checked),
  });
}

function assembleOrder({ tiers, stagger }: CheckedConfig): Pick<Config, 'tiers' | 'staggerMs'> {
  const { gate, patience = null, delay = 0, ready } = tiers;
  const { start = 0, shutdown = 0, power_off = 0, reboot = 0, reset = 0 } = stagger;
  return {
    tiers: { gate, patienceMs: patience, delayMs: delay, ready },
    staggerMs: { start, shutdown, power_off, reboot, reset },
  };
}

type ScheduleParts = 'timezone' | 'schedules' | 'calendars' | 'scheduling' | 'tick' | 'overrides' | 'prices';

function assembleSchedules(checked: CheckedConfig): Pick<Config, ScheduleParts> {
  const { timezone = null, schedules, calendars, tick, catchUp, adopt, retry, overrides, prices = null } = checked;
  return {
    timezone,
    schedules: zoned(schedules, timezone),
    calendars,
    scheduling: {
      catchUpMs: catchUp,
      adopt,
      retryPausesMs: retry.pauses,
      alarmAfter: retry.alarmAfter,
      // Without a tick of the deployment's somebody runs `power tick`, nobody knows how often.
      tickEveryMs: tick === false ? defaultTickEveryMs : tick.every,
    },
    tick: tick === false ? null : { everyMs: tick.every, maxAgeMs: tick.maxAge },
    overrides: { maxDurationMs: overrides.maxDuration },
    prices,
  };
}

/** Each schedule with its time zone, always first, since a schedule counts as edited where its text differs. */
export function zoned(
  schedules: CheckedConfig['schedules'],
  timezone: string | null,
): Readonly<Record<string, ScheduleDefinition>> {
  const withZone = ([name, { timezone: own, ...rest }]: [string, CheckedConfig['schedules'][string]]) =>
    // The schema has refused what has neither.
    [name, { timezone: own ?? timezone ?? 'UTC', ...rest }] as const;
  return Object.fromEntries<ScheduleDefinition>(Object.entries(schedules).map(withZone));
}

function assembleAccounts({ accounts, projects }: CheckedConfig, environment: Environment): readonly AccountConfig[] {
  const defaultUrl = parseApiUrl(environment.apiUrl) ?? environment.apiUrl;
  // The token stands instead of the secret, so that nobody fetches one that is not needed.
  const secretOf = (secretId: string | null) => (environment.token === null ? secretId : null);
  if (accounts === undefined) {
    return [{ name: 'main', apiUrl: defaultUrl, secretId: secretOf(environment.secretId), projects }];
  }
  return Object.entries(accounts).map(([name, account]) => ({
    name,
    apiUrl: account.apiUrl ?? defaultUrl,
    secretId: secretOf(account.secretId),
    projects: account.projects,
  }));
}

function assembleSend({ patience, resendAfter, resends }: CheckedConfig['shutdown']) {
  return { patienceMs: patience, resendAfterMs: resendAfter, resends };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
