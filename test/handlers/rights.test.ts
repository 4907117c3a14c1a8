// What the handlers ask of AWS, held to what their roles allow: a right that is missing shows nowhere else but on AWS.
// Each handler is a process with a key of its own, by which a gateway before the stand-ins tells who is asking.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { grantsIn } from '../../deploy/grants.ts';
import { makeResources } from '../../deploy/resources.ts';
import { loadConfig, readEnvironment } from '../../lib/config.ts';
import { type SecretsManagerEndpoint, startSecretsManager } from '../../simulator/secrets-manager.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { signed } from '../attack/deliveries.ts';
import { Environment } from '../durable/environment.ts';
import { startDynalite } from '../fixtures/dynalite.ts';
import { listen } from '../fixtures/local-aws.ts';
import { copyProject } from '../fixtures/project.ts';
import { httpEvent } from '../http/api-bench.ts';

const token = 'the-token-of-this-test';
const signedIn = { refreshToken: 'the-refresh-token', rotation: 'none' } as const;
const oauthClient = { clientId: 'power', clientSecret: 'the-secret-of-this-test', signedIn };
const webhookSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const stop = new Date(Math.floor(Date.now() / 60_000) * 60_000 + 20 * 60_000).toISOString().replace('.000', '');
const selecting = { action: 'start', select: 'env=dev' };
const config = {
  timezone: 'UTC',
  // With the durable one the run function asks the same of all but Lambda.
  engine: 'inline',
  crons: { up: { ...selecting, cron: '0 8 ? * * *', timezone: 'UTC' } },
  webhooks: { ci: { verify: 'standard', secretId: 'power/ci', on: [{ ...selecting, when: { type: 'go' } }] } },
  oauth: { grant: 'refresh_token' },
  rotation: { every: '12h' },
  notify: { kind: 'slack', secret: 'power/notify', before: '30m', when: 'always' },
  start: { patience: '5s' },
  settle: { every: '50ms', atMost: '100ms' },
};

const closers: (() => Promise<void>)[] = [];
/** `ApiRole dynamodb:Query RunTable.Arn`. */
const asked = new Set<string>();
const children = new Map<string, Environment>();
const launched: string[] = [];
const messages: string[] = [];
let secrets: SecretsManagerEndpoint;
let apiUrl = '';
let invoke: (handler: string, event: unknown) => Promise<unknown>;

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** The action and the resource of a call, as grants write them. */
function rightFor(service: string, operation: string, body: string): string {
  switch (service) {
    case 'DynamoDB_20120810': {
      const { IndexName } = JSON.parse(body);
      return `dynamodb:${operation} ${IndexName === undefined ? 'RunTable.Arn' : `\${RunTable.Arn}/index/${IndexName}`}`;
    }
    case 'secretsmanager': {
      const name = String(JSON.parse(body).SecretId).replace(/^arn:.*:secret:(.*)-\w{6}$/, '$1');
      return `secretsmanager:${operation} arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${name}-??????`;
    }
    case 'AWSEvents':
      return `events:${operation} arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:event-bus/default`;
    default:
      return 'lambda:InvokeFunction RunLambdaFunction.Arn';
  }
}

async function gatewayTo(endpoints: Readonly<Record<string, string>>): Promise<string> {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await textOf(request);
    const [service = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
    const [, role] = /Credential=(\w+)\//.exec(request.headers.authorization ?? '') ?? [];
    asked.add(`${role} ${rightFor(service, operation, body)}`);
    if (service === '') {
      launched.push(JSON.parse(body).run);
      return void response.writeHead(202).end();
    }
    if (service === 'AWSEvents') {
      const Entries = JSON.parse(body).Entries.map(() => ({ EventId: 'event' }));
      return void response.end(JSON.stringify({ FailedEntryCount: 0, Entries }));
    }
    const { authorization = '', 'content-type': type = '' } = request.headers;
    const headers = {
      authorization,
      'content-type': type,
      'x-amz-target': `${service}.${operation}`,
      'x-amz-date': '0',
    };
    const passed = await fetch(endpoints[service] ?? '', { method: 'POST', headers, body });
    response.writeHead(passed.status, { 'content-type': type }).end(await passed.text());
  };
  const { endpoint, close } = await listen(createServer((...exchange) => void answer(...exchange)));
  closers.push(close);
  return endpoint;
}

beforeAll(async () => {
  const channel = await listen(
    createServer(async (request, response) => {
      messages.push(await textOf(request));
      response.end('ok');
    }),
  );
  const tagged = (id: number, description: string) =>
    ({ id, name: `vm-${id}`, behaviour: 'prompt', description }) as const;
  const fleet = [
    tagged(1, '[env=dev schedule="always on"]'),
    tagged(2, `[schedule="always off" keep-on-until="${stop}"]`),
  ];
  const simulator = await startSimulator({ token, fleet, speed: 100, oauth: oauthClient });
  apiUrl = simulator.url;
  const named = { 'openscaler/token': '-', 'power/ci': webhookSecret, 'power/key': 'k'.repeat(64) };
  secrets = await startSecretsManager({ secrets: { ...named, 'power/notify': `${channel.endpoint}/hush` } });
  const dynalite = await startDynalite('power-rights');
  const project = await copyProject(config);
  const gateway = await gatewayTo({ DynamoDB_20120810: String(dynalite.client.endpoint), secretsmanager: secrets.url });
  closers.push(channel.close, simulator.close, secrets.close, dynalite.close, project.remove);
  invoke = async (handler, event) => {
    const variables = {
      PATH: process.env.PATH,
      POWER_TABLE: dynalite.table,
      POWER_RUN_FUNCTION: 'power-run',
      POWER_EVENT_BUS: 'default',
      POWER_LINK_KEY: 'power/key',
      POWER_LINK_URL: 'https://api.example.org/v1/keep',
      POWERTOOLS_METRICS_NAMESPACE: 'power-rights',
      OPENSCALER_API_URL: simulator.url,
      OPENSCALER_SECRET_ID: 'openscaler/token',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: `${handler.charAt(0).toUpperCase()}${handler.slice(1)}Role`,
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL: gateway,
    };
    const file = join(project.directory, `handlers/${handler}.ts`);
    const child = children.get(handler) ?? new Environment(handler, { file }, variables, () => {});
    children.set(handler, child);
    const end = await child.invoke(event);
    return end.kind === 'answered' ? end.output : end;
  };
}, 60_000);

