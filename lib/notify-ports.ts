// What telling people needs from the world, as types only: somebody to tell, and a memory of what was told.
// Beside ports.ts, because no run needs any of it.

import type { Notice } from './core/notice.ts';

/** How sending went. `why` is fit for a log: no address, nothing secret, nothing that a server said. */
export type Delivered = { readonly isSent: true } | { readonly isSent: false; readonly why: string };

export interface Messenger {
  /** Sends within a few seconds, or says why not. At least once: a repeat has the same id. Throws `secret`. */
  send(notice: Notice): Promise<Delivered>;
}

/** A scheduled stop that people are warned of: one for each instant at which VMs are stopped. */
export interface StopWarning {
  /** When the VMs are stopped, in epoch milliseconds. */
  readonly stopMs: number;
  /** The keys of all VMs that it is about. */
  readonly keys: readonly string[];
  /** Some of them with their names, for people. */
  readonly shown: readonly { readonly key: string; readonly name: string }[];
  /** How often its link was used. */
  readonly used: number;
}

/** Where warnings are kept. Every method throws `aws`. */
export interface StopWarnings {
  /** For exactly one caller per instant true; again for one caller each time that sending failed. */
  claim(warning: Omit<StopWarning, 'used'>): Promise<boolean>;
  /** Gives it back: it could not be sent. */
  unsent(stopMs: number): Promise<void>;
  read(stopMs: number): Promise<StopWarning | null>;
  /** Counts one use of the link from `used` on; false when somebody else did meanwhile. */
  use(stopMs: number, used: number): Promise<boolean>;
}
