// Everything that the token hunt makes the project do: each a process whose whole output is searched.
// Chosen for where a token could slip out: every log level, every failure on the way to the API, and crashes.

import { Webhook } from 'standardwebhooks';
import { httpEvent } from '../test/http/api-bench.ts';

/** What stands behind the case: the secret's content, or the token in the environment, or another API. */
export type Ground =
  | 'secret'
  | 'json-secret'
  | 'oauth'
  | 'oauth-refused'
  | 'refresh'
  | 'refresh-refused'
  | 'environment'
  | 'rejected'
  | 'echo'
  | 'unknown-host'
  | 'no-listener'
  | 'broken-json-secret'
  | 'two-line-secret'
  | 'wrong-key-secret'
  | 'token-with-blank'
  | 'token-in-url';

export interface Hunt {
  readonly name: string;
  readonly ground: Ground;
  readonly logLevel: string;
  readonly signals?: readonly { readonly signal: NodeJS.Signals; readonly afterMs: number }[];
  /** A `power` command line, or a handler with its event. */
  readonly does: readonly string[] | { readonly handler: string; readonly event: unknown };
}

export const grounds: readonly Ground[] = [
  'secret',
  'json-secret',
  'oauth',
  'oauth-refused',
  'refresh',
  'refresh-refused',
  'environment',
  'rejected',
  'echo',
  'unknown-host',
  'no-listener',
  'broken-json-secret',
  'two-line-secret',
  'wrong-key-secret',
  'token-with-blank',
  'token-in-url',
];

export const logLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'CRITICAL', 'SILENT'] as const;

export const webhookSecret = 'whsec_Q2FuYXJ5LXNpZ25pbmctc2VjcmV0LTg0MjM5MQ==';

/** The configuration of the hunt: patient for two seconds, with one webhook. */
export const huntConfig = {
  shutdown: { patience: '2s', resendAfter: '500ms', resends: 1 },
  start: { patience: '2s', resendAfter: '500ms', resends: 1 },
  timeouts: { read: '2s', action: '1s' },
  settle: { every: '100ms', atMost: '200ms' },
  guard: { maxShare: 1 },
  // The default, 25 calls a second, would make even a run of one VM wait twice for its turn.
  pace: { inFlight: 200, perSecond: 10_000 },
  crons: { night: { cron: '0 19 * * ? *', timezone: 'UTC', action: 'shutdown', select: 'env=dev' } },
  webhooks: {
    ci: {
      verify: 'standard',
      secretId: 'power/webhooks/ci',
      on: [{ when: { type: 'wanted' }, action: 'start', select: 'env=dev' }],
    },
  },
};

/** A configuration file that lets the process crash in the middle of its work. */
export const crashingConfig = (crash: string) =>
  `setTimeout(() => { ${crash} }, 400);\nexport default ${JSON.stringify(huntConfig)};\n`;

const run = ['run', 'shutdown', '-l', 'env=dev'];
const sigint = (afterMs: number) => ({ signal: 'SIGINT', afterMs }) as const;

/** The command line, wherever its token comes from, at every level, interrupted, and crashing. */
export function terminalHunts(): readonly Hunt[] {
  const commands = grounds.flatMap((ground): readonly Hunt[] => [
    { name: 'run', ground, logLevel: 'DEBUG', does: [...run, '-v'] },
    { name: 'list --json', ground, logLevel: 'TRACE', does: ['list', '--json'] },
    { name: 'token', ground, logLevel: 'TRACE', does: ['token', '-v'] },
  ]);
  const levels = logLevels.map((logLevel): Hunt => ({ name: 'run', ground: 'json-secret', logLevel, does: run }));
  const rest = (name: string, does: readonly string[], more: Partial<Hunt> = {}): Hunt => ({
    name,
    ground: 'environment',
    logLevel: 'TRACE',
    does,
    ...more,
  });
  return [
    ...commands,
    ...levels,
    rest('run --json', [...run, '-v', '--json']),
    rest('dry run', [...run, '-v', '--dry-run']),
    rest('refused', ['run', 'power_off', '--all', '-v']),
    rest('nothing matched', ['run', 'start', '-l', 'env=nope', '-v']),
    rest('check', ['check']),
    rest('usage fault', ['run', 'explode']),
    rest('Ctrl-C', run, { signals: [sigint(900)] }),
    rest('Ctrl-C twice', run, { signals: [sigint(900), sigint(1_500)] }),
    rest('thrown', [...run, '-v', '--config', 'throws.config.ts']),
    rest('rejected promise', [...run, '-v', '--config', 'rejects.config.ts']),
    rest('aborted', [...run, '--config', 'exits.config.ts']),
  ];
}

