// OpenScaler's side under attack: every behaviour, every lie at every call of every action, mixtures of all, and one bad VM of many.
// Over real sockets and through the real client; a play comes back with its seed and its number.

import { type Action, actions } from '../../lib/core/action.ts';
import { behaviourNames } from '../../simulator/behaviours.ts';
import { hostileFleet, plainFleet } from '../../simulator/fleets.ts';
import type { QuirkChoice } from '../../simulator/quirks.ts';
import type { SimulatedVmSpec } from '../../simulator/vm.ts';
import { Chance } from './chance.ts';
import type { FrontCall } from './front.ts';
import { type LieName, lieNames, lies } from './lies.ts';
import { play, type Result, type Scene } from './play.ts';
import { each } from './pool.ts';
import type { Tally } from './tally.ts';

/** Where a lie is told. */
const spots = {
  'the first list': ({ place, nth }) => place === 'list' && nth === 1,
  'the second list': ({ place, nth }) => place === 'list' && nth === 2,
  'every list after the first': ({ place, nth }) => place === 'list' && nth > 1,
  'every read': ({ place }) => place === 'read',
  'the first POST to each VM': ({ place, nth }) => place === 'action' && nth === 1,
  'the second POST to each VM': ({ place, nth }) => place === 'action' && nth === 2,
  'every POST': ({ place }) => place === 'action',
} as const satisfies Record<string, (call: FrontCall) => boolean>;

type Spot = keyof typeof spots;
const spotNames = Object.keys(spots).filter((name): name is Spot => Object.hasOwn(spots, name));

const few = ['prompt', 'slow', 'timeout-408-then-off', 'ignores-first-signal', 'vanishes', 'stale'] as const;
const isListSpot = (spot: Spot) => spot.includes('list');

interface Pairing {
  readonly lie: LieName;
  readonly spot: Spot;
}

/** Every lie at every place where it can be told. */
export const pairings: readonly Pairing[] = lieNames.flatMap((lie) =>
  spotNames.filter((spot) => isListSpot(spot) || lies[lie].listOnly !== true).map((spot) => ({ lie, spot })),
);

/** Each pairing with so many of the actions, by turns: with as many as there are, with all. */
export async function tellEveryLie(tally: Tally, seed: number, perPairing: number, sample = 1): Promise<void> {
  const chosen = pairings.filter((_, index) => index % sample === seed % sample);
  const plays = chosen.flatMap(({ lie, spot }, index) =>
    Array.from({ length: lie === 'huge-200' ? 1 : perPairing }, (_, nth) => ({
      lie,
      spot,
      action: actionAt(index + nth + seed),
    })),
  );
  const tell = async ({ lie, spot, action }: (typeof plays)[number], index: number) => {
    const matches = spots[spot];
    const choose = (call: FrontCall) => (matches(call) ? lie : null);
    const name = `${seed}: ${lie} at ${spot}, ${action}`;
    note(tally, name, await play({ seed: `${seed}-${index}`, action, fleet: smallFleet(action), choose }));
  };
  // Bodies of 70 MB hold up the whole process: few of them, and none beside another play.
  const [huge, others] = [true, false].map((isHuge) => plays.filter(({ lie }) => (lie === 'huge-200') === isHuge));
  await each(others ?? [], tell);
  for (const [index, one] of (huge ?? []).entries()) await tell(one, index);
  tally.seeds.add(String(seed));
}

function actionAt(index: number): Action {
  return actions[index % actions.length] ?? 'shutdown';
}

function smallFleet(action: Action): readonly SimulatedVmSpec[] {
  const vms = few.map((behaviour, index) => ({
    id: index + 1,
    name: `${behaviour}-${index}`,
    behaviour,
    description: '[env=dev]',
  }));
  return begun(action, [...vms, ...bystanders(100)]);
}

function bystanders(from: number): readonly SimulatedVmSpec[] {
  return [
    { id: from, name: 'protected', description: '[env=dev] [protected]' },
    { id: from + 1, name: 'prod', description: '[env=prod]' },
    { id: from + 2, name: 'untagged' },
    { id: from + 3, name: 'env=dev', description: 'env=dev' },
  ];
}

/** `start` finds them off. */
function begun(action: Action, fleet: readonly SimulatedVmSpec[]): readonly SimulatedVmSpec[] {
  if (action !== 'start') return fleet;
  const others = new Set(['booting', 'stopping-now', 'off', 'paused']);
  return fleet.map((spec) => (others.has(spec.behaviour ?? '') ? spec : { ...spec, state: 'off' }));
}

