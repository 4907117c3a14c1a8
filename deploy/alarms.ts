// One SNS topic, and an alarm for everything that must not go wrong quietly.
// An e-mail address is subscribed when the config names one; other subscribers find the topic in the stack's outputs.

import type { Config } from '../lib/config.ts';
import { type Deployment, prefixOf, type Resource, type Resources, ref } from './cloudformation.ts';
import { type FunctionKey, functionId, functionKeys } from './functions.ts';
import { queueId } from './storage.ts';

export const topicId = 'AlarmTopic';

const meaning: Readonly<Record<FunctionKey, string>> = {
  scheduled: 'A cron could not launch its run. See the log of the function "scheduled".',
  api: 'The HTTP API failed on a request. See the log of the function "api".',
  webhook: 'A webhook failed on a request. See the log of the function "webhook".',
  run: 'A run ended in trouble: some VM failed, is unknown or was refused. See the log of the function "run", or the run by its name.',
};

export function alarms(config: Config, deployment: Deployment): Resources {
  const errors = functionKeys.map((key) => [`${alarmPart(key)}ErrorsAlarm`, errorsAlarm(key, deployment)] as const);
  return {
    // Not encrypted with the account's default SNS key: CloudWatch may not use that one, and alarms would vanish.
    [topicId]: { Type: 'AWS::SNS::Topic', Properties: { TopicName: `${prefixOf(deployment)}-alarms` } },
    ...(config.alarms === null ? {} : { AlarmEmail: subscription(config.alarms.email) }),
    ...Object.fromEntries(errors),
    DeadLettersAlarm: alarm(deployment, 'dead-letters', {
      AlarmDescription:
        'A cron, or a run, could not be delivered and was given up. Its event is in the dead-letter queue.',
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queueId, 'QueueName'] } }],
      Statistic: 'Maximum',
    }),
  };
}

function alarmPart(key: FunctionKey): string {
  return key.charAt(0).toUpperCase() + key.slice(1);
}

function subscription(email: string): Resource {
  return { Type: 'AWS::SNS::Subscription', Properties: { TopicArn: ref(topicId), Protocol: 'email', Endpoint: email } };
}

function errorsAlarm(key: FunctionKey, deployment: Deployment): Resource {
  return alarm(deployment, `${key}-errors`, {
    AlarmDescription: meaning[key],
    Namespace: 'AWS/Lambda',
    MetricName: 'Errors',
    Dimensions: [{ Name: 'FunctionName', Value: ref(functionId(key)) }],
    Statistic: 'Sum',
  });
}

function alarm(deployment: Deployment, name: string, what: Readonly<Record<string, unknown>>): Resource {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `${prefixOf(deployment)}-${name}`,
      ...what,
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [ref(topicId)],
    },
  };
}
