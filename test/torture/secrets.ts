// Secrets Manager under attack: absent, denied, slow, cut, malformed, rotating in the middle of a run, and rotated too late.
// The run ends in a true report that names the secret and says what to do, and what the secret holds is in no output.

import { disguisesIn } from '../../bench/secret-search.ts';
import { memoryLeases } from '../../cli/state/leases.ts';
import { memoryStateStore } from '../../cli/state/memory.ts';
import { secretsManager } from '../../lib/aws/secrets.ts';
import { tokenSource } from '../../lib/aws/token.ts';
import { systemClock } from '../../lib/clock.ts';
import { openscalerCloud } from '../../lib/openscaler/client.ts';
import { conduct } from '../../lib/run/conduct.ts';
import { inProcessEngine } from '../../lib/run/engine.ts';
import { type RunReport, verdictOf } from '../../lib/run/report.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import { plainFleet } from '../../simulator/fleets.ts';
import { type SecretsManagerEndpoint, startSecretsManager } from '../../simulator/secrets-manager.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Before, checkTruth, remember } from '../../simulator/truth.ts';
import { MemoryLog } from '../fakes/log.ts';
import { noSchedules } from '../fixtures/world.ts';
import { compressed, printed, speed } from './play.ts';
import type { Tally } from './tally.ts';

export const first = 'Torture-first-7c1e55d0b2a94f38-token';
const second = 'Torture-second-19fe02ab77c34d61-token';
const id = 'openscaler/token';

interface Trouble {
  readonly name: string;
  /** What the secret holds at first; null: it does not exist. */
  readonly text: string | null;
  readonly delayMs?: number;
  readonly fails?: 'access-denied' | 'internal' | 'cut';
  /** In the middle of the run, so many milliseconds after its beginning. */
  readonly later?: {
    readonly afterMs: number;
    readonly happens: (cloud: Simulator, secrets: SecretsManagerEndpoint) => void;
  };
  /** Whether every VM is to be shut down in spite of it. */
  readonly isHarmless: boolean;
}

const malformed = [
  '',
  ' ',
  '{}',
  '[]',
  'null',
  '"',
  '{"access_token": ""}',
  '{"access_token": 7}',
  '{"access_token": null}',
  '{"access_token": {"toString": "x"}}',
  `{"access_token": "${first}`,
  `{"token": "${first}", "access_token": "${second}"}`,
  `{"access_token": "${first}\\r\\nX-Evil: 1"}`,
  `Bearer ${first} ${second}`,
  `${first}\n${second}`,
  `{"client_id": "a"}`,
  `{"client_id": "a", "client_secret": "${first}", "token_url": "http://169.254.169.254/"}`,
  `{"client_id": "a", "client_secret": "${first}", "token_url": "file:///etc/passwd"}`,
  `{"__proto__": {"access_token": "${first}"}}`,
  '\u0000\u0001\u0002\u0003\u0004',
  '😀'.repeat(20_000),
];

const rotate = (afterMs: number, secretAfterMs: number): Trouble => ({
  name: `rotated after ${afterMs} ms, the secret ${secretAfterMs} ms later`,
  text: first,
  later: {
    afterMs,
    happens: (cloud, secrets) => {
      cloud.rotateToken(second);
      if (secretAfterMs === 0) secrets.set(id, second);
      else setTimeout(() => secrets.set(id, second), secretAfterMs);
    },
  },
  isHarmless: secretAfterMs === 0,
});

const troubles: readonly Trouble[] = [
  { name: 'absent', text: null, isHarmless: false },
  { name: 'denied', text: first, fails: 'access-denied', isHarmless: false },
  { name: 'internal error', text: first, fails: 'internal', isHarmless: false },
  { name: 'cut', text: first, fails: 'cut', isHarmless: false },
  { name: 'slow', text: first, delayMs: 300, isHarmless: true },
  ...malformed.map((text, index): Trouble => ({ name: `malformed ${index + 1}`, text, isHarmless: false })),
  ...[0, 5, 20, 50, 100, 200].flatMap((afterMs) => [rotate(afterMs, 0), rotate(afterMs, 80), rotate(afterMs, 5_000)]),
  {
    name: 'denied from the middle on, the token still good',
    text: first,
    later: { afterMs: 20, happens: (_cloud, secrets) => secrets.fail('access-denied') },
    isHarmless: true,
  },
  {
    name: 'refused by the API from the middle on, and then denied',
    text: first,
    later: {
      afterMs: 20,
      happens: (cloud, secrets) => {
        cloud.rotateToken(second);
        secrets.fail('access-denied');
      },
    },
    isHarmless: false,
  },
];

