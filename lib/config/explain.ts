// What a configuration means, in plain words, one sentence per fact: for `power check`.
// A person who reads it should be surprised now, not at night.

import type { Config, CronConfig, WebhookConfig } from '../config.ts';
import { losesData } from '../core/action.ts';
import { printDuration } from '../core/duration.ts';
import type { SendPolicy } from '../core/policy.ts';
import type { Schedules } from '../core/schedule/schedules.ts';
import { nextTimes, parseCron } from './cron.ts';
import { explainSchedules } from './explain-schedules.ts';
import { explainTiers } from './explain-tiers.ts';
import { printLocal } from './explain-time.ts';

/** An inline run has one Lambda's 15 minutes; its list, its last look and its report need some of them. */
const inlinePatienceMs = 14 * 60_000;

/** The sentences, in the order in which a run meets the facts. `schedules` are the config's; `now` is where "next" counts from. */
export function explainConfig(config: Config, schedules: Schedules, now: Date): readonly string[] {
  return [
    ...config.accounts.map(explainAccount),
    ...explainTags(config),
    ...explainCrons(config.crons, now),
    ...explainSchedules(config, schedules, now),
    ...explainWebhooks(config.webhooks),
    explainSend('shutdown', config.shutdown),
    explainEscalation(config),
    explainSend('start', config.start),
    ...explainEngine(config),
    `One read of the API may take ${printDuration(config.timeouts.readMs)}, one action ${printDuration(config.timeouts.actionMs)}.`,
    `Between two looks at the VMs a run waits ${printDuration(config.settle.everyMs)} at first, and at most ${printDuration(config.settle.atMostMs)}.`,
    explainGuard(config),
    ...explainTiers(config),
    `Each account gets at most ${plural(config.pace.inFlight, 'call')} at once, and at most ${config.pace.perSecond} more per second.`,
    ...Object.entries(config.states).map(([state, power]) => `The API's state "${state}" counts as ${power}.`),
    config.alarms === null
      ? 'Nobody gets an e-mail when a run ends in trouble.'
      : `${config.alarms.email} gets an e-mail when a run ends in trouble.`,
    explainEvents(config),
    ...(config.reservedConcurrency === null
      ? []
      : [`${plural(config.reservedConcurrency, 'run')} can go on at once on Lambda (reserved concurrency).`]),
  ];
}

function explainAccount({ name, apiUrl, secretId, projects }: Config['accounts'][number]): string {
  const token =
    secretId === null
      ? 'no secret is named, so the token comes from the terminal'
      : `its token is in the secret ${secretId}`;
  return `Account ${name} has ${plural(projects.length, 'project')} (${projects.join(', ')}) at ${apiUrl}; ${token}.`;
}

function explainTags({ tags }: Config): readonly string[] {
  return tags.map((rule, index) => {
    const lent = Object.entries(rule.tags).map(([key, value]) => (value === '' ? key : `${key}=${value}`));
    const conditions = Object.entries(rule.match)
      .filter(([, wanted]) => wanted !== undefined)
      .map(([field, wanted]) => `${field} is ${[wanted].flat().join(' or ')}`);
    return `Tag rule ${index + 1}: a VM whose ${conditions.join(' and whose ')} gets ${lent.join(', ')}.`;
  });
}

function explainCrons(crons: readonly CronConfig[], now: Date): readonly string[] {
  if (crons.length === 0) return ['There are no crons.'];
  return crons.map((cron) => {
    const where = cron.account === null ? '' : ` of account ${cron.account}`;
    const loss = losesData(cron.action) ? ' It may lose data, and has leave to.' : '';
    const late = `No later than ${printDuration(cron.maxEventAgeMs)} after its time.`;
    return `Cron ${cron.name}: ${cron.action} of ${selected(cron.select)}${where}, ${explainTimes(cron, now)} ${late}${loss}`;
  });
}

function explainTimes({ cron, timezone }: CronConfig, now: Date): string {
  const parsed = parseCron(cron);
  const times = 'fault' in parsed ? [] : nextTimes(parsed, timezone, now, 3);
  if (times.length === 0) return 'which never fires again.';
  return `next on ${times.map((time) => printLocal(time, timezone)).join(', ')} (${timezone}).`;
}

function explainWebhooks(webhooks: readonly WebhookConfig[]): readonly string[] {
  return webhooks.flatMap((webhook) => [
    `Webhook ${webhook.name} takes deliveries signed the ${webhook.verify === 'github' ? 'GitHub' : 'Standard Webhooks'} way, with the secret ${webhook.secretId}.`,
    ...webhook.on.map((rule) => {
      const conditions = Object.entries(rule.when).map(([path, value]) => `${path} is ${JSON.stringify(value)}`);
      const where = rule.account === null ? '' : ` of account ${rule.account}`;
      return `Webhook ${webhook.name}: when ${conditions.join(' and ')}, ${rule.action} of ${selected(rule.select)}${where}.`;
    }),
    ...explainAllow(webhook),
  ]);
}

function explainAllow({ name, allow }: WebhookConfig): readonly string[] {
  if (allow === null) return [];
  return [`Webhook ${name}: the sender may ask for ${allow.actions.join(', ')} of any of ${selected(allow.select)}.`];
}

function explainSend(action: 'shutdown' | 'start', { patienceMs, resendAfterMs, resends }: SendPolicy): string {
  const given = `A ${action} is given ${printDuration(patienceMs)}`;
  if (resends === 0) return `${given}, and is never sent again.`;
  if (resendAfterMs >= patienceMs) {
    return `${given}, and is never sent again: resendAfter (${printDuration(resendAfterMs)}) is not shorter.`;
  }
  const times = resends === 1 ? 'once' : `up to ${resends} times`;
  return `${given}, and is sent again ${times}, ${printDuration(resendAfterMs)} after an answer that changed nothing.`;
}

function explainEscalation({ allowEscalation }: Config): string {
  return allowEscalation
    ? 'A VM whose own tag says shutdown="escalate=power_off" is forced off when its patience is over; that may lose its data.'
    : 'No VM is ever forced off after a shutdown, whatever its tag says.';
}

function explainEngine({ engine, shutdown, start }: Config): readonly string[] {
  if (engine === 'durable') {
    return ['On AWS a run may last up to 24h, as a Lambda durable function; while it only waits, nothing is billed.'];
  }
  const inOne = 'On AWS a run is inline: it must fit into the 15m of one Lambda, which is billed while it waits.';
  if (Math.max(shutdown.patienceMs, start.patienceMs) <= inlinePatienceMs) return [inOne];
  return [inOne, 'VMs that a longer patience would still wait for after 15m are reported as unknown.'];
}

function explainEvents({ events }: Config): string {
  if (events === null) return 'Deployed runs announce nothing on the event bus.';
  const runs = 'Deployed runs announce on the event bus that they started and ended';
  if (events.vmSettled === 'none') return `${runs}.`;
  return `${runs}, and ${events.vmSettled === 'all' ? 'how each VM settled' : 'which VMs need attention'}.`;
}

function explainGuard({ guard }: Config): string {
  const share = `${Number((guard.maxShare * 100).toFixed(2))}%`;
  return `A run that would stop or restart more than ${plural(guard.maxVms, 'VM')}, or more than ${share} of the listed ones (from 5 VMs up), is refused whole.`;
}

function selected(select: string): string {
  return select === '*' ? 'every VM' : `the VMs with ${select}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
