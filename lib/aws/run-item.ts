// How runs and their outcomes lie in the table: keys, JSON texts, and the check on the way back.
// Key scheme: `run#<name>` / `run`, `cancel` or `outcomes#<when>#<part>`; other prefixes: mark-item.ts, lease-item.ts.

import * as v from 'valibot';
import { actions } from '../core/action.ts';
import { type Outcome, type OutcomeCode, results } from '../core/outcome.ts';
import { powers } from '../core/vm.ts';
import type { NewRun, RunCursor, RunProgress, RunRecord, TierState } from '../stores.ts';
import { json, packedJson, packedJsonAttribute, text, unreadable } from './attribute.ts';
import type { IndexQuery, Item, Key } from './expression.ts';
import { runIndex } from './run-index.ts';

export const outcomesPrefix = 'outcomes#';

// An item may have 400 KB, and a batch of 25 has to stay below 16 MB.
const chunkBytes = 200_000;

/** The partition of one run. */
export function runPartition(name: string): string {
  return `run#${name}`;
}

export function runKey(name: string): Key {
  return { pk: runPartition(name), sk: 'run' };
}

/** Where it stands that a running run is to stop: an item of its own, for the run's may be large and is dear to read at every look. */
export function cancelKey(name: string): Key {
  return { pk: runPartition(name), sk: 'cancel' };
}

export function cancelItem(name: string, at: string, by: string, expiresAt: number): Item {
  const { pk, sk } = cancelKey(name);
  return { pk: { S: pk }, sk: { S: sk }, at: { S: at }, by: { S: by }, expiresAt: { N: String(expiresAt) } };
}

/** All runs, in the index. */
export const allRuns = { index: runIndex.name, partition: [runIndex.partition, 'run'] } as const satisfies IndexQuery;

const indexItem = v.object({ pk: v.pipe(text, v.startsWith('run#')), recordedAt: text });

/** Throws `aws` when what stands in the index is not a run as this version writes them. */
export function readIndexItem(item: Item): RunCursor {
  const parsed = v.safeParse(indexItem, item);
  if (!parsed.success) throw unreadable('run', parsed.issues);
  return { recordedAt: parsed.output.recordedAt, name: parsed.output.pk.slice('run#'.length) };
}

/** The place in the index after which a page begins. */
export function indexKey({ recordedAt, name }: RunCursor): Item {
  return { pk: { S: runPartition(name) }, [runIndex.partition]: { S: 'run' }, [runIndex.order]: { S: recordedAt } };
}

