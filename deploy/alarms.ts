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
  const { name, means, watches, statistic, rings, periodSeconds, periods, ringing, missing } = alarm;
  const isFloor = 'atLeast' in rings;
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `${prefixOf(deployment)}-${name}`,
      AlarmDescription: `${means} What to do: docs/runbook.md#${name}`,
      ...metricOf(watches, deployment),
      Statistic: statistic,
      Period: periodSeconds,
      EvaluationPeriods: periods,
      DatapointsToAlarm: ringing,
      Threshold: isFloor ? rings.atLeast : rings.below,
      ComparisonOperator: isFloor ? 'GreaterThanOrEqualToThreshold' : 'LessThanThreshold',
      TreatMissingData: missing === 'well' ? 'notBreaching' : 'breaching',
      AlarmActions: [ref(topicId)],
    },
  };
}

function metricOf(watched: Watched, deployment: Deployment) {
  const [Namespace, dimension, Value] = placeOf(watched, deployment);
  return { Namespace, MetricName: watched.metric, Dimensions: [{ Name: dimension, Value }] };
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
