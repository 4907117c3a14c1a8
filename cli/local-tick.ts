// A tick at the terminal: judged by the same code as on Lambda, and the run that it launches conducted here.
// In a dry run nothing is sent and nothing remembered: the decisions are those of the real thing all the same.

import { PowerError } from '../lib/core/errors.ts';
import { conduct } from '../lib/run/conduct.ts';
import type { RunReport } from '../lib/run/report.ts';
import { parseRecordedRequest } from '../lib/run/request.ts';
import { type TickReport, tick } from '../lib/run/schedule/tick.ts';
import type { RunWorld } from '../lib/run/world.ts';
import type { NewRun, RunRecord, StateStore } from '../lib/stores.ts';

export interface LocalTickWorld extends RunWorld {
  /** A tick older than this does nothing, unless it is a dry run. */
  readonly maxAgeMs: number;
}

export interface LocalTick {
  readonly tick: TickReport;
  /** Of the run that it launched; null where there was nothing to do. */
  readonly run: RunReport | null;
}

/** Does the tick of an instant here. Throws `request` for one in the future, `stale-event` for one that is too old, `aws`. */
export async function tickHere(at: number, isDryRun: boolean, world: LocalTickWorld): Promise<LocalTick> {
  if (!isDryRun && at > world.clock.now())
    throw new PowerError(
      'request',
      'a tick of the future would settle what has not come yet: add --dry-run to look ahead',
    );
  const ticked = await tick(at, {
    ...world,
    state: isDryRun ? readOnly(world.state) : world.state,
    maxAgeMs: isDryRun ? Number.POSITIVE_INFINITY : world.maxAgeMs,
    store: { record: async (run) => ({ isNew: true, run: recordOf(run) }) },
    // The run is conducted below, once the tick has said what it found.
    launcher: { start: async () => {} },
  });
  if (ticked.launched === null) return { tick: ticked, run: null };
  const { name, request, recordedAt } = ticked.launched.run;
  const asked = { ...parseRecordedRequest(request), dryRun: isDryRun };
  return { tick: ticked, run: await conduct({ name, request: asked, requestedAt: Date.parse(recordedAt) }, world) };
}

function readOnly(state: StateStore): StateStore {
  return {
    load: () => state.load(),
    putMarks: async () => [],
    putOverride: (override) => state.putOverride(override),
    cancelOverride: (id, at) => state.cancelOverride(id, at),
  };
}

/** Kept by nobody: the run begins and ends within this command. */
function recordOf(run: NewRun): RunRecord {
  const notYet = { startedAt: null, endedAt: null, deadline: null, progress: null, summary: null };
  return { ...run, ...notYet, status: 'recorded', cancelRequestedAt: null, cancelRequestedBy: null };
}