/** The item of a run just recorded; it lapses at `expiresAt` (epoch seconds). */
export function newRunItem(run: NewRun, recordedBy: string, expiresAt: number): Item {
  return {
    pk: { S: runPartition(run.name) },
    sk: { S: 'run' },
    name: { S: run.name },
    trigger: { S: run.trigger },
    request: packedJsonAttribute(run.request),
    requestHash: { S: run.requestHash },
    status: { S: 'recorded' },
    recordedAt: { S: run.recordedAt },
    recordedBy: { S: recordedBy },
    expiresAt: { N: String(expiresAt) },
  };
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const tier = v.object({
  direction: v.picklist(['up', 'down']),
  tier: v.number(),
  // As an outcome's code: a word that a newer version added is passed on as it is.
  state: v.custom<TierState>((value) => typeof value === 'string'),
  planned: count,
  sent: count,
  settled: count,
  open: count,
  waitingFor: v.nullable(v.string()),
});
const figures = v.object({ selected: count, sent: count, settled: count, tiers: v.optional(v.array(tier), []) });
const progress = v.pipe(
  v.object({ S: v.pipe(v.string(), v.parseJson(), figures) }),
  v.transform(({ S }) => S),
);

const runItem = v.object({
  name: text,
  trigger: text,
  request: packedJson,
  requestHash: text,
  status: v.pipe(text, v.picklist(['recorded', 'running', 'ended'])),
  recordedAt: text,
  startedAt: v.optional(text),
  endedAt: v.optional(text),
  deadline: v.optional(text),
  progress: v.optional(progress),
  cancelRequestedAt: v.optional(text),
  cancelRequestedBy: v.optional(text),
  summary: v.optional(json),
  recordedBy: v.optional(text),
  claimedBy: v.optional(text),
  lostSeenBy: v.optional(text),
});

/**
 * A run as it is stored, with who recorded and who claimed it: that tells a writer whose answer got lost that it did win. And whether it
 * was found lost before.
 */
export interface StoredRun {
  readonly run: RunRecord;
  readonly recordedBy: string | null;
  readonly claimedBy: string | null;
  readonly isLostSeen: boolean;
}

const partPrefix = 'progress_';

/** The attributes of a run's figures and of when they were written, or of those of one of its parts. */
export function progressAttributes(part: string | undefined): { readonly figures: string; readonly moment: string } {
  if (part === undefined) return { figures: 'progress', moment: 'progressAt' };
  // What DynamoDB takes in a placeholder: no two labels of a run differ only in what is replaced.
  const label = part.replaceAll(/[^A-Za-z0-9]/g, '_');
  return { figures: `${partPrefix}${label}`, moment: `at_${label}` };
}

// While parts go on, the run itself only waits for them; once they are back, its own figures have theirs in them.
function withParts(own: RunProgress, item: Item): RunProgress {
  const parts = Object.keys(item)
    .filter((name) => name.startsWith(partPrefix))
    .map((name) => v.safeParse(progress, item[name]))
    .flatMap((parsed) => (parsed.success ? [parsed.output] : []));
  const sent = parts.reduce((sum, part) => sum + part.sent, 0);
  const settled = parts.reduce((sum, part) => sum + part.settled, 0);
  return { ...own, sent: Math.max(own.sent, sent), settled: Math.max(own.settled, settled) };
}

/** Throws `aws` when the item is not a run as this version writes them. */
export function readRunItem(item: Item): StoredRun {
  const parsed = v.safeParse(runItem, item);
  if (!parsed.success) throw unreadable('run', parsed.issues);
  const { recordedBy = null, claimedBy = null, lostSeenBy, ...kept } = parsed.output;
  const { startedAt = null, endedAt = null, deadline = null, progress = null, summary = null, ...more } = kept;
  const { cancelRequestedAt = null, cancelRequestedBy = null, ...rest } = more;
  const cancelled = { cancelRequestedAt, cancelRequestedBy };
  const figures = progress === null ? null : withParts(progress, item);
  return {
    run: { ...rest, startedAt, endedAt, deadline, progress: figures, ...cancelled, summary },
    recordedBy,
    claimedBy,
    isLostSeen: lostSeenBy !== undefined,
  };
}

/** The outcomes as items well below DynamoDB's limit, in an order that `when` (sortable text) begins. */
export function outcomeItems(name: string, when: string, outcomes: readonly Outcome[], expiresAt: number): Item[] {
  return chunks(outcomes.map((outcome) => JSON.stringify(outcome))).map((chunk, part) => ({
    pk: { S: runPartition(name) },
    sk: { S: `${outcomesPrefix}${when}#${String(part).padStart(5, '0')}` },
    outcomes: { S: `[${chunk.join(',')}]` },
    expiresAt: { N: String(expiresAt) },
  }));
}

function chunks(texts: readonly string[]): string[][] {
  const all: string[][] = [];
  let open: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    const size = Buffer.byteLength(text) + 1;
    if (open.length === 0 || bytes + size > chunkBytes) {
      open = [];
      bytes = 0;
      all.push(open);
    }
    open.push(text);
    bytes += size;
  }
  return all;
}

const outcome = v.object({
  vm: v.string(),
  name: v.string(),
  account: v.string(),
  project: v.string(),
  action: v.nullable(v.picklist(actions)),
  result: v.picklist(results),
  reason: v.string(),
  // Written by this project only; a word that a newer version added is passed on as it is.
  code: v.custom<OutcomeCode>((value) => typeof value === 'string'),
  power: v.picklist(powers),
  attempts: count,
  durationMs: v.number(),
});

const outcomesItem = v.object({
  outcomes: v.pipe(
    v.object({ S: v.pipe(v.string(), v.parseJson(), v.array(outcome)) }),
    v.transform(({ S }) => S),
  ),
});

/** Throws `aws` when the item does not hold outcomes as this version writes them. */
export function readOutcomeItem(item: Item): readonly Outcome[] {
  const parsed = v.safeParse(outcomesItem, item);
  if (!parsed.success) throw unreadable('outcomes', parsed.issues);
  return parsed.output.outcomes;
}
