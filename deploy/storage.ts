// The table that keeps runs, and the queue for what could not be delivered.
// The local table of `npm run offline` is made from the same definition.

import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { runIndex } from '../lib/aws/run-index.ts';
import { type Deployment, prefixOf, type Resource, type Resources } from './cloudformation.ts';

export const tableId = 'RunTable';
export const queueId = 'DeadLetterQueue';

/** What makes the table the table, on AWS and on localhost. */
export const tableShape = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: runIndex.order, AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: runIndex.name,
      KeySchema: [
        { AttributeName: runIndex.partition, KeyType: 'HASH' },
        { AttributeName: runIndex.order, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...runIndex.attributes] },
    },
  ],
} satisfies Omit<CreateTableCommandInput, 'TableName'>;

const twoWeeksSeconds = 14 * 24 * 60 * 60;

/**
 * The one DynamoDB table.
 *
 * `serverless remove` deletes it: the tool is meant to be removable without leavings, and what it keeps expires anyway.
 * A change of the template that would *replace* it leaves the old one standing.
 */
function table(deployment: Deployment): Resource {
  return {
    Type: 'AWS::DynamoDB::Table',
    DeletionPolicy: 'Delete',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      TableName: prefixOf(deployment),
      ...tableShape,
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
    },
  };
}

export function storage(deployment: Deployment): Resources {
  return {
    [tableId]: table(deployment),
    [queueId]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: `${prefixOf(deployment)}-dead-letters`,
        MessageRetentionPeriod: twoWeeksSeconds,
        SqsManagedSseEnabled: true,
      },
    },
  };
}