/** The handlers, each with an event that succeeds or fails by what stands behind it. */
export function handlerHunts(): readonly Hunt[] {
  const whole = grounds.filter((ground) => ground !== 'environment' && ground !== 'token-with-blank');
  const vms = (ground: Ground, logLevel = 'DEBUG'): Hunt => ({
    name: 'api GET /v1/vms',
    ground,
    logLevel,
    does: { handler: 'api', event: httpEvent({ method: 'GET', path: '/v1/vms' }) },
  });
  const launching = (name: string, ground: Ground, handler: string, event: unknown): Hunt => ({
    name,
    ground,
    logLevel: 'DEBUG',
    does: { handler, event },
  });
  return [
    ...whole.map((ground) => vms(ground)),
    ...logLevels.map((logLevel) => vms('rejected', logLevel)),
    vms('environment'),
    launching('api POST /v1/runs', 'json-secret', 'api', post({ action: 'shutdown', select: 'env=dev' })),
    launching('api dry run', 'secret', 'api', post({ action: 'shutdown', select: 'env=dev', dryRun: true })),
    launching('api dry run', 'echo', 'api', post({ action: 'shutdown', select: 'env=dev', dryRun: true })),
    launching('api malformed', 'secret', 'api', post('{"action": ')),
    launching('scheduled', 'secret', 'scheduled', { cron: 'night', scheduledTime: new Date().toISOString() }),
    launching('scheduled, unknown cron', 'secret', 'scheduled', {
      cron: 'nope',
      scheduledTime: '2026-01-01T00:00:00Z',
    }),
    launching('webhook', 'secret', 'webhook', webhookEvent(webhookSecret)),
    ...rotations.map((Step) => launching(`rotate, ${Step}`, 'refresh', 'rotate', rotationEvent(Step))),
    launching('rotate, nothing to rotate', 'secret', 'rotate', rotationEvent('createSecret', 'openscaler/token')),
    launching('rotate, no event', 'refresh', 'rotate', { Step: 'createSecret', SecretId: 'power/refresh' }),
    launching(
      'webhook, wrong signature',
      'secret',
      'webhook',
      webhookEvent(`whsec_${btoa('another secret, not ours')}`),
    ),
  ];
}

const rotations = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/** The version that the rotation of the hunt makes. */
export const rotatedVersion = '11111111-2222-4333-8444-555555555555';

/** A step of a rotation, as Secrets Manager asks for it. */
function rotationEvent(Step: (typeof rotations)[number], name = 'power/refresh') {
  const SecretId = `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-AbCdEf`;
  return { Step, SecretId, ClientRequestToken: rotatedVersion };
}

/** A caller's POST /v1/runs. */
export function post(body: unknown) {
  return httpEvent({ body, headers: { 'content-type': 'application/json' }, caller: 'arn:aws:iam::1:user/bench' });
}

/** A delivery, signed. */
export function webhookEvent(secret: string, id = 'msg_bench') {
  const body = JSON.stringify({ type: 'wanted' });
  const now = new Date();
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, now, body),
  };
  return httpEvent({ path: '/v1/webhooks/ci', body, headers });
}
