// An EventBridge schedule that fires a function of this stack, and the role that it does so in.
// Written out because the framework's own scheduler events know no retry policy and no dead-letter queue, and widen the Lambda's role.

import { arnOf, type Deployment, prefixOf, type Resource, ref } from './cloudformation.ts';
import { type FunctionKey, functionId } from './functions.ts';
import { queueId } from './storage.ts';

export const scheduleGroupId = 'ScheduleGroup';

/** What EventBridge Scheduler replaces by the instant the schedule was due, also when it delivers late. */
export const scheduledTime = '<aws.scheduler.scheduled-time>';

export interface Firing {
  readonly name: string;
  readonly description: string;
  /** EventBridge's six fields, without `cron(…)`. */
  readonly cron: string;
  readonly timezone: string;
  readonly fires: FunctionKey;
  readonly roleId: string;
  /** The event, in which `scheduledTime` may stand. */
  readonly input: Readonly<Record<string, string>>;
  readonly retries: number;
  readonly maxEventAgeMs: number;
}

export function scheduleResource(firing: Firing): Resource {
  return {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      Name: firing.name,
      GroupName: ref(scheduleGroupId),
      Description: firing.description.slice(0, 512),
      ScheduleExpression: `cron(${firing.cron})`,
      ScheduleExpressionTimezone: firing.timezone,
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: {
        Arn: arnOf(functionId(firing.fires)),
        RoleArn: arnOf(firing.roleId),
        Input: JSON.stringify(firing.input),
        RetryPolicy: {
          MaximumRetryAttempts: firing.retries,
          MaximumEventAgeInSeconds: Math.round(firing.maxEventAgeMs / 1000),
        },
        DeadLetterConfig: { Arn: arnOf(queueId) },
      },
    },
  };
}

/** A role that may do nothing but fire this function. */
export function firingRole(fires: FunctionKey, deployment: Deployment): Resource {
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
              { Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: [arnOf(functionId(fires))] },
              // Undeliverable events are put into the queue with the schedule's own role.
              { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: [arnOf(queueId)] },
            ],
          },
        },
      ],
    },
  };
}
