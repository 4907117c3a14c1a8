// The RunStore in DynamoDB: who may start a run, how far it is, how it ended, for as long as `ttlDays`.
// Every change is one conditional write, so that two workers, two deliveries or a late report cannot overwrite each other.

import { randomUUID } from 'node:crypto';
import { PowerError } from '../core/errors.ts';
import { cancelledBeforeItBegan } from '../core/not-begun.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Clock } from '../ports.ts';
import type { NewRun, RunCursor, RunPage, RunProgress, RunRecord, RunStore } from '../stores.ts';
import { jsonAttribute } from './attribute.ts';
import { DynamoTable, type DynamoTableOptions } from './dynamo.ts';
import type { Item, Update } from './expression.ts';
import { runIndex } from './run-index.ts';
import {
  allRuns,
  cancelItem,
  cancelKey,
  indexKey,
  newRunItem,
  outcomeItems,
  outcomesPrefix,
  progressAttributes,
  readIndexItem,
  readOutcomeItem,
  readRunItem,
  runKey,
  runPartition,
  type StoredRun,
} from './run-item.ts';

export interface DynamoRunStoreOptions extends DynamoTableOptions {
  /** How long a run is kept after it was recorded, and its name recognised. @default 30 */
  readonly ttlDays?: number;
}

/** A RunStore in one DynamoDB table (partition key `pk`, sort key `sk`, TTL attribute `expiresAt`). */
export function dynamoRunStore(options: DynamoRunStoreOptions): RunStore {
  return new DynamoRunStore(options);
}

class DynamoRunStore implements RunStore {
  readonly #table: DynamoTable;
  readonly #nextMoment: () => string;
  readonly #now: () => number;
  readonly #ttlDays: number;

  constructor({ ttlDays = 30, ...options }: DynamoRunStoreOptions) {
    this.#table = new DynamoTable(options);
    this.#nextMoment = moments(options.clock);
    this.#now = () => options.clock.now();
    this.#ttlDays = ttlDays;
  }

