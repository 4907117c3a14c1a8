// How a run ended, read back from its record: the report it left, or why there is none.
// The border between what is stored as JSON and everyone who shows it.

import * as v from 'valibot';
import { actions } from '../core/action.ts';
import { results } from '../core/outcome.ts';
import type { RunRecord } from '../stores.ts';
import type { RunReport } from './report.ts';

/** In one word; of a report the verdict, or that it was stopped. */
export const endings = [
  'well',
  'trouble',
  'refused',
  /** Stopped before it was done. */
  'interrupted',
  /** Before it began. */
  'cancelled',
  'never-started',
  /** A fault ended it; its outcomes so far are kept. */
  'broke-off',
  /** Kept by another version, in words that this one does not know. */
  'unreadable',
] as const;

export type EndingWord = (typeof endings)[number];

export interface Ending {
  readonly word: EndingWord;
  /** The report without its outcomes, where there is one. */
  readonly report: Omit<RunReport, 'outcomes'> | null;
  /** Why there is no report; null where there is one. */
  readonly reason: string | null;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const reportSchema = v.object({
  run: v.object({
    name: v.string(),
    action: v.nullable(v.picklist(actions)),
    select: v.nullable(v.string()),
    dryRun: v.boolean(),
    startedAt: v.string(),
    endedAt: v.string(),
  }),
  counts: v.record(v.picklist(results), count),
  unlisted: v.array(v.object({ account: v.string(), project: v.string(), reason: v.string() })),
  matched: v.boolean(),
  allowEmpty: v.boolean(),
  interrupted: v.boolean(),
  calls: v.object({ lists: count, reads: count, actions: count }),
  verdict: v.picklist(['well', 'trouble', 'refused']),
});

const notBegunSchema = v.object({ notBegun: v.picklist(['cancelled', 'never-started']), reason: v.string() });

const errorSchema = v.object({ error: v.object({ message: v.string() }) });

/** How the run ended; null while it has not. Never throws. */
export function endingOf({ status, summary }: Pick<RunRecord, 'status' | 'summary'>): Ending | null {
  if (status !== 'ended') return null;
  if (v.is(reportSchema, summary)) {
    const { verdict, ...report } = v.parse(reportSchema, summary);
    return { word: report.interrupted ? 'interrupted' : verdict, report, reason: null };
  }
  if (v.is(notBegunSchema, summary)) return { word: summary.notBegun, report: null, reason: summary.reason };
  if (v.is(errorSchema, summary)) return { word: 'broke-off', report: null, reason: summary.error.message };
  return { word: 'unreadable', report: null, reason: 'its end was kept by another version and cannot be read' };
}
