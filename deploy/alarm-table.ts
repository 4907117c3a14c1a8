// Every alarm there is: what it watches, from which value on, and what it means. One table, for the template and the runbook.
// An alarm whose metric nobody emits is worse than none; test/deploy/alarm-causes.test.ts makes each of them ring by its cause.

import { warnBeforeMs } from '../lib/aws/token.ts';
import type { Config } from '../lib/config.ts';
import { printDuration } from '../lib/core/duration.ts';
import type { MetricName } from '../lib/core/metric.ts';
import { type FunctionKey, functionKeysOf } from './functions.ts';

/** What an alarm watches: a figure of ours in all its dimensions' sum, or what AWS itself counts. */
export type Watched =
  | { readonly of: 'figures'; readonly metric: MetricName }
  | { readonly of: 'function'; readonly function: FunctionKey; readonly metric: string }
  | { readonly of: 'dead-letters'; readonly metric: string }
  | { readonly of: 'http-api'; readonly metric: string };

export interface Alarm {
  readonly name: string;
  readonly watches: Watched;
  readonly statistic: 'Sum' | 'Maximum' | 'Minimum';
  /** It rings when the statistic of a period is at least so much, or below it. */
  readonly rings: { readonly atLeast: number } | { readonly below: number };
  readonly periodSeconds: number;
  /** Out of the last so many periods … */
  readonly periods: number;
  /** … so many must ring. */
  readonly ringing: number;
  /** What a period without any figure counts as; as `ringing` it counts as a zero. */
  readonly missing: 'well' | 'ringing';
  /** For whom it wakes: what is the case, and where to look. */
  readonly means: string;
}

/** The log warns of such a token from then on, too. */
const tokenWarningDays = warnBeforeMs / (24 * 60 * 60 * 1000);

const errorsMean: Readonly<Record<FunctionKey, string>> = {
  scheduled: 'A cron could not launch its run.',
  reconcile: 'A tick failed: schedules were not looked after.',
  api: 'The function of the HTTP API crashed, ran out of time or could not be loaded.',
  webhook: 'The function of the webhooks crashed, ran out of time or could not be loaded.',
  run: 'A run ended in trouble: some VM failed, is unknown or was refused; or it broke off.',
  keep: 'The function behind the links of warnings crashed, ran out of time or could not be loaded.',
  rotate: 'A token could not be rotated: the one there is goes on to its end.',
};

/**
 * Where runs are durable, the function's errors are only turns that broke off, and how a run ended is told by other metrics.
 * https://docs.aws.amazon.com/lambda/latest/dg/durable-monitoring.html
 */
const durableErrorsMean =
  'A run broke off, by a crash or for want of time or memory; Lambda takes it up again where it was.';

/** The alarms of this configuration. */
export function alarmTable(config: Config): readonly Alarm[] {
  return [
    ...functionKeysOf(config).map((key) => errors(key, config)),
    ...functionKeysOf(config).map(throttles),
    ...(config.engine === 'durable' ? endsOfDurableRuns : []),
    once(
      'vms-failed',
      { of: 'figures', metric: 'FailedVms' },
      'VMs of a run failed, or nobody could find out in time.',
    ),
    ...(config.tick === null ? [tokenExpiring(eachDay)] : alarmsOfTicks(config.tick)),
    ...(config.notify === null ? [] : [messagesUnsent]),
    {
      ...once(
        'dead-letters',
        { of: 'dead-letters', metric: 'ApproximateNumberOfMessagesVisible' },
        'An event could not be delivered, or failed again and again, and was given up: it is in the dead-letter queue.',
      ),
      statistic: 'Maximum',
    },
    once('http-5xx', { of: 'http-api', metric: '5xx' }, 'A caller of the HTTP API or a webhook was answered with 5xx.'),
  ];
}

/** Rings in the minute in which it happened. */
function once(name: string, watches: Watched, means: string): Alarm {
  const minute = { periodSeconds: 60, periods: 1, ringing: 1 };
  return { name, watches, statistic: 'Sum', rings: { atLeast: 1 }, ...minute, missing: 'well', means };
}

