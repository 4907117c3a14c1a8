// Fleets to run against, and the scenarios of `power sim`: a fleet with the cloud's mood that day.
// Named and seeded, so that a rehearsal, a test and a benchmark can speak of the same VMs.

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { type BehaviourName, behaviourNames } from './behaviours.ts';
import { demoFleet } from './demo-fleet.ts';
import type { QuirkChoice } from './quirks.ts';
import type { SimulatedVmSpec } from './vm.ts';

export { demoFleet, demoTags } from './demo-fleet.ts';

// None of these is a tag `env=dev`, however much some look like one.
const bystanderDescriptions = [
  '[env=prod]',
  '',
  'staging copy [env=staging tier=1]',
  '[env=developer]',
  'env=dev without brackets',
  '(env=dev)',
  '[environment=dev]',
] as const;

/**
 * So many VMs of every behaviour, tagged `[env=<env>]`, and for each a bystander of the same behaviour that is not.
 * @default perBehaviour 1, env 'dev', project 'default'
 */
export function hostileFleet(
  options: { readonly perBehaviour?: number; readonly env?: string; readonly project?: string } = {},
): readonly SimulatedVmSpec[] {
  const { perBehaviour = 1, env = 'dev', project = 'default' } = options;
  let id = 100;
  return behaviourNames.flatMap((behaviour) =>
    Array.from({ length: perBehaviour }, (_, index) => {
      id += 2;
      const description = bystanderDescriptions[(id / 2) % bystanderDescriptions.length] ?? '';
      return [
        { id, name: `${behaviour}-${index + 1}`, project, behaviour, description: `${behaviour} [env=${env}]` },
        { id: id + 1, name: `bystander-of-${behaviour}-${index + 1}`, project, behaviour, description },
      ];
    }).flat(),
  );
}

/** What the VMs of a plain fleet are like. */
export interface PlainFleetOptions {
  /** @default 'prompt' */
  readonly behaviour?: BehaviourName;
  /** Weights of behaviours, instead of one: `{ prompt: 9, slow: 1 }`; the seed deals them out. */
  readonly mix?: Readonly<Partial<Record<BehaviourName, number>>>;
  /** @default 'dev' */
  readonly env?: string;
  /** @default 'default' */
  readonly project?: string;
  readonly timing?: SimulatedVmSpec['timing'];
  /** @default 1 */
  readonly seed?: number;
}

/** So many VMs with ids from 1, all tagged `[env=<env>]`: for benchmarks. */
export function plainFleet(count: number, options: PlainFleetOptions = {}): readonly SimulatedVmSpec[] {
  const { behaviour = 'prompt', mix, env = 'dev', project = 'default', timing, seed = 1 } = options;
  const deal = mix === undefined ? () => behaviour : dealerOf(mix, seed);
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    name: `vm-${index + 1}`,
    project,
    behaviour: deal(),
    description: `[env=${env}]`,
    ...(timing === undefined ? {} : { timing }),
  }));
}

function dealerOf(mix: Readonly<Partial<Record<BehaviourName, number>>>, seed: number): () => BehaviourName {
  const deck = behaviourNames.flatMap((name) => Array.from({ length: mix[name] ?? 0 }, () => name));
  const random = xoroshiro128plus(seed);
  return () => deck[uniformInt(random, 0, Math.max(0, deck.length - 1))] ?? 'prompt';
}

/** A fleet and the quirks of the cloud it lives in. */
export interface Scenario {
  /** One line for `power sim --help`. */
  readonly summary: string;
  readonly quirks: QuirkChoice;
  fleet(seed: number): readonly SimulatedVmSpec[];
}

/** What `power sim --scenario NAME` can play. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  demo: { summary: 'a small team’s sixty VMs, some of them troublesome', quirks: {}, fleet: demoFleet },
  hostile: {
    summary: 'two VMs of every behaviour there is, and as many bystanders',
    quirks: {},
    fleet: () => hostileFleet({ perBehaviour: 2 }),
  },
  plain: { summary: 'a hundred well-behaved VMs', quirks: {}, fleet: (seed) => plainFleet(100, { seed }) },
  large: {
    summary: 'ten thousand VMs, one in ten of them slow',
    quirks: {},
    fleet: (seed) => plainFleet(10_000, { seed, mix: { prompt: 9, slow: 1 } }),
  },
  'rate-limited': {
    summary: 'ten calls a second, refused with 429 and Retry-After beyond',
    quirks: { rateLimit: { perSecond: 10, withHeaders: true, status: 429 } },
    fleet: demoFleet,
  },
  'rate-limited-silently': {
    summary: 'ten calls a second, refused with a bare 503 beyond',
    quirks: { rateLimit: { perSecond: 10, withHeaders: false, status: 503 } },
    fleet: demoFleet,
  },
  'expiring-token': {
    summary: 'tokens last 20 simulated seconds; new ones come from POST /oauth/token',
    quirks: { tokenLifetimeMs: 20_000 },
    fleet: demoFleet,
  },
  paged: { summary: 'lists come in pages of 25 with a "next"', quirks: { list: { paged: 25 } }, fleet: demoFleet },
  'wrong-total': {
    summary: 'lists claim a VM more than they hold',
    quirks: { list: { total: 'wrong' } },
    fleet: demoFleet,
  },
  'failing-project': {
    summary: 'the list of the project "staging" answers 500',
    quirks: { list: { failProjects: { staging: { answer: 500 } } } },
    fleet: demoFleet,
  },
  'foreign-states': {
    summary: 'state names that nobody has heard of: nothing may be acted on',
    quirks: { stateNames: 'foreign' },
    fleet: demoFleet,
  },
  contrary: {
    summary: 'every open question of the reference answered the other way',
    quirks: {
      startOnRunning: 500,
      shutdownOnStopped: 500,
      successStatus: 204,
      errorBody: 'html',
      continueAfterHangUp: false,
      projectIdRequired: false,
      repeatedProjectId: 'last',
      unknownProject: 404,
      idsAsStrings: true,
      stateNames: 'virsh',
      list: { lagMs: 5_000, total: 'right' },
    },
    fleet: demoFleet,
  },
};
