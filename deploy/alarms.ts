// One SNS topic, and an alarm for everything that must not go wrong quietly.
// An e-mail address is subscribed when the config names one; other subscribers find the topic in the stack's outputs.

import type { Config } from '../lib/config.ts';
import { type Deployment, prefixOf, type Resource, type Resources, ref } from './cloudformation.ts';
import { type FunctionKey, functionId, functionKeys, logGroupId } from './functions.ts';
import { queueId } from './storage.ts';

export const topicId = 'AlarmTopic';

const meaning: Readonly<Record<FunctionKey, string>> = {
  scheduled: 'A cron could not launch its run. See the log of the function "scheduled".',
  reconcile: 'Schedules are not looked after: ticks fail. See the log of the function "reconcile".',
  api: 'The HTTP API failed on a request. See the log of the function "api".',
  webhook: 'A webhook failed on a request. See the log of the function "webhook".',
  run: 'A run ended in trouble: some VM failed, is unknown or was refused. See the log of the function "run", or the run by its name.',
};

/**
 * Where runs are durable, the function's errors are only turns that broke off, and how a run ended is told by other metrics.
 * https://docs.aws.amazon.com/lambda/latest/dg/durable-monitoring.html
 */
const durableMeaning =
  'A run broke off, by a crash or for want of time or memory; Lambda takes it up again. See the log of the function "run".';

/** By the alarm's name: the metric, and what it means. */
const durableAlarms = {
  'run-failed': ['DurableExecutionFailed', meaning.run],
  'run-timed-out': ['DurableExecutionTimedOut', 'A run was not over within a day, and Lambda ended it.'],
  'run-stopped': ['DurableExecutionStopped', 'Somebody stopped a run in Lambda: what it was about may be half done.'],
  'run-dropped': ['AsyncEventsDropped', 'A run was not begun within 15 minutes and was given up: launch it again.'],
} as const;

/** What a tick says in the field `alarm` of its log, and what that means. */
const tickAlarms = {
  'in-vain':
    'VMs do not become what their schedules want, after several attempts. The log of the function "reconcile" names them.',
  tags: 'VMs are left alone because of faults in their tags. The log of the function "reconcile" says which, and what is wrong.',
  unlisted: 'Projects are left alone because they could not be listed. The log of the function "reconcile" says why.',
} as const;

export function alarms(config: Config, deployment: Deployment): Resources {
  const errors = functionKeys.map(
    (key) => [`${idPart(key)}ErrorsAlarm`, errorsAlarm(key, config, deployment)] as const,
  );
  return {
    // Not encrypted with the account's default SNS key: CloudWatch may not use that one, and alarms would vanish.
    [topicId]: { Type: 'AWS::SNS::Topic', Properties: { TopicName: `${prefixOf(deployment)}-alarms` } },
    ...(config.alarms === null ? {} : { AlarmEmail: subscription(config.alarms.email) }),
    ...Object.fromEntries(errors),
    ...(config.engine === 'durable' ? endsOfRuns(deployment) : {}),
    ...(config.tick === null ? {} : logAlarms(config.tick, deployment)),
    DeadLettersAlarm: alarm(deployment, 'dead-letters', {
      AlarmDescription:
        'An event could not be delivered, or failed again and again, and was given up. It is in the dead-letter queue.',
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queueId, 'QueueName'] } }],
      Statistic: 'Maximum',
    }),
  };
}

function idPart(name: string): string {
  const words = name.split('-');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function subscription(email: string): Resource {
  return { Type: 'AWS::SNS::Subscription', Properties: { TopicArn: ref(topicId), Protocol: 'email', Endpoint: email } };
}

function errorsAlarm(key: FunctionKey, { engine, tick }: Config, deployment: Deployment): Resource {
  return alarm(deployment, `${key}-errors`, {
    AlarmDescription: key === 'run' && engine === 'durable' ? durableMeaning : meaning[key],
    ...functionMetric(key, 'Errors'),
    ...(key === 'reconcile' && tick !== null ? acrossTicks(tick) : {}),
  });
}

function endsOfRuns(deployment: Deployment): Resources {
  const made = Object.entries(durableAlarms).map(([name, [metric, description]]) => {
    const rings = { AlarmDescription: description, ...functionMetric('run', metric) };
    return [`${idPart(name)}Alarm`, alarm(deployment, name, rings)] as const;
  });
  return Object.fromEntries(made);
}

function functionMetric(key: FunctionKey, MetricName: string) {
  const Dimensions = [{ Name: 'FunctionName', Value: ref(functionId(key)) }];
  return { Namespace: 'AWS/Lambda', MetricName, Dimensions, Statistic: 'Sum' };
}

/** A metric of each kind of trouble that ticks tell of, and its alarm. */
function logAlarms(tick: NonNullable<Config['tick']>, deployment: Deployment): Resources {
  const made = Object.entries(tickAlarms).flatMap(([word, description]) => {
    const metric = { Namespace: prefixOf(deployment), MetricName: `tick-${word}` };
    const rings = { AlarmDescription: description, ...metric, Statistic: 'Sum', ...acrossTicks(tick) };
    return [
      [`Tick${idPart(word)}Metric`, logMetric(word, metric)] as const,
      [`Tick${idPart(word)}Alarm`, alarm(deployment, metric.MetricName, rings)] as const,
    ];
  });
  return Object.fromEntries(made);
}

function logMetric(word: string, { Namespace, MetricName }: { Namespace: string; MetricName: string }): Resource {
  return {
    Type: 'AWS::Logs::MetricFilter',
    Properties: {
      LogGroupName: ref(logGroupId('reconcile')),
      FilterPattern: `{ $.alarm = "${word}" }`,
      MetricTransformations: [{ MetricNamespace: Namespace, MetricName, MetricValue: '1' }],
    },
  };
}

/**
 * Rings as long as any of the last three ticks told of it: a trouble that lasts is one alarm and not one per tick, and neither a tick
 * that comes some seconds late nor one that is missed ends it.
 */
function acrossTicks({ everyMs }: NonNullable<Config['tick']>): Readonly<Record<string, number>> {
  return { Period: everyMs / 1000, EvaluationPeriods: 3, DatapointsToAlarm: 1 };
}

function alarm(deployment: Deployment, name: string, what: Readonly<Record<string, unknown>>): Resource {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `${prefixOf(deployment)}-${name}`,
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [ref(topicId)],
      ...what,
    },
  };
}
