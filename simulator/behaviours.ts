// How each kind of simulated VM takes an action, and how the answer travels back: one table.
// A behaviour holds for start as well as shutdown; durations are simulated and drawn from the VM's own seed.

import type { WireFault } from './answers.ts';
import type { RangeMs, VmState } from './quirks.ts';

/** What the API can be asked to do; the simulator's own list, so that it can catch a client with a wrong one. */
export const knownActions = ['start', 'shutdown', 'power_off', 'reboot', 'reset'] as const;

/** An action as the API spells it. */
export type KnownAction = (typeof knownActions)[number];

/** An answer given at the door, before the VM hears of the action; the seed picks among several statuses. */
export type DoorAnswer = WireFault | { readonly statuses: readonly number[] };

/** How a VM takes actions and how it answers; the table below has one for each name. */
export interface Behaviour {
  readonly initial: VmState;
  /** From a signal to its effect. */
  readonly effectMs: RangeMs;
  /** From an initial `starting` or `stopping` to its end. */
  readonly settleMs: RangeMs;
  /** Whether the state tells that the VM is on its way, or stays the old one until the effect (as libvirt's does). */
  readonly showsTransition: boolean;
  readonly ignores: readonly KnownAction[];
  /** As `ignores`, for the first signal of a kind since the power last changed. */
  readonly ignoresFirst: boolean;
  /** `when-done`: held until the effect, or until the hold is over and one of `timeoutStatuses` is answered. */
  readonly answers: 'when-done' | 'at-once';
  readonly timeoutStatuses: readonly number[];
  readonly door: DoorAnswer | null;
  /** How many actions meet the door answer; later ones pass. */
  readonly doorTimes: number;
  /** What replaces a success on its way back. */
  readonly success: WireFault | null;
  /** How long the list shows the old state after a change; null: as the quirks say. */
  readonly lagMs: RangeMs | null;
  /** Which of its listings, counted from 1, the VM is missing from. */
  readonly missingFromListing: number | null;
  /** After which of its listings it ceases to exist. */
  readonly goneAfterListing: number | null;
}

const prompt: Behaviour = {
  initial: 'running',
  effectMs: [1_000, 4_000],
  settleMs: [10_000, 25_000],
  showsTransition: true,
  ignores: [],
  ignoresFirst: false,
  answers: 'when-done',
  timeoutStatuses: [408, 500],
  door: null,
  doorTimes: Number.POSITIVE_INFINITY,
  success: null,
  lagMs: null,
  missingFromListing: null,
  goneAfterListing: null,
};

const pastTheHold: RangeMs = [70_000, 110_000];

const table = {
  /** Does it within seconds and says so. */
  prompt,
  /** Does it within the hold: a late success. */
  slow: { ...prompt, effectMs: [15_000, 40_000] },
  /** Answers 408 although it is on its way. */
  'timeout-408-then-off': { ...prompt, effectMs: pastTheHold, timeoutStatuses: [408] },
  /** Answers 500, shows no sign of moving, and moves. */
  'timeout-500-then-off': { ...prompt, effectMs: pastTheHold, timeoutStatuses: [500], showsTransition: false },
  /** The guest never heeds a shutdown or reboot; only power_off helps. */
  'ignores-signal': { ...prompt, ignores: ['shutdown', 'reboot'] },
  /** Needs to be told twice. */
  'ignores-first-signal': { ...prompt, ignoresFirst: true },
  /** Starting now; any VM loses a shutdown signal while it boots. */
  booting: { ...prompt, initial: 'starting' },
  'stopping-now': { ...prompt, initial: 'stopping' },
  off: { ...prompt, initial: 'off' },
  paused: { ...prompt, initial: 'paused' },
  /** Listed once, then deleted. */
  gone: { ...prompt, goneAfterListing: 1 },
  /** A 4xx to everything. */
  refuses: { ...prompt, door: { statuses: [403, 409] } },
  /** Takes the call, does nothing, never answers. */
  hangs: { ...prompt, door: 'never' },
  'hangs-after-effect': { ...prompt, success: 'never' },
  /** The connection dies before the VM hears of it. */
  'cuts-before': { ...prompt, door: 'cut' },
  'cuts-after': { ...prompt, success: 'cut' },
  /** Says 200, then a byte at a time, for long. */
  drips: { ...prompt, success: 'drip' },
  /** Sends the client, and its token, elsewhere. */
  redirects: { ...prompt, door: 'redirect' },
  'bad-json': { ...prompt, success: 'bad-json' },
  /** A gateway's HTML page under 502, over an action that went through. */
  'html-error': { ...prompt, success: 'html' },
  'huge-body': { ...prompt, success: 'huge' },
  'server-error-once': { ...prompt, door: { statuses: [503] }, doorTimes: 1 },
  /** Says 200 and never does it. */
  'accepted-but-nothing': {
    ...prompt,
    answers: 'at-once',
    ignores: ['start', 'shutdown', 'power_off', 'reboot', 'reset'],
  },
  'accepted-late': { ...prompt, answers: 'at-once', effectMs: [30_000, 60_000], showsTransition: false },
  /** Prompt, but the list shows the old state for a while. */
  stale: { ...prompt, lagMs: [15_000, 25_000] },
  /** Missing from its second list only; there when asked for by id. */
  vanishes: { ...prompt, missingFromListing: 2 },
} as const satisfies Record<string, Behaviour>;

/** The name of a row of the table. */
export type BehaviourName = keyof typeof table;

/** What each name means. */
export const behaviours: Readonly<Record<BehaviourName, Behaviour>> = table;

/** Every behaviour there is, in the table's order. */
export const behaviourNames: readonly BehaviourName[] = Object.keys(table).filter(isBehaviourName);

function isBehaviourName(name: string): name is BehaviourName {
  return Object.hasOwn(table, name);
}
