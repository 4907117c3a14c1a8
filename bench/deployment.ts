// What a deployed handler talks to, on 127.0.0.1: an OpenScaler, Secrets Manager, DynamoDB and Lambda's Invoke.
// With the environment in which a handler finds them, complete, so that nobody's own settings can get in.

import { createServer } from 'node:http';
import { devNull } from 'node:os';
import { startSecretsManager } from '../simulator/secrets-manager.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator/simulator.ts';
import { startDynalite } from '../test/fixtures/dynalite.ts';
import { listen } from '../test/fixtures/local-aws.ts';

export const secretId = 'openscaler/token';

export interface Deployment {
  readonly simulator: Simulator;
  readonly environment: Readonly<Record<string, string>>;
  /** The bodies of asynchronous invocations that nobody has taken yet; nothing is really invoked. */
  readonly invocations: string[];
  setSecret(secretId: string, value: string): void;
  /** As Secrets Manager does before it invokes a rotation function. */
  beginRotation(secretId: string, versionId: string): void;
  /** Every item in the table, as JSON. */
  items(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Starts all of it. */
export async function startDeployment(
  cloud: SimulatorOptions,
  secrets: Readonly<Record<string, string>>,
): Promise<Deployment> {
  const simulator = await startSimulator(cloud);
  const secretsManager = await startSecretsManager({ secrets });
  const dynalite = await startDynalite('power-bench');
  const lambda = await startInvoke();
  return {
    simulator,
    environment: {
      POWER_TABLE: dynalite.table,
      POWER_RUN_FUNCTION: 'power-run',
      OPENSCALER_API_URL: simulator.url,
      OPENSCALER_SECRET_ID: secretId,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_ENDPOINT_URL_DYNAMODB: String(dynalite.client.endpoint),
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url,
      AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
    },
    invocations: lambda.invocations,
    setSecret: secretsManager.set,
    beginRotation: secretsManager.beginRotation,
    items: () => scan(dynalite.client, dynalite.table),
    close: async () => {
      await Promise.all([simulator.close(), secretsManager.close(), dynalite.close(), lambda.close()]);
    },
  };
}

async function startInvoke() {
  const invocations: string[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    invocations.push(Buffer.concat(parts).toString());
    response.writeHead(202).end();
  });
  return { invocations, ...(await listen(server)) };
}

async function scan(
  client: Awaited<ReturnType<typeof startDynalite>>['client'],
  table: string,
): Promise<readonly string[]> {
  const { DynamoDBClient, paginateScan } = await import('@aws-sdk/client-dynamodb');
  const database = new DynamoDBClient(client);
  const items: string[] = [];
  for await (const { Items = [] } of paginateScan({ client: database }, { TableName: table }))
    items.push(...Items.map((item) => JSON.stringify(item)));
  database.destroy();
  return items;
}
