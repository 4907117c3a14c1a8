// One run through the real client against a lying front before the simulator, in compressed time, and its judgement.
// Everything that comes out of the run is kept, for the token must not be in any of it.

import { memoryLeases } from '../../cli/state/leases.ts';
import { memoryStateStore } from '../../cli/state/memory.ts';
import { fixedToken } from '../../lib/aws/token.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Action } from '../../lib/core/action.ts';
import { describeError } from '../../lib/core/describe-error.ts';
import type { RunPolicy } from '../../lib/core/policy.ts';
import { openscalerCloud } from '../../lib/openscaler/client.ts';
import { conduct } from '../../lib/run/conduct.ts';
import { inProcessEngine } from '../../lib/run/engine.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import type { QuirkChoice } from '../../simulator/quirks.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { remember } from '../../simulator/truth.ts';
import type { SimulatedVmSpec } from '../../simulator/vm.ts';
import { MemoryLog } from '../fakes/log.ts';
import { noSchedules } from '../fixtures/world.ts';
import { type FrontCall, startFront } from './front.ts';
import { judge } from './judge.ts';
import type { LieName } from './lies.ts';

/** Simulated seconds per real one; the policy is compressed to match. */
export const speed = 200;

/** Long, and of a kind that no other text of a run resembles. */
export const token = 'Torture-5f0c1d7e9ab34826-token-Zq7';

export const compressed: RunPolicy = {
  shutdown: { patienceMs: 1_500, resendAfterMs: 350, resends: 1 },
  start: { patienceMs: 1_000, resendAfterMs: 250, resends: 2 },
  allowEscalation: false,
  timeouts: { readMs: 400, actionMs: 400 },
  settle: { everyMs: 30, atMostMs: 100 },
  guard: { maxVms: 100_000, maxShare: 1 },
  tiers: { gate: 'verified', patienceMs: null, delayMs: 0, ready: {} },
  staggerMs: { start: 0, shutdown: 0, power_off: 0, reboot: 0, reset: 0 },
};

export interface Scene {
  readonly seed: string;
  readonly action: Action;
  readonly fleet: readonly SimulatedVmSpec[];
  readonly quirks?: QuirkChoice;
  readonly policy?: Partial<RunPolicy>;
  readonly isGuarded?: boolean;
  readonly choose?: (call: FrontCall) => LieName | null;
  readonly bend?: (list: string) => string;
  /** After so long the run has broken off; compressed ones take seconds. @default 30000 */
  readonly mostMs?: number;
}

export interface Result {
  readonly violations: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly outcomes: readonly { readonly vm: string; readonly result: string; readonly code: string }[];
  /** The lies that were told, with their places. */
  readonly told: readonly { readonly lie: LieName; readonly place: string }[];
  readonly calls: number;
}

const isSelected = ({ description = '' }: SimulatedVmSpec) => /\[env=dev\b/.test(description);
const isProtected = ({ description = '' }: SimulatedVmSpec) => /\[protected\]/.test(description);
const mayBeForced = ({ description = '' }: SimulatedVmSpec) => /escalate=power_off/.test(description);
const idsOf = (fleet: readonly SimulatedVmSpec[]) => new Set(fleet.map(({ id }) => String(id)));

/** Plays the scene and judges it; a run that throws, or never ends, has broken a rule. */
export async function play(scene: Scene): Promise<Result> {
  const {
    action,
    fleet,
    quirks = {},
    policy = {},
    isGuarded = false,
    choose = () => null,
    bend,
    mostMs = 30_000,
  } = scene;
  const simulator = await startSimulator({ fleet, quirks, speed, token, seed: seedNumber(scene.seed) });
  const front = await startFront({ upstream: simulator.url, choose, ...(bend === undefined ? {} : { bend }) });
  const log = new MemoryLog();
  const events: unknown[] = [];
  const before = remember(simulator);
  const own: RunPolicy = { ...compressed, ...policy };
  const cloud = openscalerCloud({
    account: 'main',
    apiUrl: front.url,
    tokens: fixedToken(token),
    pace: { inFlight: 64, perSecond: 1e6 },
    timeouts: own.timeouts,
    clock: systemClock,
    log,
  });
  const request = parseRunRequest({
    action,
    select: 'env=dev',
    allowDataLoss: action === 'power_off' || action === 'reset',
  });
  try {
    const report = await conduct(
      { name: 'torture', request, requestedAt: Date.now() },
      {
        accounts: [{ cloud, projects: ['default'] }],
        engine: inProcessEngine(systemClock),
        clock: systemClock,
        log,
        policy: own,
        inFlight: 64,
        tags: [],
        states: {},
        schedules: noSchedules,
        state: memoryStateStore(),
        leases: memoryLeases(systemClock),
        maxAgeMs: 0,
        onEvent: (event) => events.push(event),
        until: Date.now() + mostMs,
      },
    );
    const all = fleet.filter(isSelected);
    const violations = judge({
      action,
      report,
      seen: front.seen,
      strayed: front.strayed,
      simulator,
      before,
      selected: idsOf(all.filter((spec) => !isProtected(spec))),
      spared: idsOf(all.filter(isProtected)),
      forceable: own.allowEscalation ? idsOf(all.filter(mayBeForced)) : new Set(),
      isGuarded,
      token,
      output: [printed(log), JSON.stringify(events), JSON.stringify(report)].join('\n'),
    });
    const { counts, outcomes } = report;
    return { violations, counts, outcomes, told: toldBy(front.seen), calls: front.seen.length };
  } catch (error) {
    const violations = [`rule 7: the run threw ${describeError(error).message}`];
    return { violations, counts: {}, outcomes: [], told: toldBy(front.seen), calls: front.seen.length };
  } finally {
    await front.close();
    await simulator.close();
  }
}

/** Everything the lines hold: more than a log prints, and none of it may be secret. */
export function printed({ lines }: Pick<MemoryLog, 'lines'>): string {
  return lines
    .map((line) => JSON.stringify(line, (_, value) => (value instanceof Error ? wordsOf(value) : value)))
    .join('\n');
}

// More than a log prints of an error: none of it may hold the token.
function wordsOf(error: Error): unknown {
  return { ...error, message: error.message, stack: error.stack };
}

function toldBy(seen: readonly { readonly lie: LieName | null; readonly place: string }[]) {
  return seen.flatMap(({ lie, place }) => (lie === null ? [] : [{ lie, place }]));
}

function seedNumber(seed: string): number {
  return [...seed].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) | 0, 7);
}
