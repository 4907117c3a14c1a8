// `npm run bench:token-hunt`: is a token, or any other secret, in anything that is printed, logged or stored?
// Real processes against local endpoints, at every log level and in every failure; a single find fails it.

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { scriptArguments } from '../cli/script-arguments.ts';
import type { SimulatedVmSpec } from '../simulator/vm.ts';
import { listen } from '../test/fixtures/local-aws.ts';
import { copyProject } from '../test/fixtures/project.ts';
import { type Deployment, secretId, startDeployment } from './deployment.ts';
import {
  crashingConfig,
  type Ground,
  grounds,
  type Hunt,
  handlerHunts,
  huntConfig,
  rotatedVersion,
  terminalHunts,
  webhookSecret,
} from './hunting-grounds.ts';
import { type Output, runNode } from './process-output.ts';
import { disguisesIn } from './secret-search.ts';
import { renderFacts } from './table.ts';

const { values } = scriptArguments({
  usage: `npm run bench:token-hunt -- [options]

  --trace  print what each process printed, to see that it did what its name says
`,
  options: { trace: { type: 'boolean', default: false } },
});

/** Processes at once: the machine has better things to do. */
const atOnce = 2;

const workGrounds: readonly Ground[] = ['json-secret', 'rejected', 'echo', 'wrong-key-secret'];

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
// With the characters that encodings change.
const token = `Canary/${randomBytes(12).toString('hex')}+"\\${randomBytes(6).toString('hex')}=`;
const refreshToken = `Canary/${randomBytes(12).toString('hex')}~${randomBytes(6).toString('hex')}=`;
const clientSecret = `Canary/${randomBytes(12).toString('hex')}+${randomBytes(6).toString('hex')}=`;

/** What was searched: a process's output, a DynamoDB item, the body of an invocation. */
interface Place {
  readonly name: string;
  readonly text: string;
}

const behaviours = [
  'prompt',
  'prompt',
  'timeout-500-then-off',
  'ignores-signal',
  'refuses',
  'redirects',
  'bad-json',
] as const;
const fleet = behaviours.map(
  (behaviour, index): SimulatedVmSpec => ({ id: index + 1, name: behaviour, behaviour, description: '[env=dev]' }),
);

const places: Place[] = [];
const codes = new Map<string, number>();
const project = await copyProject(huntConfig);
const echo = await startEcho();
const deployment = await startDeployment(
  { fleet, token, oauth: { clientId: 'bench', clientSecret, signedIn: { refreshToken } }, speed: 60 },
  { ...secretsOf(), 'power/webhooks/ci': webhookSecret },
);
try {
  await writeConfigs(project.directory);
  await all([...terminalHunts(), ...handlerHunts()].map((hunt) => () => go(hunt)));
  // What the launching handlers launched: each run by a worker, one of them once more, and a run that is unknown.
  const invoked = deployment.invocations.splice(0);
  places.push(...invoked.map((text) => ({ name: 'invocation', text })));
  const events = [...invoked, ...invoked.slice(0, 1), '{"run":"nobody-knows-it"}'].map((body) => JSON.parse(body));
  for (const [index, event] of events.entries())
    await go(working(event, workGrounds[index % workGrounds.length] ?? 'secret'));
  places.push(...(await deployment.items()).map((text) => ({ name: 'DynamoDB item', text })));
} finally {
  await Promise.all([deployment.close(), echo.close(), project.remove()]);
}
tellFinds();

function tellFinds(): void {
  const secrets = {
    token,
    'client secret': clientSecret,
    'refresh token': refreshToken,
    'webhook secret': webhookSecret.slice(6),
    ...issuedTokens(deployment),
    ...Object.fromEntries(deployment.simulator.refreshTokens.map((value, nth) => [`refresh token ${nth + 2}`, value])),
  };
  const finds = places.flatMap(({ name, text }) =>
    Object.entries(secrets).flatMap(([secret, value]) =>
      disguisesIn(text, value).map((disguise) => `${secret} (${disguise}) in ${name}`),
    ),
  );
  const count = (kind: string) => String(places.filter(({ name }) => name.startsWith(kind)).length);
  const bytes = places.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  process.stdout.write(
    renderFacts('The hunt for the token', [
      ['outputs searched (stdout, stderr)', count('output')],
      ['DynamoDB items searched', count('DynamoDB')],
      ['invocations searched', count('invocation')],
      ['bytes', String(bytes)],
      [
        'exit codes of the processes',
        [...codes]
          .sort()
          .map(([code, times]) => `${code}: ${times}`)
          .join(', '),
      ],
      ['secrets hunted', Object.keys(secrets).length.toString()],
      [
        'requests that carried an accepted token',
        String(deployment.simulator.requests.filter(({ authorised }) => authorised).length),
      ],
      ['finds', `${finds.length} (wanted 0)`],
    ]),
  );
  for (const find of new Set(finds)) process.stdout.write(`  ! ${find}\n`);
  process.exitCode = finds.length === 0 ? 0 : 1;
}

