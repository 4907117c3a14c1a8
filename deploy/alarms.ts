// One SNS topic, and an alarm on it for every row of the table.
// An e-mail address is subscribed when the config names one; other subscribers find the topic in the stack's outputs.

import type { Config } from '../lib/config.ts';
import { metricService } from '../lib/core/metric.ts';
import { type Alarm, alarmTable, type Watched } from './alarm-table.ts';
import { type Deployment, prefixOf, type Resource, type Resources, ref } from './cloudformation.ts';
import { functionId } from './functions.ts';
import { queueId } from './storage.ts';

export const topicId = 'AlarmTopic';

/** The HTTP API, as the framework names it. */
const httpApiId = 'HttpApi';

export function alarms(config: Config, deployment: Deployment): Resources {
  return {
    // Not encrypted with the account's default SNS key: CloudWatch may not use that one, and alarms would vanish.
    [topicId]: { Type: 'AWS::SNS::Topic', Properties: { TopicName: `${prefixOf(deployment)}-alarms` } },
    ...(config.alarms === null ? {} : { AlarmEmail: subscription(config.alarms.email) }),
    ...Object.fromEntries(alarmTable(config).map((alarm) => [alarmId(alarm), resourceOf(alarm, deployment)])),
  };
}

/** The logical id of an alarm. */
export function alarmId({ name }: Pick<Alarm, 'name'>): string {
  const words = name.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Alarm`;
}

function subscription(email: string): Resource {
  return { Type: 'AWS::SNS::Subscription', Properties: { TopicArn: ref(topicId), Protocol: 'email', Endpoint: email } };
}

function resourceOf(alarm: Alarm, deployment: Deployment): Resource {
  const { name, means, rings, periods, ringing, missing } = alarm;
  const isFloor = 'atLeast' in rings;
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `${prefixOf(deployment)}-${name}`,
      AlarmDescription: `${means} What to do: docs/runbook.md#${name}`,
      ...lookedAt(alarm, deployment),
      EvaluationPeriods: periods,
      DatapointsToAlarm: ringing,
      Threshold: isFloor ? rings.atLeast : rings.below,
      ComparisonOperator: isFloor ? 'GreaterThanOrEqualToThreshold' : 'LessThanThreshold',
      TreatMissingData: missing === 'well' ? 'notBreaching' : 'breaching',
      AlarmActions: [ref(topicId)],
    },
  };
}

/**
 * The metric, its gaps filled with zeros where a gap is to ring. `TreatMissingData` alone would not do that in time: as long as periods are
 * missing CloudWatch looks further back for real ones, and three that are missing ring only when five are. It stays for a metric without any.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
function lookedAt({ watches, statistic, periodSeconds, missing }: Alarm, deployment: Deployment) {
  const [Namespace, dimension, Value] = placeOf(watches, deployment);
  const metric = { Namespace, MetricName: watches.metric, Dimensions: [{ Name: dimension, Value }] };
  if (missing === 'well') return { ...metric, Statistic: statistic, Period: periodSeconds };
  const MetricStat = { Metric: metric, Stat: statistic, Period: periodSeconds };
  return {
    Metrics: [
      { Id: 'figure', MetricStat, ReturnData: false },
      { Id: 'filled', Expression: 'FILL(figure, 0)', ReturnData: true },
    ],
  };
}

function placeOf(watched: Watched, deployment: Deployment): readonly [string, string, unknown] {
  switch (watched.of) {
    case 'figures':
      return [prefixOf(deployment), 'service', metricService];
    case 'function':
      return ['AWS/Lambda', 'FunctionName', ref(functionId(watched.function))];
    case 'dead-letters':
      return ['AWS/SQS', 'QueueName', { 'Fn::GetAtt': [queueId, 'QueueName'] }];
    case 'http-api':
      return ['AWS/ApiGateway', 'ApiId', ref(httpApiId)];
  }
}
