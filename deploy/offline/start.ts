// Puts the deployed shape together on localhost: simulated cloud, secrets, table, functions and HTTP API, and ends it again.
// Everything listens on 127.0.0.1 only, and nothing here can reach a real account.

import { randomBytes } from 'node:crypto';
import { systemClock } from '../../lib/clock.ts';
import type { Config, WebhookConfig } from '../../lib/config.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { demoFleet } from '../../simulator/demo-fleet.ts';
import { startEventBus } from '../../simulator/event-bus.ts';
import { startSecretsManager } from '../../simulator/secrets-manager.ts';
import { defaultToken, startSimulator } from '../../simulator/simulator.ts';
import { prefixOf } from '../cloudformation.ts';
import { linkKeyName, linkPath } from '../links.ts';
import { startChannel } from './channel.ts';
import { type Firing, fire, fireOnTime } from './firing.ts';
import { startLambdaEndpoint } from './lambda-endpoint.ts';
import { startLocalTable } from './local-table.ts';
import type { OfflineOptions } from './options.ts';
import { freePort, refuseTakenPorts } from './ports.ts';
import { type LocalSchedule, localSchedules } from './schedules.ts';
import { startServerlessOffline } from './serverless-offline.ts';

export interface OfflineSetup {
  readonly options: OfflineOptions;
  /** The project's root. */
  readonly directory: string;
  /** The configuration for an API at this address. */
  readonly configFor: (apiUrl: string) => Config;
  readonly say: (line: string) => void;
}

export interface Offline {
  readonly apiUrl: string;
  readonly simulatorUrl: string;
  readonly firing: Firing;
  readonly webhooks: readonly (WebhookConfig & { readonly secret: string })[];
  /** Resolves when serverless-offline has ended by itself. */
  readonly ended: Promise<number | null>;
  close(): Promise<void>;
}

interface Closable {
  close(): Promise<void>;
}

// As in serverless.yml, of which stage `dev` is served.
const deployment = { service: 'openscaler-power', stage: 'dev' } as const;

/** Starts everything, or nothing. Throws `config` when a port is taken or the configuration cannot be served locally. */
export async function startOffline(setup: OfflineSetup): Promise<Offline> {
  const { httpPort, lambdaPort, simulatorPort } = setup.options;
  await refuseTakenPorts([
    { option: 'http-port', port: httpPort },
    { option: 'lambda-port', port: lambdaPort },
    { option: 'simulator-port', port: simulatorPort },
  ]);
  const open: Closable[] = [];
  const closeAll = async () => {
    for (const closable of open.splice(0).reverse()) await closable.close();
  };
  try {
    return { ...(await startParts(setup, (part) => keep(open, part))), close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function keep<T extends Closable>(open: Closable[], part: T): T {
  open.push(part);
  return part;
}

async function startParts(
  { options, directory, configFor, say }: OfflineSetup,
  kept: <T extends Closable>(part: T) => T,
): Promise<Omit<Offline, 'close'>> {
  const { httpPort, lambdaPort, simulatorPort: port, seed, speed } = options;
  const apiUrl = `http://127.0.0.1:${httpPort}`;
  const simulator = kept(await startSimulator({ fleet: demoFleet(seed), port, seed, speed }));
  const config = configFor(simulator.url);
  refuseOtherClouds(config, simulator.url);
  const webhooks = config.webhooks.map((webhook) => ({ ...webhook, secret: webhookSecret() }));
  const channel = kept(await startChannel((text) => say(`message ${text}`)));
  const secrets = kept(await startSecretsManager({ secrets: secretsOf(config, webhooks, channel.url) }));
  const table = kept(await startLocalTable(prefixOf(deployment)));
  const bus = kept(
    await startEventBus(({ DetailType, Detail }) => say(`event ${DetailType} ${JSON.stringify(Detail)}`)),
  );
  const behindPort = await freePort();
  const onError = (name: string, message: string) => say(`function ${name} ended in an error: ${message}`);
  const lambda = kept(await startLambdaEndpoint({ port: lambdaPort, behindPort, onError }));
  const variables = {
    ...localAws,
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_ENDPOINT_URL_LAMBDA: lambda.url,
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
    OPENSCALER_API_URL: simulator.url,
    POWER_LINK_URL: `${apiUrl}${linkPath}`,
    // Nobody counts here, and the lines of figures would bury those for people.
    POWERTOOLS_METRICS_DISABLED: 'true',
  };
  const child = await startServerlessOffline({ directory, httpPort, lambdaPort: behindPort, variables });
  kept(child);
  const firing = { schedules: localSchedules(config, deployment), lambdaUrl: lambda.url, say };
  kept(startClock(firing));
  return { apiUrl, simulatorUrl: simulator.url, firing, webhooks, ended: child.ended };
}

const localAws = {
  AWS_REGION: 'eu-west-3',
  AWS_ACCESS_KEY_ID: 'offline',
  AWS_SECRET_ACCESS_KEY: 'offline',
} as const;

/** An account with an address of its own would be asked for real. */
function refuseOtherClouds(config: Config, simulatorUrl: string): void {
  const others = config.accounts.filter(({ apiUrl }) => new URL(apiUrl).origin !== new URL(simulatorUrl).origin);
  if (others.length === 0) return;
  const names = others.map(({ name }) => name).join(', ');
  throw new PowerError('config', `offline serves a simulated cloud only: take "apiUrl" out of account ${names}`);
}

function webhookSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`;
}

function secretsOf(config: Config, webhooks: Offline['webhooks'], channel: string): Record<string, string> {
  const tokens = config.accounts.flatMap(({ secretId }) =>
    secretId === null ? [] : [[secretId, defaultToken] as const],
  );
  const signed = webhooks.map(({ secretId, secret }) => [secretId, secret] as const);
  return Object.fromEntries([...tokens, ...signed, ...secretsOfPeople(config, channel)]);
}

/** Of whom is told: the address of the channel, as every kind of one takes it, and what signs links. */
function secretsOfPeople({ notify }: Config, channel: string): (readonly [string, string])[] {
  if (notify === null) return [];
  const address = JSON.stringify({ url: channel, secret: webhookSecret() });
  return [
    [notify.secretId, address],
    [linkKeyName(deployment), randomBytes(32).toString('hex')],
  ];
}

function startClock(firing: Firing): Closable {
  const stop = new AbortController();
  const fireOne = async (schedule: LocalSchedule, dueAt: Date) => {
    await fire(schedule, dueAt, firing).catch((error: unknown) => firing.say(String(error)));
  };
  const ended = fireOnTime(firing.schedules, fireOne, { clock: systemClock, stop: stop.signal });
  return {
    close: () => {
      stop.abort();
      return ended;
    },
  };
}