async function go(hunt: Hunt): Promise<void> {
  const { does, signals = [] } = hunt;
  const isHandler = 'handler' in does;
  const moduleUrl = isHandler ? pathToFileURL(join(project.directory, `handlers/${does.handler}.ts`)).href : '';
  const args = isHandler
    ? [file('handler-child.ts'), moduleUrl, JSON.stringify(does.event)]
    : [file('../cli/power.js'), ...does];
  const output = await runNode({ args, cwd: project.directory, environment: environmentOf(hunt), signals });
  keep(hunt, output);
}

function keep({ name, ground, logLevel }: Hunt, { code, stdout, stderr }: Output): void {
  codes.set(String(code), (codes.get(String(code)) ?? 0) + 1);
  const where = `output of ${name} (${ground}, ${logLevel})`;
  places.push({ name: `${where}, stdout`, text: stdout }, { name: `${where}, stderr`, text: stderr });
  if (values.trace) process.stderr.write(`${where} → ${code}\n${stdout.slice(0, 300)}\n${stderr.slice(0, 600)}\n\n`);
}

function working(event: unknown, ground: Ground): Hunt {
  return { name: 'run', ground, logLevel: 'DEBUG', does: { handler: 'run', event } };
}

function environmentOf({ ground, logLevel }: Hunt): Readonly<Record<string, string>> {
  const { OPENSCALER_SECRET_ID: _, ...rest } = deployment.environment;
  return { ...rest, LOG_LEVEL: logLevel, ...groundOf(ground) };
}

function groundOf(ground: Ground): Readonly<Record<string, string>> {
  const bySecret = { OPENSCALER_SECRET_ID: secretNameOf(ground) };
  switch (ground) {
    case 'environment':
      return { OPENSCALER_TOKEN: token };
    case 'token-with-blank':
      return { OPENSCALER_TOKEN: `${token} ${token}` };
    case 'token-in-url':
      return { ...bySecret, OPENSCALER_API_URL: `http://user:${encodeURIComponent(token)}@127.0.0.1:9` };
    case 'echo':
      return { ...bySecret, OPENSCALER_API_URL: echo.endpoint };
    case 'unknown-host':
      return { ...bySecret, OPENSCALER_API_URL: 'https://power.invalid' };
    case 'no-listener':
      return { ...bySecret, OPENSCALER_API_URL: 'http://127.0.0.1:1' };
    default:
      return bySecret;
  }
}

function secretNameOf(ground: Ground): string {
  return ground === 'secret' ? secretId : `power/${ground}`;
}

// A secret for each ground; what is refused as a token holds the token all the same.
function secretsOf(): Readonly<Record<string, string>> {
  const contents: Partial<Record<Ground, string>> = {
    'json-secret': JSON.stringify({ access_token: token }),
    rejected: `${token}x`,
    'broken-json-secret': `{"access_token": "${token}`,
    'two-line-secret': `${token}\n${token}`,
    'wrong-key-secret': JSON.stringify({ token }),
  };
  return Object.fromEntries(grounds.map((ground) => [secretNameOf(ground), contents[ground] ?? token]));
}

async function writeConfigs(directory: string): Promise<void> {
  const { url } = deployment.simulator;
  const client = (secret: string) =>
    JSON.stringify({ client_id: 'bench', client_secret: secret, token_url: `${url}/oauth/token` });
  deployment.setSecret(secretNameOf('oauth'), client(clientSecret));
  deployment.setSecret(secretNameOf('oauth-refused'), client(`${clientSecret}x`));
  const pair = (refresh_token: string) =>
    JSON.stringify({
      ...JSON.parse(client(clientSecret)),
      grant: 'refresh_token',
      refresh_token,
      access_token: token,
      // Over, so that the first to come renews it.
      expires_at: 1,
    });
  deployment.setSecret(secretNameOf('refresh'), pair(refreshToken));
  deployment.setSecret(secretNameOf('refresh-refused'), pair(`${refreshToken}x`));
  deployment.beginRotation(secretNameOf('refresh'), rotatedVersion);
  const crashes = {
    throws: `throw new Error('boom')`,
    rejects: `void Promise.reject(Object.assign(new Error('boom'), { process: process.argv }))`,
    exits: 'process.abort()',
  };
  for (const [name, crash] of Object.entries(crashes))
    await writeFile(join(directory, `${name}.config.ts`), crashingConfig(crash));
}

/** An API that sends back what it was sent, in every part of its answer: the worst debugging aid there is. */
async function startEcho() {
  let nth = 0;
  const server = createServer((request, response) => {
    nth += 1;
    const sent = request.headers.authorization ?? '';
    const status = [400, 500, 403, 200][nth % 4] ?? 400;
    const text = JSON.stringify({ error: { message: `you sent ${sent}`, headers: request.headers }, vms: sent });
    response.writeHead(status, { 'content-type': 'application/json', 'x-echo': sent }).end(text);
  });
  return listen(server);
}

function issuedTokens({ simulator }: Deployment): Readonly<Record<string, string>> {
  const issued = simulator.acceptedTokens.filter((accepted) => accepted !== token);
  return Object.fromEntries(issued.map((value, index) => [`issued token ${index + 1}`, value]));
}

async function all(tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const left = [...tasks];
  const worker = async () => {
    for (let task = left.shift(); task !== undefined; task = left.shift()) await task();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
