// One role per function, with the calls that its code makes, on the things it makes them on, and nothing else.
// `npm run roles` prints them from the packaged template.

import { fleetPartition } from '../lib/aws/mark-item.ts';
import { runIndex } from '../lib/aws/run-index.ts';
import { warningPartition } from '../lib/aws/stop-warnings.ts';
import type { Config } from '../lib/config.ts';
import { type Arn, arnOf, type Deployment, type Resource, type Resources } from './cloudformation.ts';
import { type FunctionKey, functionKeysOf, hasLinks, logGroupId, roleId } from './functions.ts';
import { linkKeyName } from './links.ts';
import { rotatedSecrets } from './rotation.ts';
import { executionsArn, invokedArn } from './run-function.ts';
import { queueId, tableId } from './storage.ts';

interface Grant {
  readonly actions: readonly string[];
  readonly on: readonly Arn[];
  /** Of the table, these partitions alone. */
  readonly partitions?: readonly string[];
}

export function roles(config: Config, deployment: Deployment): Resources {
  return Object.fromEntries(functionKeysOf(config).map((key) => [roleId(key), functionRole(key, config, deployment)]));
}

const announce: Grant = {
  actions: ['events:PutEvents'],
  on: [{ 'Fn::Sub': `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:event-bus/default` }],
};

const deadLetters: Grant = { actions: ['sqs:SendMessage'], on: [arnOf(queueId)] };

function grantsOf(key: FunctionKey, config: Config, deployment: Deployment): readonly Grant[] {
  const invokeRun: Grant = { actions: ['lambda:InvokeFunction'], on: [invokedArn(config.engine, deployment)] };
  const launch: readonly Grant[] = [onTable('dynamodb:PutItem', 'dynamodb:GetItem'), invokeRun];
  const accountSecrets = secretsOfAccounts(config);
  switch (key) {
    case 'scheduled':
      return [...launch, deadLetters];
    case 'reconcile':
      // Marks and overrides come in one query, and marks that change are written one by one; the index tells of runs never started.
      return [
        ...launch,
        onTable('dynamodb:Query', 'dynamodb:UpdateItem'),
        onRunIndex,
        accountSecrets,
        // It tells of runs that are lost or were never started, and warns of stops, with links that it signs.
        ...(config.notify === null ? [] : [channelSecret(config)]),
        ...(hasLinks(config) ? [secrets([linkKeyName(deployment)])] : []),
      ];
    case 'api':
      // Updates cancel overrides and runs, and count launches; the index lists runs.
      return [...launch, onTable('dynamodb:Query', 'dynamodb:UpdateItem'), onRunIndex, accountSecrets];
    case 'webhook':
      // Updates count launches.
      return [...launch, onTable('dynamodb:UpdateItem'), secrets(config.webhooks.map(({ secretId }) => secretId))];
    case 'run':
      return [
        // Queries read marks, overrides and leases.
        onTable('dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem', 'dynamodb:BatchWriteItem'),
        accountSecrets,
        ...(config.events === null ? [] : [announce]),
        ...(config.notify === null ? [] : [channelSecret(config)]),
        // A large durable run starts its parts.
        ...(config.engine === 'inline' ? [deadLetters] : [ownExecutions(deployment), invokeRun]),
      ];
    case 'keep':
      // Warnings are read and counted, overrides made; the query is for one whose write has no answer. No account's secret.
      return [
        {
          ...onTable('dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'),
          partitions: [fleetPartition, warningPartition],
        },
        secrets([linkKeyName(deployment)]),
      ];
    case 'rotate':
      return [
        // The lock, and how far a renewal came.
        onTable('dynamodb:GetItem', 'dynamodb:UpdateItem'),
        {
          actions: ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'].map(
            (action) => `secretsmanager:${action}`,
          ),
          on: rotatedSecrets(config).map(secretArn),
        },
      ];
  }
}

/** Where people are told. */
function channelSecret({ notify }: Config): Grant {
  return secrets([notify?.secretId ?? null]);
}

/** What renews tokens when they are used has to store them, too; its lock needs no more of the table than is allowed anyway. */
function secretsOfAccounts({ accounts, oauth }: Config): Grant {
  const { actions, on } = secrets(accounts.map(({ secretId }) => secretId));
  return oauth.grant === 'refresh_token'
    ? { actions: [...actions, 'secretsmanager:PutSecretValue'], on }
    : { actions, on };
}

/** What the SDK of durable functions calls, on executions of the run function alone. */
function ownExecutions(deployment: Deployment): Grant {
  return {
    actions: ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState'],
    on: [executionsArn(deployment)],
  };
}

function onTable(...actions: string[]): Grant {
  return { actions, on: [arnOf(tableId)] };
}

const onRunIndex: Grant = {
  actions: ['dynamodb:Query'],
  on: [{ 'Fn::Sub': `\${${tableId}.Arn}/index/${runIndex.name}` }],
};

function secrets(ids: readonly (string | null)[]): Grant {
  const names = new Set(ids.filter((id) => id !== null));
  return { actions: ['secretsmanager:GetSecretValue'], on: [...names].map(secretArn) };
}

/**
 * The ARN of a secret by its name or ARN.
 *
 * Secrets Manager ends every ARN with a hyphen and six characters of its own, which a name does not tell: six question marks
 * stand for them, as its guide recommends.
 */
export function secretArn(id: string): Arn {
  if (/-[A-Za-z0-9]{6}$/.test(id) && id.startsWith('arn:')) return id;
  if (id.startsWith('arn:')) return `${id}-??????`;
  return { 'Fn::Sub': `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${id}-??????` };
}

function functionRole(key: FunctionKey, config: Config, deployment: Deployment): Resource {
  // The log group's ARN stands for its streams too; the group itself is made by the stack, so nobody may create one.
  const logs: Grant = { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: [arnOf(logGroupId(key))] };
  const grants = [logs, ...grantsOf(key, config, deployment)].filter(({ on }) => on.length > 0);
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      Policies: [
        {
          PolicyName: key,
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: grants.map(statementOf),
          },
        },
      ],
    },
  };
}

function statementOf({ actions, on, partitions }: Grant) {
  const Condition = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': partitions } };
  return { Effect: 'Allow', Action: actions, Resource: on, ...(partitions === undefined ? {} : { Condition }) };
}
