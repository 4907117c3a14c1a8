// Pages of runs and of a run's outcomes: how a query asks for one, and how the next one is named.
// Lambda answers with at most 6 MB: a page is bounded by a number, and a page of outcomes by its bytes too.

import type { Outcome } from '../core/outcome.ts';
import type { RunCursor } from '../stores.ts';
import { invalid } from './body.ts';
import { readQuery } from './query.ts';

/** How long a page is unless it is told, and at most. */
export const runsPerPage = { least: 1, byDefault: 20, most: 100 } as const;
/** With 0 outcomes, none is read: enough for whoever only follows the figures. */
export const outcomesPerPage = { least: 0, byDefault: 1_000, most: 5_000 } as const;

// The text is wrapped into JSON once more, which doubles its quotes, and the record of the run comes on top.
const mostOutcomeBytes = 3_000_000;

type Bounds = { readonly least: number; readonly byDefault: number; readonly most: number };

/** The limit and the place of a page of runs. Throws problem 400. */
export function readRunsQuery(query: URLSearchParams): { readonly limit: number; readonly before: RunCursor | null } {
  const { limit, cursor } = readQuery(query, ['limit', 'cursor']);
  return { limit: limitOf(limit, runsPerPage), before: cursor === null ? null : runCursor(cursor) };
}

/** The path of the page of runs after this place. */
export function runsPath(limit: number, { recordedAt, name }: RunCursor): string {
  return `/v1/runs?limit=${limit}&cursor=${encodeURIComponent(`${recordedAt}~${name}`)}`;
}

function runCursor(text: string): RunCursor {
  const [, recordedAt, name] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)~([\w-]{1,64})$/.exec(text) ?? [];
  if (recordedAt !== undefined && name !== undefined) return { recordedAt, name };
  throw strangeCursor();
}

/** The limit and the place of a page of outcomes. Throws problem 400. */
export function readOutcomesQuery(query: URLSearchParams): { readonly limit: number; readonly from: number } {
  const { limit, cursor } = readQuery(query, ['limit', 'cursor']);
  if (cursor !== null && !/^\d{1,9}$/.test(cursor)) throw strangeCursor();
  return { limit: limitOf(limit, outcomesPerPage), from: Number(cursor ?? 0) };
}

/**
 * The outcomes from that place on, at most `limit`, and the next place; null where there is none yet.
 *
 * A place is a number, and stays right while the run goes on: outcomes stand in the order in which their VMs first came.
 */
export function pageOfOutcomes(
  all: readonly Outcome[],
  { limit, from }: { readonly limit: number; readonly from: number },
): { readonly page: readonly Outcome[]; readonly next: number | null } {
  let bytes = 0;
  let end = from;
  while (end < all.length && end - from < limit) {
    bytes += Buffer.byteLength(JSON.stringify(all[end]));
    if (bytes > mostOutcomeBytes && end > from) break;
    end += 1;
  }
  return { page: all.slice(from, end), next: end < all.length ? end : null };
}

function limitOf(text: string | null, { least, byDefault, most }: Bounds): number {
  if (text === null) return byDefault;
  const limit = Number(text);
  if (/^\d{1,5}$/.test(text) && limit >= least && limit <= most) return limit;
  throw invalid([{ path: 'limit', message: `must be a whole number from ${least} to ${most}` }]);
}

function strangeCursor() {
  return invalid([{ path: 'cursor', message: 'is none of ours: follow the `next` of the page before' }]);
}
