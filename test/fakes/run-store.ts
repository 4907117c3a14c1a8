// A RunStore in memory, held to the same contract as the one in DynamoDB.
// For tests of everything that launches, conducts or shows runs.

import { PowerError } from '../../lib/core/errors.ts';
import { cancelledBeforeItBegan } from '../../lib/core/not-begun.ts';
import type { Outcome } from '../../lib/core/outcome.ts';
import type { NewRun, RunCursor, RunPage, RunProgress, RunRecord, RunStore } from '../../lib/stores.ts';

export class MemoryRunStore implements RunStore {
  readonly #runs = new Map<string, RunRecord>();
  readonly #outcomes = new Map<string, Map<string, Outcome>>();
  readonly #claimants = new Map<string, string>();
  readonly #lostSeen = new Set<string>();
  readonly #figures = new Map<string, { own: RunProgress | null; readonly parts: Map<string, RunProgress> }>();

  async record(run: NewRun): Promise<{ isNew: boolean; run: RunRecord }> {
    const first = this.#runs.get(run.name);
    if (first !== undefined) return { isNew: false, run: first };
    const kept: RunRecord = {
      ...run,
      request: asJson(run.request),
      status: 'recorded',
      startedAt: null,
      endedAt: null,
      deadline: null,
      progress: null,
      cancelRequestedAt: null,
      cancelRequestedBy: null,
      summary: null,
    };
    this.#runs.set(run.name, kept);
    return { isNew: true, run: kept };
  }

  async claim(name: string, at: string, deadline: string, claimant: string): Promise<RunRecord | null> {
    const run = this.#runs.get(name);
    if (run?.status === 'running' && this.#claimants.get(name) === claimant) return run;
    if (run?.status !== 'recorded') return null;
    this.#claimants.set(name, claimant);
    return this.#keep({ ...run, status: 'running', startedAt: at, deadline });
  }

  async cancel(name: string, at: string, by: string): Promise<RunRecord | null> {
    const run = await this.read(name, at);
    const asked = { cancelRequestedAt: at, cancelRequestedBy: by };
    if (run?.status === 'recorded') {
      return this.#keep({ ...run, ...asked, status: 'ended', endedAt: at, summary: cancelledBeforeItBegan(by) });
    }
    if (run?.status !== 'running' || run.cancelRequestedAt !== null) return run;
    return this.#keep({ ...run, ...asked });
  }

  async isCancelled(name: string): Promise<boolean> {
    const run = this.#runs.get(name);
    return run !== undefined && run.cancelRequestedAt !== null;
  }

  async abandon(name: string, at: string, summary: unknown): Promise<boolean> {
    const run = this.#runs.get(name);
    if (run?.status !== 'recorded') return false;
    this.#keep({ ...run, status: 'ended', endedAt: at, summary: asJson(summary) });
    return true;
  }

  async progress(name: string, progress: RunProgress, outcomes: readonly Outcome[], part?: string): Promise<void> {
    const run = this.#claimed(name);
    this.#add(name, outcomes);
    if (run.status !== 'running') return;
    const figures = this.#figures.get(name) ?? { own: null, parts: new Map() };
    this.#figures.set(name, figures);
    if (part === undefined) figures.own = progress;
    else figures.parts.set(part, progress);
    if (figures.own !== null) this.#keep({ ...run, progress: withParts(figures.own, [...figures.parts.values()]) });
  }

  async end(name: string, at: string, summary: unknown, outcomes: readonly Outcome[]): Promise<void> {
    const run = this.#claimed(name);
    if (run.status === 'ended' && run.endedAt === at) return;
    if (run.status === 'ended') throw new PowerError('aws', `run ${name} has already ended`);
    this.#add(name, outcomes);
    this.#keep({ ...run, status: 'ended', endedAt: at, summary: asJson(summary) });
  }

  async read(name: string, now: string): Promise<RunRecord | null> {
    const run = this.#runs.get(name);
    if (run === undefined) return null;
    const isLost = run.status === 'running' && run.deadline !== null && run.deadline < now;
    return isLost ? { ...run, status: 'lost' } : run;
  }

  async list(now: string, limit: number, before: RunCursor | null): Promise<RunPage> {
    const all = [...this.#runs.values()].toSorted(newestFirst);
    const rest = before === null ? all : all.filter((run) => newestFirst(before, run) < 0);
    const page = rest.slice(0, limit);
    const runs = await Promise.all(page.map(({ name }) => this.read(name, now)));
    const last = page.at(-1);
    const next = rest.length > limit && last ? { recordedAt: last.recordedAt, name: last.name } : null;
    return { runs: runs.filter((run) => run !== null), next };
  }

  async unstarted(from: string, to: string): Promise<readonly RunCursor[]> {
    return this.#recordedIn(from, to, 'recorded');
  }

  async unended(from: string, to: string): Promise<readonly RunCursor[]> {
    return this.#recordedIn(from, to, 'running');
  }

  async takeLost(name: string, now: string): Promise<boolean> {
    const run = await this.read(name, now);
    if (this.#lostSeen.has(name) || run?.status !== 'lost') return false;
    this.#lostSeen.add(name);
    return true;
  }

  async outcomes(name: string): Promise<readonly Outcome[]> {
    return [...(this.#outcomes.get(name)?.values() ?? [])];
  }

  #recordedIn(from: string, to: string, only: 'recorded' | 'running'): RunCursor[] {
    return [...this.#runs.values()]
      .filter(({ status, recordedAt }) => status === only && from <= recordedAt && recordedAt <= to)
      .map(({ recordedAt, name }) => ({ recordedAt, name }))
      .toSorted((one, other) => newestFirst(other, one));
  }

  #claimed(name: string): RunRecord {
    const run = this.#runs.get(name);
    if (run === undefined || run.status === 'recorded') throw new PowerError('aws', `run ${name} is not running`);
    return run;
  }

  #keep(run: RunRecord): RunRecord {
    this.#runs.set(run.name, run);
    return run;
  }

  #add(name: string, outcomes: readonly Outcome[]): void {
    const kept = this.#outcomes.get(name) ?? new Map<string, Outcome>();
    for (const outcome of outcomes) kept.set(`${outcome.account}/${outcome.vm}`, outcome);
    this.#outcomes.set(name, kept);
  }
}

function newestFirst(one: RunCursor, other: RunCursor): number {
  if (one.recordedAt !== other.recordedAt) return one.recordedAt < other.recordedAt ? 1 : -1;
  return other.name < one.name ? -1 : Number(one.name < other.name);
}

function withParts(own: RunProgress, parts: readonly RunProgress[]): RunProgress {
  const total = { sent: 0, settled: 0 };
  for (const { sent, settled } of parts) {
    total.sent += sent;
    total.settled += settled;
  }
  return { ...own, sent: Math.max(own.sent, total.sent), settled: Math.max(own.settled, total.settled) };
}

/** As a store that writes JSON would give it back. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value) ?? 'null');
}
