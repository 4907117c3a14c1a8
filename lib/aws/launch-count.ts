// How many runs each trigger has launched in this minute: one item each, counted up by one conditional write.
// In the table, so that all containers of a function count together; DynamoDB drops the items by itself.

import { DynamoTable, type DynamoTableOptions } from './dynamo.ts';

const minuteMs = 60_000;
// Long enough for whoever looks after an incident; the item is of no use after its minute.
const keptSeconds = 86_400;

/** Counts one launch of the trigger, unless there were `limit` in this minute; whether it may go on. Throws `aws`. */
export type CountLaunch = (trigger: string, limit: number) => Promise<boolean>;

/** Counts in one DynamoDB table (partition key `pk`, sort key `sk`, TTL attribute `expiresAt`). */
export function dynamoLaunchCount(options: DynamoTableOptions): CountLaunch {
  const table = new DynamoTable(options);
  return async (trigger, limit) => {
    const minute = new Date(Math.floor(options.clock.now() / minuteMs) * minuteMs).toISOString();
    const expiresAt = String(Math.ceil(options.clock.now() / 1000) + keptSeconds);
    const counted = await table.update(
      {
        key: { pk: `launches#${trigger}`, sk: minute },
        set: { expiresAt: { N: expiresAt } },
        add: { launches: { N: '1' } },
        condition: 'attribute_not_exists(#launches) OR #launches < :limit',
        values: { limit: { N: String(limit) } },
      },
      'count a launch',
    );
    return counted !== null;
  };
}