/** One run for each trouble, one after the other: the SDK reads its endpoint from the environment. */
export async function troubleSecrets(tally: Tally, seed: number, sample = 1): Promise<void> {
  const kept = { ...process.env };
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  try {
    for (const trouble of troubles.filter((_, index) => index % sample === seed % sample)) {
      tally.inject(trouble.name.replaceAll(/\d+/g, 'n'), 'GetSecretValue');
      tally.count('runs');
      tally.violate(`${seed}: ${trouble.name}`, ...(await undergo(trouble)));
    }
  } finally {
    process.env = kept;
  }
  tally.seeds.add(String(seed));
}

async function undergo({ text, delayMs = 0, fails, later, isHarmless }: Trouble): Promise<readonly string[]> {
  const simulator = await startSimulator({
    fleet: plainFleet(12, { mix: { prompt: 3, slow: 1 } }),
    speed,
    token: first,
  });
  const secrets = await startSecretsManager({ secrets: text === null ? {} : { [id]: text }, delayMs });
  process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = secrets.url;
  if (fails !== undefined) secrets.fail(fails);
  const log = new MemoryLog();
  const clock = systemClock;
  const tokens = tokenSource({ account: 'main', secretId: id, secrets: secretsManager(), clock, log });
  const { timeouts } = compressed;
  const cloud = openscalerCloud({
    account: 'main',
    apiUrl: simulator.url,
    tokens,
    pace: { inFlight: 4, perSecond: 200 },
    timeouts,
    clock,
    log,
  });
  const before = remember(simulator);
  const timer = later && setTimeout(() => later.happens(simulator, secrets), later.afterMs);
  try {
    const request = parseRunRequest({ action: 'shutdown', select: 'env=dev' });
    const report = await conduct(
      { name: 'torture', request, requestedAt: Date.now() },
      {
        accounts: [{ cloud, projects: ['default'] }],
        engine: inProcessEngine(clock),
        clock,
        log,
        policy: compressed,
        inFlight: 4,
        tags: [],
        states: {},
        schedules: noSchedules,
        state: memoryStateStore(),
        leases: memoryLeases(clock),
        maxAgeMs: 0,
      },
    );
    return judgeSecrets({ report, log, simulator, before, isHarmless });
  } catch (error) {
    return [`the run threw ${String(error)}`];
  } finally {
    clearTimeout(timer);
    await Promise.all([simulator.close(), secrets.close()]);
  }
}

/** What came of a run whose secret was in trouble. */
export interface Undergone {
  readonly report: RunReport;
  readonly log: MemoryLog;
  readonly simulator: Simulator;
  readonly before: Before;
  readonly isHarmless: boolean;
}

/** Everything that is wrong with it. */
export function judgeSecrets({ report, log, simulator, before, isHarmless }: Undergone): readonly string[] {
  const claims = { ...report, run: { ...report.run, action: 'shutdown' as const } };
  const output = `${JSON.stringify(report)}\n${printed(log)}`;
  return [
    ...checkTruth(claims, simulator, before).contradictions,
    ...(isHarmless ? harmed(report) : silent(report, log)),
    ...[first, second].flatMap((token) =>
      disguisesIn(output, token).map((how) => `the token is in the output (${how})`),
    ),
  ];
}

function harmed({ outcomes }: RunReport): string[] {
  const left = outcomes.filter(({ result }) => result !== 'succeeded');
  return outcomes.length === 12 && left.length === 0 ? [] : [`${left.length} of ${outcomes.length} were not shut down`];
}

/** All went well before the trouble came, or it is told, with the secret's name. */
function silent(report: RunReport, log: MemoryLog): string[] {
  const { outcomes, unlisted } = report;
  const isDone = outcomes.length === 12 && outcomes.every(({ result }) => result === 'succeeded');
  if (isDone) return [];
  if (verdictOf(report) === 'well') return ['not all are shut down, and the verdict is well'];
  const reasons = [...unlisted.map(({ reason }) => reason), ...outcomes.map(({ reason }) => reason)];
  // Where a look failed and no send, only the log says why.
  const warnings = log.lines.filter(({ level }) => level === 'warn' || level === 'error');
  const isNamed = reasons.some((reason) => reason.includes(id)) || printed({ lines: warnings }).includes(id);
  return isNamed ? [] : ['neither the report nor a warning names the secret'];
}
