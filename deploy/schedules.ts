// One EventBridge schedule per cron of the config, each with a role that can do nothing but fire it.
// Written out because the framework's own scheduler events know no retry policy and no dead-letter queue, and widen the Lambda's role.

import { createHash } from 'node:crypto';
import type { CronConfig } from '../lib/config.ts';
import { arnOf, type Deployment, prefixOf, type Resource, type Resources, ref } from './cloudformation.ts';
import { functionId } from './functions.ts';
import { queueId } from './storage.ts';

export const scheduleGroupId = 'ScheduleGroup';

/** What EventBridge Scheduler replaces by the instant the schedule was due, also when it delivers late. */
const scheduledTime = '<aws.scheduler.scheduled-time>';

/** A logical id from a cron's name: readable, and different for `a-b` and `aB`. */
export function scheduleId(cronName: string): string {
  const words = cronName.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const readable = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return `Schedule${readable}${createHash('sha256').update(cronName).digest('hex').slice(0, 8)}`;
}

export function scheduleRoleId(cronName: string): string {
  return `${scheduleId(cronName)}Role`;
}

export function schedules(crons: readonly CronConfig[], deployment: Deployment): Resources {
  if (crons.length === 0) return {};
  const group: Resource = { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: prefixOf(deployment) } };
  const entries = crons.flatMap((cron) => [
    [scheduleId(cron.name), schedule(cron)] as const,
    [scheduleRoleId(cron.name), scheduleRole(deployment)] as const,
  ]);
  return { [scheduleGroupId]: group, ...Object.fromEntries(entries) };
}

function schedule(cron: CronConfig): Resource {
  return {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      Name: cron.name,
      GroupName: ref(scheduleGroupId),
      Description: `${cron.action} ${cron.select}`.slice(0, 512),
      ScheduleExpression: `cron(${cron.cron})`,
      ScheduleExpressionTimezone: cron.timezone,
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: {
        Arn: arnOf(functionId('scheduled')),
        RoleArn: arnOf(scheduleRoleId(cron.name)),
        Input: JSON.stringify({ cron: cron.name, scheduledTime }),
        RetryPolicy: {
          MaximumRetryAttempts: cron.retries,
          MaximumEventAgeInSeconds: Math.round(cron.maxEventAgeMs / 1000),
        },
        DeadLetterConfig: { Arn: arnOf(queueId) },
      },
    },
  };
}

function scheduleRole(deployment: Deployment): Resource {
  // The condition names the group: EventBridge Scheduler does not support one on a single schedule.
  const group = `arn:\${AWS::Partition}:scheduler:\${AWS::Region}:\${AWS::AccountId}:schedule-group/${prefixOf(deployment)}`;
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'scheduler.amazonaws.com' },
            Action: 'sts:AssumeRole',
            Condition: {
              StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId'), 'aws:SourceArn': { 'Fn::Sub': group } },
            },
          },
        ],
      },
      Policies: [
        {
          PolicyName: 'fire',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: [arnOf(functionId('scheduled'))] },
              // Undeliverable events are put into the queue with the schedule's own role.
              { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: [arnOf(queueId)] },
            ],
          },
        },
      ],
    },
  };
}
