// What the vendor's reference leaves open, as switches: each can be played both ways.
// A client is right when it is right under every setting of these.

import type { WireFault } from './answers.ts';

/** The states a simulated VM can really be in. `gone` is a VM that no longer exists. */
export type VmState = 'running' | 'off' | 'starting' | 'stopping' | 'paused' | 'crashed' | 'gone';

/** Simulated milliseconds, from and to (both included); the seed decides where between. */
export type RangeMs = readonly [from: number, to: number];

/** How many calls are let through, and how the rest is refused. */
export interface RateLimit {
  /** Calls let through in any one second of real time, as the client's own clock counts it. */
  readonly perSecond: number;
  /** Whether a refusal carries Retry-After and X-RateLimit-*. */
  readonly withHeaders: boolean;
  readonly status: 429 | 503;
}

/** What a project's list answers instead of the list. */
export interface ListFault {
  readonly answer: number | WireFault;
  /** How many times. @default always */
  readonly times?: number;
}

/** Everything about a list that is open, or can go wrong. */
export interface ListQuirks {
  /** So many VMs a page, the next page under `next` (or a `Link` header). @default null: in one piece */
  readonly paged: number | null;
  /** A `total` beside `vms`; the wrong one counts a VM too many. @default null */
  readonly total: 'right' | 'wrong' | null;
  /** A `Link: <…>; rel="next"` header: in place of `next` when paged, beside a whole list otherwise. @default false */
  readonly linkHeader: boolean;
  /** The first VM is listed a second time. @default false */
  readonly duplicateId: boolean;
  /** VMs that are missing from the first list that should have them. @default [] */
  readonly missingOnce: readonly string[];
  /** Projects whose list fails. @default {} */
  readonly failProjects: Readonly<Record<string, ListFault>>;
  /** How long every list lags behind the truth, in simulated milliseconds. @default 0 */
  readonly lagMs: number;
}

/** A whole cloud’s habits. */
export interface Quirks {
  /** The status of `start` on a VM that is not off. @default 409 */
  readonly startOnRunning: number;
  /** The status of `shutdown` and `power_off` on a VM that is off. @default 409 */
  readonly shutdownOnStopped: number;
  /** The status of an empty success. @default 200 */
  readonly successStatus: 200 | 202 | 204;
  /** The body under an error status. @default 'json' */
  readonly errorBody: 'json' | 'html' | 'empty';
  /** How long a call is held before it is answered 408 or 500. @default a minute */
  readonly holdMs: RangeMs;
  /** Whether an action goes on when its client hangs up. @default true */
  readonly continueAfterHangUp: boolean;
  /** @default null: none */
  readonly rateLimit: RateLimit | null;
  /** How long a token is accepted, in simulated milliseconds. @default null: for ever */
  readonly tokenLifetimeMs: number | null;
  /** Whether a list without `project_id` is a 400, or lists every project. @default true */
  readonly projectIdRequired: boolean;
  /** What a repeated `project_id` lists. @default 'all' */
  readonly repeatedProjectId: 'all' | 'last';
  /** What a project that has no VMs answers. @default 200: an empty list */
  readonly unknownProject: 200 | 403 | 404;
  /** Whether ids are JSON strings instead of numbers. @default false */
  readonly idsAsStrings: boolean;
  /** Whether VMs have a `tags` field, and of which shape. @default null */
  readonly tags: 'array' | 'object' | null;
  /** The names under which states are told. @default 'libvirt' */
  readonly stateNames: StateNames;
  readonly list: ListQuirks;
}

/** A choice of quirks; what is left out is the default. */
export type QuirkChoice = Partial<Omit<Quirks, 'list'>> & { readonly list?: Partial<ListQuirks> };

const stateNames = {
  libvirt: {
    running: 'running',
    off: 'shutoff',
    starting: 'starting',
    stopping: 'shutdown',
    paused: 'paused',
    crashed: 'crashed',
  },
  virsh: {
    running: 'running',
    off: 'shut off',
    starting: 'booting',
    stopping: 'in shutdown',
    paused: 'paused',
    crashed: 'crashed',
  },
  plain: {
    running: 'running',
    off: 'stopped',
    starting: 'starting',
    stopping: 'stopping',
    paused: 'paused',
    crashed: 'crashed',
  },
  capitalised: {
    running: 'Running',
    off: 'Shutoff',
    starting: 'Starting',
    stopping: 'Shutdown',
    paused: 'Paused',
    crashed: 'Crashed',
  },
  foreign: {
    running: 'active',
    off: 'inactive',
    starting: 'build',
    stopping: 'draining',
    paused: 'frozen',
    crashed: 'error',
  },
} as const;

/** A vocabulary of state names; `foreign` is one that no client can know. */
export type StateNames = keyof typeof stateNames;

/** The API's name for a state; empty for a VM that is gone. */
export function stateName(names: StateNames, state: VmState): string {
  return state === 'gone' ? '' : stateNames[names][state];
}

const defaultListQuirks: ListQuirks = {
  paged: null,
  total: null,
  linkHeader: false,
  duplicateId: false,
  missingOnce: [],
  failProjects: {},
  lagMs: 0,
};

const defaultQuirks: Omit<Quirks, 'list'> = {
  startOnRunning: 409,
  shutdownOnStopped: 409,
  successStatus: 200,
  errorBody: 'json',
  holdMs: [55_000, 65_000],
  continueAfterHangUp: true,
  rateLimit: null,
  tokenLifetimeMs: null,
  projectIdRequired: true,
  repeatedProjectId: 'all',
  unknownProject: 200,
  idsAsStrings: false,
  tags: null,
  stateNames: 'libvirt',
};

/** The quirks chosen, with all defaults filled in. */
export function fillQuirks(choice: QuirkChoice): Quirks {
  return { ...defaultQuirks, ...choice, list: { ...defaultListQuirks, ...choice.list } };
}
