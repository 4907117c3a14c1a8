// DynamoDB in memory, with the deployed table in it.
// Made from the shape that is deployed, so that the two cannot differ.

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { tableShape } from '../storage.ts';
import { listenOn } from './ports.ts';

export interface LocalTable {
  /** For AWS_ENDPOINT_URL_DYNAMODB. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves an empty table of this name on 127.0.0.1 until it is closed. */
export async function startLocalTable(name: string): Promise<LocalTable> {
  const server = dynalite({ createTableMs: 0 });
  const url = `http://127.0.0.1:${await listenOn(server, 0)}`;
  const sdk = await import('@aws-sdk/client-dynamodb');
  const credentials = { accessKeyId: 'offline', secretAccessKey: 'offline' };
  const client: DynamoDBClient = new sdk.DynamoDBClient({ endpoint: url, region: 'eu-west-3', credentials });
  await client.send(new sdk.CreateTableCommand({ TableName: name, ...tableShape }));
  await sdk.waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.05 }, { TableName: name });
  client.destroy();
  return { url, close: () => close(server) };
}

function close(server: ReturnType<typeof dynalite>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
