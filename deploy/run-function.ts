// What of the run function depends on the engine: its name, how long a run lasts, and what becomes of one that breaks off.
// serverless.yml reads it through resources.js; the roles and alarms follow it.

import { executionLifetimeMs } from '../lib/aws/durable/limits.ts';
import { durableAlias } from '../lib/aws/launcher.ts';
import type { Config } from '../lib/config.ts';
import { type Arn, arnOf, type Deployment, prefixOf } from './cloudformation.ts';
import { functionId } from './functions.ts';
import { queueId } from './storage.ts';

/** Null is left out of the template. */
export interface RunFunction {
  readonly name: string;
  /** What the launcher is told: the name, with the alias where there is one. */
  readonly address: string;
  readonly durableConfig: { readonly executionTimeout: number; readonly retentionPeriodInDays: number } | null;
  readonly maximumRetryAttempts: number | null;
  readonly destinations: { readonly onFailure: { readonly type: 'sqs'; readonly arn: Arn } } | null;
}

/**
 * The run function of this engine.
 *
 * Each engine has a name of its own: Lambda makes a function durable only when it is created, and CloudFormation replaces none
 * that keeps its name. Another engine is then a deployment like any other.
 *
 * A durable function has no destination, and no dead-letter queue either, though it could: Lambda would put every run there that
 * ended in trouble, and the queue's alarm would ring until somebody empties it. Its alarms and the tick take the queue's place.
 */
export function runFunction(engine: Config['engine'], deployment: Deployment): RunFunction {
  const prefix = prefixOf(deployment);
  if (engine === 'inline') {
    return {
      name: `${prefix}-run`,
      address: `${prefix}-run`,
      durableConfig: null,
      maximumRetryAttempts: 2,
      destinations: { onFailure: { type: 'sqs', arn: arnOf(queueId) } },
    };
  }
  return {
    name: `${prefix}-durable-run`,
    address: `${prefix}-durable-run:${durableAlias}`,
    // As long as a dead letter is kept: two weeks to look into what went wrong.
    durableConfig: { executionTimeout: executionLifetimeMs / 1000, retentionPeriodInDays: 14 },
    maximumRetryAttempts: null,
    destinations: null,
  };
}

/** What may be invoked to start a run: of a durable function, its alias only. */
export function invokedArn(engine: Config['engine'], deployment: Deployment): Arn {
  return engine === 'inline' ? arnOf(functionId('run')) : functionArn(runFunction(engine, deployment).address);
}

/**
 * Every execution of the durable run function.
 *
 * The one star in any role: an execution's ARN is the function's, with the version that was current when it began, and with its
 * name and id. https://docs.aws.amazon.com/lambda/latest/dg/durable-security.html
 */
export function executionsArn(deployment: Deployment): Arn {
  return functionArn(`${runFunction('durable', deployment).name}:*`);
}

/** Written out and not taken from the function, which itself needs the role that this stands in. */
function functionArn(address: string): Arn {
  return { 'Fn::Sub': `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${address}` };
}
