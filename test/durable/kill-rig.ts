// The deployed run function as a durable execution, killed when told to, and judged by what the simulator knows.
// OpenScaler, Secrets Manager, DynamoDB and the durable service outlive it on 127.0.0.1; time is compressed for all of them.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { dynamoRunStore } from '../../lib/aws/run-store.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Action } from '../../lib/core/action.ts';
import type { Outcome } from '../../lib/core/outcome.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import type { RunStore } from '../../lib/stores.ts';
import { plainFleet } from '../../simulator/fleets.ts';
import { startSecretsManager } from '../../simulator/secrets-manager.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { checkTruth, remember } from '../../simulator/truth.ts';
import { startDynalite } from '../fixtures/dynalite.ts';
import { copyProject } from '../fixtures/project.ts';
import { type DurableBackend, type ExecutionEnd, type KillPlan, startDurableBackend } from './backend.ts';

/** Simulated milliseconds per real one in the cloud; the policy is compressed to match. */
const speed = 100;
/** The shortest durable wait, a second, is then as long as the policy's pauses: it suspends, but not for long. */
const waitSpeed = 4;
const token = 'the-token-of-the-kill-tests';

/** The default policy, compressed as the cloud is; the patience a little more, for it bounds how long a test takes. */
const config = {
  shutdown: { patience: '3200ms', resendAfter: '900ms', resends: 1 },
  start: { patience: '1800ms', resendAfter: '600ms', resends: 2 },
  timeouts: { read: '5s', action: '1200ms' },
  settle: { every: '250ms', atMost: '250ms' },
  guard: { maxVms: 1_000, maxShare: 1 },
  pace: { inFlight: 100, perSecond: 100_000 },
};

/** Mostly good, and some of everything that makes an answer worthless; nothing whose patience has to be waited out. */
const mix = { prompt: 88, slow: 4, 'timeout-408-then-off': 2, 'timeout-500-then-off': 2, 'cuts-after': 2, refuses: 2 };

export interface Play {
  readonly end: ExecutionEnd;
  /** One sentence for each thing that must not be; empty when all is well. */
  readonly faults: readonly string[];
  /** How many VMs ended in which result. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface KillRig {
  readonly backend: DurableBackend;
  /** The whole fleet is on again, and a run of the action goes over it. */
  play(action: Action, kill?: KillPlan): Promise<Play>;
  close(): Promise<void>;
}

interface Stage {
  readonly simulator: Simulator;
  readonly backend: DurableBackend;
  readonly store: RunStore;
  readonly selected: readonly string[];
}

export interface KillRigSetup {
  /** Besides these, a tenth as many that no run selects. @default 300 */
  readonly vms?: number;
  /** A change to the project's copy, to see that the rig notices what it breaks: a text in a file, and what it becomes. */
  readonly sabotage?: { readonly file: string; readonly from: string; readonly to: string };
}

/** Starts all that outlives the run function. Throws `RangeError` when there is nothing to sabotage. */
export async function startKillRig({ vms = 300, sabotage }: KillRigSetup = {}): Promise<KillRig> {
  const bystanders = plainFleet(vms / 10, { env: 'prod' }).map((spec, index) => ({ ...spec, id: vms + index + 1 }));
  const simulator = await startSimulator({ token, fleet: [...plainFleet(vms, { mix }), ...bystanders], speed });
  const secrets = await startSecretsManager({ secrets: { 'openscaler/token': token } });
  const dynalite = await startDynalite('power-kill');
  const project = await copyProject(config);
  if (sabotage !== undefined) await change(join(project.directory, sabotage.file), sabotage);
  const backend = await startDurableBackend({
    speed: waitSpeed,
    bounds: { invocations: 200, ms: 60_000 },
    functions: {
      'power-run': {
        file: join(project.directory, 'handlers/run.ts'),
        timeoutMs: 15 * 60_000,
        environment: {
          POWER_TABLE: dynalite.table,
          POWER_RUN_FUNCTION: 'power-run',
          OPENSCALER_API_URL: simulator.url,
          OPENSCALER_SECRET_ID: 'openscaler/token',
          LOG_LEVEL: 'WARN',
          AWS_ENDPOINT_URL_DYNAMODB: String(dynalite.client.endpoint),
          AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
        },
      },
    },
  });
  const store = dynamoRunStore({ table: dynalite.table, clock: systemClock, client: dynalite.client });
  const selected = simulator.ids.slice(0, vms);
  let plays = 0;
  return {
    backend,
    play: (action, kill) => {
      plays += 1;
      return play(`kill-${plays}`, action, kill, { simulator, backend, store, selected });
    },
    close: async () => {
      await backend.close();
      await Promise.all([simulator.close(), secrets.close(), dynalite.close(), project.remove()]);
    },
  };
}

