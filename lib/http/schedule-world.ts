// What the API's routes about schedules need, as functions: the use cases and what they print stand in lib/run/schedule.
// Handed over already wired, so that the code of schedules and clouds is loaded only when a route calls it.

import type { Unlisted } from '../core/outcome.ts';
import type { MadeOverride, OverrideRequest } from '../run/schedule/overrides.ts';
import type { KeptOverride } from '../stores.ts';

export interface ShownOutlook {
  /** The object of `power plan --json`. */
  readonly json: unknown;
  readonly unlisted: readonly Unlisted[];
}

export interface ScheduleUses {
  /** The object of `power explain --json` for one VM at one instant. Throws `not-found`, `list-failed`, `request`. */
  readonly explain: (id: string, at: number) => Promise<unknown>;
  /** What is wanted of the selected VMs (null: all) in `[fromMs, toMs)`. Throws `selector`. */
  readonly outlook: (request: {
    readonly select: string | null;
    readonly fromMs: number;
    readonly toMs: number;
  }) => Promise<ShownOutlook>;
  /** Throws `request`, `selector`, `not-found` and `list-failed`, as lib/run/schedule/overrides.ts says. */
  readonly makeOverride: (request: OverrideRequest, id: string) => Promise<MadeOverride>;
  /** All that are kept, also those that ended. */
  readonly keptOverrides: () => Promise<readonly KeptOverride[]>;
  /** Those that hold now. */
  readonly listOverrides: () => Promise<readonly KeptOverride[]>;
  /** The override, cancelled now or before. Throws `not-found`. */
  readonly cancelOverride: (id: string) => Promise<KeptOverride>;
}