function errors(key: FunctionKey, { engine, tick }: Config): Alarm {
  const means = key === 'run' && engine === 'durable' ? durableErrorsMean : errorsMean[key];
  const alarm = once(`${key}-errors`, { of: 'function', function: key, metric: 'Errors' }, means);
  return key === 'reconcile' && tick !== null ? { ...alarm, ...acrossTicks(tick) } : alarm;
}

function throttles(key: FunctionKey): Alarm {
  const means = `Lambda had no room to run the function "${key}": concurrency is used up.`;
  return once(`${key}-throttles`, { of: 'function', function: key, metric: 'Throttles' }, means);
}

const ofRun = (metric: string): Watched => ({ of: 'function', function: 'run', metric });

const endsOfDurableRuns: readonly Alarm[] = [
  once('run-failed', ofRun('DurableExecutionFailed'), errorsMean.run),
  once('run-timed-out', ofRun('DurableExecutionTimedOut'), 'A run was not over within a day, and Lambda ended it.'),
  once('run-stopped', ofRun('DurableExecutionStopped'), 'Somebody stopped a run in Lambda: it may be half done.'),
  once('run-dropped', ofRun('AsyncEventsDropped'), 'A run was not begun within 15 minutes and was given up.'),
];

type Span = Pick<Alarm, 'periodSeconds' | 'periods' | 'ringing'>;

/** Where only runs and lists tell of it: a token that ends is one alarm and not one per run. */
const eachDay: Span = { periodSeconds: 86_400, periods: 1, ringing: 1 };

function tokenExpiring(span: Span): Alarm {
  const means = `The token of an account ends within ${tokenWarningDays} days.`;
  return {
    ...once('token-expiring', { of: 'figures', metric: 'TokenDaysLeft' }, means),
    ...span,
    statistic: 'Minimum',
    rings: { below: tokenWarningDays },
  };
}

/** Of an hour, for ticks try a warning again until its stop. */
const messagesUnsent: Alarm = {
  ...once(
    'messages-unsent',
    { of: 'figures', metric: 'MessagesUnsent' },
    'A message reached nobody: people were not told of a run, or not warned of a stop.',
  ),
  periodSeconds: 3600,
};

function alarmsOfTicks(tick: NonNullable<Config['tick']>): readonly Alarm[] {
  const found = (name: string, metric: MetricName, means: string): Alarm => ({
    ...once(name, { of: 'figures', metric }, means),
    ...acrossTicks(tick),
  });
  return [
    deadMan(tick),
    found('tick-in-vain', 'VmsInVain', 'VMs do not become what their schedules want, after several attempts.'),
    found('tick-tags', 'VmsAtFault', 'VMs are left alone because of faults in their tags.'),
    found('tick-states', 'VmsInUnknownState', 'VMs are left alone because nobody has said what their state means.'),
    found('tick-unlisted', 'ProjectsUnlisted', 'Projects are left alone because they could not be listed.'),
    tokenExpiring(acrossTicks(tick)),
    once(
      'never-started',
      { of: 'figures', metric: 'RunsNeverStarted' },
      'A run was never started, and now it is too late.',
    ),
  ];
}

/** It is minutes, now and then, before a line of the log is a figure. */
const figuresTakeMs = 5 * 60_000;

/** Rings when no tick succeeded for three periods, and for as long as figures may take to come. */
function deadMan({ everyMs }: NonNullable<Config['tick']>): Alarm {
  const periods = Math.max(3, Math.ceil(figuresTakeMs / everyMs));
  const means = `No tick succeeded for ${printDuration(periods * everyMs)}: nobody looks after schedules.`;
  return {
    ...once('tick-missed', { of: 'figures', metric: 'TicksSucceeded' }, means),
    rings: { below: 1 },
    periodSeconds: everyMs / 1000,
    periods,
    ringing: periods,
    missing: 'ringing',
  };
}

/**
 * Rings as long as any of the last three ticks told of it: a trouble that lasts is one alarm and not one per tick, and neither a tick
 * that comes some seconds late nor one that is missed ends it.
 */
function acrossTicks({ everyMs }: NonNullable<Config['tick']>): Span {
  return { periodSeconds: everyMs / 1000, periods: 3, ringing: 1 };
}
