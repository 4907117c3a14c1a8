// A run as a line of a list: what it was to do, how far it is, how it ended; its request's ids and its outcomes left out.
// Shared by the HTTP API and the terminal, so that both list the same.

import * as v from 'valibot';
import { type Action, actions } from '../core/action.ts';
import type { Counts } from '../core/outcome.ts';
import type { RunProgress, RunRecord, RunStatus } from '../stores.ts';
import { type EndingWord, endingOf } from './ending.ts';

export interface RunLine {
  readonly name: string;
  readonly trigger: string;
  readonly status: RunStatus;
  /** Null for a tick's run. */
  readonly action: Action | null;
  /** Null when its VMs were named by id. */
  readonly select: string | null;
  readonly recordedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly cancelRequestedAt: string | null;
  readonly progress: RunProgress | null;
  /** Null while it has not ended. */
  readonly ending: EndingWord | null;
  /** Of its report; null where there is none. */
  readonly counts: Counts | null;
}

const requestSchema = v.object({ action: v.nullable(v.picklist(actions)), select: v.nullable(v.string()) });

export function lineOf(run: RunRecord): RunLine {
  const { name, trigger, status, recordedAt, startedAt, endedAt, cancelRequestedAt, progress } = run;
  const asked = v.safeParse(requestSchema, run.request);
  const { action, select } = asked.success ? asked.output : { action: null, select: null };
  const ending = endingOf(run);
  return {
    name,
    trigger,
    status,
    action,
    select,
    recordedAt,
    startedAt,
    endedAt,
    cancelRequestedAt,
    progress,
    ending: ending?.word ?? null,
    counts: ending?.report?.counts ?? null,
  };
}