  async record(run: NewRun): Promise<{ isNew: boolean; run: RunRecord }> {
    const doing = `record run ${run.name}`;
    const recordedBy = randomUUID();
    const item = newRunItem(run, recordedBy, this.#lapse(Date.parse(run.recordedAt)));
    if (await this.#table.putNew(item, doing)) return { isNew: true, run: readRunItem(item).run };
    const stored = await this.#load(run.name, doing);
    if (stored === null)
      throw new PowerError('aws', `could not ${doing}: its name just lapsed, send the trigger again`);
    // The SDK sends a put again when its answer got lost; the second one then meets the first.
    return { isNew: stored.recordedBy === recordedBy, run: stored.run };
  }

  async claim(name: string, at: string, deadline: string, claimant: string): Promise<RunRecord | null> {
    const doing = `claim run ${name}`;
    const set = {
      status: { S: 'running' },
      startedAt: { S: at },
      deadline: { S: deadline },
      claimedBy: { S: claimant },
    };
    const claimed = await this.#table.update(whileStatus('recorded', name, set), doing);
    if (claimed !== null) return readRunItem(claimed).run;
    // As in `record`: without this look, a lost answer would leave a run claimed by nobody.
    const stored = await this.#load(name, doing);
    return stored?.run.status === 'running' && stored.claimedBy === claimant ? stored.run : null;
  }

  async cancel(name: string, at: string, by: string): Promise<RunRecord | null> {
    const doing = `cancel run ${name}`;
    const asked = { cancelRequestedAt: { S: at }, cancelRequestedBy: { S: by } };
    const ended = { ...asked, ...endedWith(at, cancelledBeforeItBegan(by)) };
    const forgone = await this.#table.update(whileStatus('recorded', name, ended), doing);
    if (forgone !== null) return readRunItem(forgone).run;
    const run = await this.read(name, at);
    if (run?.status !== 'running') return run;
    // First what the run looks at: whoever reads that it is asked to stop may rely on it.
    await this.#table.putNew(cancelItem(name, at, by, this.#lapse(this.#now())), doing);
    const update = whileStatus('running', name, asked);
    const condition = `${update.condition} AND attribute_not_exists(#cancelRequestedAt)`;
    await this.#table.update({ ...update, condition }, doing);
    return this.read(name, at);
  }

  async isCancelled(name: string): Promise<boolean> {
    return (await this.#table.get(cancelKey(name), `read whether run ${name} is cancelled`)) !== null;
  }

  async abandon(name: string, at: string, summary: unknown): Promise<boolean> {
    const doing = `abandon run ${name}`;
    if ((await this.#table.update(whileStatus('recorded', name, endedWith(at, summary)), doing)) !== null) return true;
    const stored = await this.#load(name, doing);
    return stored?.run.status === 'ended' && stored.run.endedAt === at && stored.claimedBy === null;
  }

  async progress(name: string, progress: RunProgress, outcomes: readonly Outcome[], part?: string): Promise<void> {
    const doing = `keep the progress of run ${name}`;
    const when = this.#nextMoment();
    const { figures, moment } = progressAttributes(part);
    const update = whileStatus('running', name, { [figures]: jsonAttribute(progress), [moment]: { S: when } });
    const condition = `${update.condition} AND (attribute_not_exists(#${moment}) OR #${moment} < :${moment})`;
    const updated = await this.#table.update({ ...update, condition }, doing);
    // Overtaken by a newer figure or by the end: nothing is wrong, and the outcomes count all the same.
    if (updated === null) refuseUnlessClaimed(name, await this.#load(name, doing), doing);
    await this.#putOutcomes(name, when, outcomes);
  }

  async end(name: string, at: string, summary: unknown, outcomes: readonly Outcome[]): Promise<void> {
    const doing = `keep the end of run ${name}`;
    if (await this.#isEndedAt(name, at, doing)) return;
    // Outcomes first: whoever reads `ended` finds them all.
    await this.#putOutcomes(name, this.#nextMoment(), outcomes);
    const ended = await this.#table.update(whileStatus('running', name, endedWith(at, summary)), doing);
    if (ended !== null || (await this.#isEndedAt(name, at, doing))) return;
    throw new PowerError('aws', `could not ${doing}: it changed meanwhile`);
  }

  async read(name: string, now: string): Promise<RunRecord | null> {
    const stored = await this.#load(name, `read run ${name}`);
    return stored === null ? null : asOf(now, stored.run);
  }

  async list(now: string, limit: number, before: RunCursor | null): Promise<RunPage> {
    const doing = 'list the runs';
    const after = before === null ? undefined : indexKey(before);
    const found: RunCursor[] = [];
    // One more than asked for says whether there is a next page.
    for await (const item of this.#table.queryIndex({ ...allRuns, descending: true, limit: limit + 1, after }, doing)) {
      found.push(readIndexItem(item));
      if (found.length > limit) break;
    }
    const page = found.slice(0, limit);
    const items = await this.#table.getEach(
      page.map(({ name }) => runKey(name)),
      doing,
    );
    const runs = items.flatMap((item) => (item === null ? [] : [asOf(now, readRunItem(item).run)]));
    return { runs, next: found.length > limit ? (page.at(-1) ?? null) : null };
  }

  async unstarted(from: string, to: string): Promise<readonly RunCursor[]> {
    return this.#recordedIn(from, to, 'recorded', 'look for runs that were never started');
  }

  async unended(from: string, to: string): Promise<readonly RunCursor[]> {
    return this.#recordedIn(from, to, 'running', 'look for runs that did not end');
  }

  async takeLost(name: string, now: string): Promise<boolean> {
    const doing = `look whether run ${name} is lost`;
    const stored = await this.#load(name, doing);
    if (stored === null || stored.isLostSeen || asOf(now, stored.run).status !== 'lost') return false;
    // By an id, as in `record`: the second write after a lost answer meets the first.
    const update = whileStatus('running', name, { lostSeenBy: { S: randomUUID() } });
    const isFirst = '(attribute_not_exists(#lostSeenBy) OR #lostSeenBy = :lostSeenBy)';
    return (await this.#table.update({ ...update, condition: `${update.condition} AND ${isFirst}` }, doing)) !== null;
  }

  async outcomes(name: string): Promise<readonly Outcome[]> {
    const latest = new Map<string, Outcome>();
    const items = this.#table.query(runPartition(name), outcomesPrefix, `read the outcomes of run ${name}`);
    for await (const item of items) {
      for (const outcome of readOutcomeItem(item)) latest.set(JSON.stringify([outcome.account, outcome.vm]), outcome);
    }
    return [...latest.values()];
  }

  async #recordedIn(from: string, to: string, status: 'recorded' | 'running', doing: string): Promise<RunCursor[]> {
    const query = { ...allRuns, between: [runIndex.order, from, to], only: ['status', status] } as const;
    const found: RunCursor[] = [];
    for await (const item of this.#table.queryIndex(query, doing)) found.push(readIndexItem(item));
    return found;
  }

  async #load(name: string, doing: string): Promise<StoredRun | null> {
    const item = await this.#table.get(runKey(name), doing);
    return item === null ? null : readRunItem(item);
  }

  /** Whether the very end that is to be kept already stands there. Throws `aws` when another one does. */
  async #isEndedAt(name: string, at: string, doing: string): Promise<boolean> {
    const run = refuseUnlessClaimed(name, await this.#load(name, doing), doing);
    if (run.status !== 'ended') return false;
    if (run.endedAt === at) return true;
    throw new PowerError('aws', `could not ${doing}: it has already ended, at ${run.endedAt}`);
  }

  async #putOutcomes(name: string, when: string, outcomes: readonly Outcome[]): Promise<void> {
    const items = outcomeItems(name, when, outcomes, this.#lapse(this.#now()));
    await this.#table.putAll(items, `keep the outcomes of run ${name}`);
  }

  /** Epoch seconds after which DynamoDB may drop what was written at `from`. */
  #lapse(from: number): number {
    return Math.ceil(from / 1000) + this.#ttlDays * 86_400;
  }
}

function whileStatus(before: 'recorded' | 'running', name: string, set: Item): Update {
  return {
    key: runKey(name),
    set,
    condition: '#status = :before',
    names: ['status'],
    values: { before: { S: before } },
  };
}

function endedWith(at: string, summary: unknown): Item {
  return { status: { S: 'ended' }, endedAt: { S: at }, summary: jsonAttribute(summary) };
}

function refuseUnlessClaimed(name: string, stored: StoredRun | null, doing: string): RunRecord {
  if (stored === null) throw new PowerError('aws', `could not ${doing}: there is no run ${name} in the table`);
  if (stored.run.status === 'recorded') throw new PowerError('aws', `could not ${doing}: nobody has claimed it`);
  return stored.run;
}

function asOf(now: string, run: RunRecord): RunRecord {
  const isLost = run.status === 'running' && run.deadline !== null && Date.parse(run.deadline) < Date.parse(now);
  return isLost ? { ...run, status: 'lost' } : run;
}

/** Texts that sort in the order in which they were asked for, also when the clock stands still or steps back. */
function moments(clock: Clock): () => string {
  let last = 0;
  let count = 0;
  return () => {
    last = Math.max(last, clock.now());
    count += 1;
    const digits = `${String(last).padStart(15, '0')}-${String(count).padStart(9, '0')}`;
    // Another process may write at the same millisecond: the same key would overwrite its outcomes.
    return `${digits}-${randomUUID().slice(0, 8)}`;
  };
}
