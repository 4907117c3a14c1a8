// What telling people needs from the world, as types only: somebody to tell, and a memory of what was told.
// Beside ports.ts, because no run needs any of it.

import type { Notice } from './core/notice.ts';

/** How sending went. `why` is fit for a log: no address, nothing secret, nothing that a server said. */
export type Delivered = { readonly isSent: true } | { readonly isSent: false; readonly why: string };

export interface Messenger {
  /** Sends within a few seconds, or says why not. At least once: a repeat has the same id. Throws `secret`. */
  send(notice: Notice): Promise<Delivered>;
}

/** Which warning: of the instant at which VMs are stopped the first (0), or a later one, about VMs that came to that stop since. */
export interface WarningId {
  /** When the VMs are stopped, in epoch milliseconds. */
  readonly stopMs: number;
  readonly nth: number;
}

/** A scheduled stop that people are warned of. */
export interface StopWarning extends WarningId {
  /** The keys of all VMs that it is about. */
  readonly keys: readonly string[];
  /** Some of them with their names, for people. */
  readonly shown: readonly { readonly key: string; readonly name: string }[];
  /** How often its link was used. */
  readonly used: number;
}

/** A warning, and whether anybody got it. */
export interface ClaimedWarning extends Pick<StopWarning, 'nth' | 'keys'> {
  /** Sending failed, or whoever claimed it came to an end before it was sent: it may be claimed again. */
  readonly isUnsent: boolean;
}

/** Where warnings are kept. Every method throws `aws`. */
export interface StopWarnings {
  /** Those of an instant, the first one first. */
  claimed(stopMs: number): Promise<readonly ClaimedWarning[]>;
  /** For exactly one caller true; again for one caller whenever it is unsent and its link was not used. */
  claim(warning: Omit<StopWarning, 'used'>): Promise<boolean>;
  /** Notes whether it could be sent. */
  note(id: WarningId, isSent: boolean): Promise<void>;
  read(id: WarningId): Promise<StopWarning | null>;
  /** Counts one use of the link from `used` on; false when somebody else did meanwhile. */
  use(id: WarningId, used: number): Promise<boolean>;
}