async function change(path: string, { from, to }: { readonly from: string; readonly to: string }): Promise<void> {
  const before = await readFile(path, 'utf8');
  if (!before.includes(from)) throw new RangeError(`${path} does not have ${from}`);
  await writeFile(path, before.replaceAll(from, to));
}

async function play(name: string, action: Action, kill: KillPlan | undefined, stage: Stage): Promise<Play> {
  const { simulator, backend, store } = stage;
  for (const id of simulator.ids) simulator.set(id, action === 'start' ? 'off' : 'running');
  const before = remember(simulator);
  const allowDataLoss = action === 'power_off' || action === 'reset' || action === 'reboot';
  const request = parseRunRequest({ action, select: 'env=dev', allowDataLoss });
  const recordedAt = new Date().toISOString();
  await store.record({ name, trigger: 'http', request, requestHash: name, recordedAt });
  const end = await backend.run('power-run', { run: name }, { name, ...(kill && { kill }) });
  const run = await store.read(name, new Date().toISOString());
  const outcomes = await store.outcomes(name);
  const faults: string[] = [];
  if (end.status === 'OUT_OF_BOUNDS') faults.push('it never came to an end');
  if (run?.status !== 'ended') faults.push(`the run is ${run?.status}: ${JSON.stringify(end.error)}`);
  faults.push(...lost(stage.selected, outcomes), ...leaks(end, backend));
  const { startedAt, endedAt } = timesOf(run?.summary);
  const truth = checkTruth({ run: { action, startedAt, endedAt }, outcomes }, simulator, before);
  faults.push(...truth.contradictions);
  for (const id of truth.touched) faults.push(`VM ${id} was touched, and not selected`);
  for (const id of truth.forced) faults.push(`VM ${id} was forced`);
  for (const id of truth.repeated) faults.push(`VM ${id} got a ${action} twice`);
  const byResult = Map.groupBy(outcomes, ({ result }) => result);
  const counts = Object.fromEntries([...byResult].map(([result, all]) => [result, all.length]));
  return { end, faults, counts };
}

function lost(selected: readonly string[], outcomes: readonly Outcome[]): string[] {
  const times = Map.groupBy(outcomes, ({ vm }) => String(vm));
  return selected
    .filter((id) => times.get(id)?.length !== 1)
    .map((id) => `VM ${id} has ${times.get(id)?.length ?? 0} outcomes`);
}

/** The token in what was checkpointed or printed. */
function leaks({ operations }: ExecutionEnd, { printed }: DurableBackend): string[] {
  const checkpointed = operations.flatMap(({ result, error, input }) => [result, input, JSON.stringify(error)]);
  const texts = [...checkpointed, ...printed].flatMap((text) => (text === undefined ? [] : [text, unpacked(text)]));
  return texts.some((text) => text.includes(token)) ? ['the token leaked'] : [];
}

function unpacked(text: string): string {
  const packed = /"gzip":"([A-Za-z0-9+/=]+)"/.exec(text)?.[1];
  return packed === undefined ? '' : String(gunzipSync(Buffer.from(packed, 'base64')));
}

// A run that broke off has no times: then nothing that it claims can be held against them.
function timesOf(summary: unknown): { readonly startedAt: string; readonly endedAt: string } {
  const run: unknown = typeof summary === 'object' && summary !== null && 'run' in summary ? summary.run : null;
  if (typeof run !== 'object' || run === null || !('startedAt' in run && 'endedAt' in run))
    return { startedAt: '', endedAt: '' };
  return { startedAt: String(run.startedAt), endedAt: String(run.endedAt) };
}