/** All behaviours, for every action, under random quirks and lies at `share` of the calls. */
export async function mix(tally: Tally, seed: number, share: number, perBehaviour = 1): Promise<void> {
  await each(actions, async (action) => {
    const chance = new Chance(seed, 'mixture', action, share);
    const fleet = begun(action, [
      ...hostileFleet({ perBehaviour, env: 'dev shutdown="escalate=power_off"' }),
      ...bystanders(1),
    ]);
    const quirks = quirksBy(chance);
    const choose = (call: FrontCall) =>
      lieBy(new Chance(seed, action, call.place, call.vm ?? '', call.nth), call, share);
    const isGuarded = action !== 'start' && chance.is(0.2);
    const scene: Scene = {
      seed: `${seed}-${action}`,
      action,
      fleet,
      quirks,
      choose,
      isGuarded,
      policy: { allowEscalation: chance.is(0.5), ...(isGuarded ? { guard: { maxVms: 3, maxShare: 1 } } : {}) },
    };
    const result = await play(scene);
    for (const behaviour of behaviourNames) tally.inject(behaviour, action);
    note(tally, `${seed}: mixture of ${share}, ${action}`, result);
  });
  tally.seeds.add(String(seed));
}

function lieBy(chance: Chance, { place }: FrontCall, share: number): LieName | null {
  if (!chance.is(share)) return null;
  // Bodies of 70 MB are for the sweep, one at a time.
  return chance.pick(lieNames.filter((lie) => lie !== 'huge-200' && (place === 'list' || lies[lie].listOnly !== true)));
}

function quirksBy(chance: Chance): QuirkChoice {
  return {
    startOnRunning: chance.pick([409, 500, 200]),
    shutdownOnStopped: chance.pick([409, 500, 200]),
    successStatus: chance.pick([200, 202, 204]),
    errorBody: chance.pick(['json', 'html', 'empty']),
    continueAfterHangUp: chance.is(0.7),
    idsAsStrings: chance.is(0.3),
    stateNames: chance.pick(['libvirt', 'virsh', 'plain']),
    rateLimit: chance.is(0.2) ? { perSecond: 200, withHeaders: false, status: chance.pick([429, 503]) } : null,
    list: { lagMs: chance.pick([0, 0, 5_000]), total: chance.pick([null, 'right']) },
  };
}

/** What is wrong with one VM of many. */
const poisons = {
  'its state is a number': (entry: Record<string, unknown>) => ({ ...entry, state: 7 }),
  'its description is a megabyte of brackets': (entry: Record<string, unknown>) => ({
    ...entry,
    description: `[env=dev${'['.repeat(1_000_000)}`,
  }),
  'its name is an object': (entry: Record<string, unknown>) => ({ ...entry, name: { toString: null } }),
} as const;

/** `count` VMs, of which one is poisoned: all others are served, and it is left alone and named. */
export async function poisonOne(tally: Tally, seed: number, count: number): Promise<void> {
  const action = 'shutdown';
  for (const [poison, bendOne] of Object.entries(poisons)) {
    const victim = new Chance(seed, poison).integer(1, count);
    const bend = (list: string) => {
      // The border: our own simulator's list.
      const { vms } = JSON.parse(list) as { vms: Record<string, unknown>[] };
      return JSON.stringify({ vms: vms.map((entry) => (entry.id === victim ? bendOne(entry) : entry)) });
    };
    // Ten thousand are slow on a busy machine, and that is not what is on trial.
    const timeouts = { readMs: 60_000, actionMs: 60_000 };
    const patience = { patienceMs: 180_000, resendAfterMs: 90_000, resends: 1 };
    const policy = { timeouts, shutdown: patience, settle: { everyMs: 500, atMostMs: 2_000 } };
    const result = await play({
      seed: `${seed}-poison`,
      action,
      fleet: plainFleet(count, { seed }),
      bend,
      policy,
      mostMs: 300_000,
    });
    const name = `${seed}: one VM of ${count}, ${poison}`;
    note(tally, name, { ...result, violations: result.violations.filter((words) => !words.includes(`VM ${victim} `)) });
    tally.inject(poison, `one VM of ${count}`);
    const own = result.outcomes.filter(({ vm }) => vm === String(victim));
    const others = result.outcomes.filter(({ vm, result: end }) => vm !== String(victim) && end === 'succeeded');
    if (others.length !== count - 1) tally.violate(name, `rule 5: only ${others.length} others were shut down`);
    if (own.some(({ result: end }) => end !== 'skipped') || own.length !== 1)
      tally.violate(name, `rule 6: the poisoned VM's outcomes are ${JSON.stringify(own)}`);
  }
  tally.seeds.add(String(seed));
}

function note(tally: Tally, name: string, { violations, told, outcomes, calls }: Result): void {
  tally.count('plays');
  tally.count('calls', calls);
  tally.count('outcomes judged', outcomes.length);
  for (const { lie, place } of told) tally.inject(lie, place);
  tally.violate(name, ...violations);
}