afterAll(async () => {
  for (const child of children.values()) await child.kill();
  for (const close of closers) await close();
});

/** A refresh token without an access token: who needs one has to renew it. */
function signInAgain(): void {
  const { clientId, clientSecret } = oauthClient;
  const content = { client_id: clientId, client_secret: clientSecret, token_url: `${apiUrl}/oauth/token` };
  secrets.set('openscaler/token', JSON.stringify({ ...content, refresh_token: signedIn.refreshToken }));
}

const http = (handler: string, parts: Parameters<typeof httpEvent>[0]) => invoke(handler, httpEvent(parts));

async function runAll(): Promise<void> {
  for (const run of launched.splice(0)) await invoke('run', { run });
}

async function cronAndTick(): Promise<void> {
  const due = { cron: 'up', scheduledTime: new Date().toISOString() };
  expect(await invoke('scheduled', due)).toMatchObject({ isNew: true });
  expect(await invoke('scheduled', due)).toMatchObject({ isNew: false });
  signInAgain();
  await runAll();
  signInAgain();
  const keep = { keep: 'off', ids: ['1'], for: '1h', reason: 'maintenance' };
  expect(await http('api', { path: '/v1/overrides', body: keep })).toMatchObject({ statusCode: 201 });
  signInAgain();
  expect(await invoke('reconcile', { tick: new Date().toISOString() })).toMatchObject({ acting: 1 });
  await runAll();
}

async function linkAndWebhook(): Promise<void> {
  const link = /api\.example\.org(\/v1\/keep\/[^|]+)\|/.exec(messages.join(''))?.[1] ?? '';
  const confirmed = { body: 'confirm=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  expect(await http('keep', { method: 'GET', path: link })).toMatchObject({ statusCode: 200 });
  expect(await http('keep', { path: link, ...confirmed })).toMatchObject({ statusCode: 200 });
  const { path, headers, body } = signed({ type: 'go' }, { secret: webhookSecret, at: Date.now() });
  expect(await http('webhook', { path, headers, body })).toMatchObject({ statusCode: 202 });
  expect(await http('webhook', { path, headers, body })).toMatchObject({ statusCode: 202 });
}

async function everyRoute(): Promise<void> {
  const [run = ''] = launched;
  for (const [method, path, body] of [
    ['GET', '/v1/vms'],
    ['POST', '/v1/runs', { action: 'shutdown', ids: ['1'], dryRun: true }],
    ['POST', '/v1/vms/2/actions', { type: 'start' }],
    ['GET', '/v1/runs'],
    ['GET', `/v1/runs/${run}`],
    ['DELETE', `/v1/runs/${run}`],
    ['GET', '/v1/vms/1/explain'],
    ['GET', '/v1/plan'],
    ['GET', '/v1/overrides'],
  ] as const)
    expect([path, await http('api', { method, path, body })]).toEqual([
      path,
      expect.objectContaining({ statusCode: expect.toBeOneOf([200, 202]) }),
    ]);
}

async function rotation(): Promise<void> {
  const step = {
    SecretId: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:openscaler/token-AbCdEf',
    ClientRequestToken: 'c'.repeat(36),
  };
  secrets.beginRotation('openscaler/token', step.ClientRequestToken);
  for (const Step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'])
    expect([Step, await invoke('rotate', { ...step, Step })]).toEqual([Step, null]);
}

it('no handler asks for what its role does not allow, nor is allowed what it never asks for', async () => {
  await cronAndTick();
  await linkAndWebhook();
  await everyRoute();
  await rotation();
  const environment = readEnvironment({ OPENSCALER_SECRET_ID: 'openscaler/token' });
  const deployment = { service: 'service', stage: 'stage' };
  const { Resources } = makeResources(loadConfig(config, environment, { where: 'lambda' }), deployment);
  const granted = grantsIn(Resources).map(({ role, action, resource }) =>
    `${role} ${action} ${resource}`.replace('service-stage/link-key', 'power/key'),
  );
  expect([...asked].filter((right) => !granted.includes(right))).toEqual([]);
  // Logs and dead letters are written by Lambda, in the function's role; what schedules do is not done here.
  const unused = granted.filter(
    (right) => !asked.has(right) && !/ logs:| sqs:|^Schedule\w{8,}Role |^TickS/.test(right),
  );
  // For a write whose answer was lost: nobody knows whether it was done.
  expect(unused).toEqual(['KeepRole dynamodb:Query RunTable.Arn']);
}, 120_000);
