// What `npm run bench` is made of: each part measures one thing, and says it in tables and in JSON.
// A part knows what it aims at and names what it missed; only the command prints, writes and exits.

import type { PacePolicy } from '../lib/core/policy.ts';
import type { Sheet } from './table.ts';

export interface PartOptions {
  /** Smaller fleets and fewer repeats: the whole benchmark within about a minute. */
  readonly isQuick: boolean;
  readonly pace: PacePolicy;
  /** The file of the price table. */
  readonly prices: string | URL;
  /** Says what is under way, for whoever waits. */
  readonly tell: (progress: string) => void;
}

export interface Measured {
  /** Everything that was measured, for the JSON. */
  readonly figures: unknown;
  readonly sheets: readonly Sheet[];
  /** One sentence per aim that was missed. */
  readonly misses: readonly string[];
}

export interface Part {
  readonly name: string;
  /** One line for `--help`. */
  readonly what: string;
  measure(options: PartOptions): Promise<Measured>;
}
