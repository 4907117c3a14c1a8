// A RunStore in memory, held to the same contract as the one in DynamoDB.
// For tests of everything that launches, conducts or shows runs.

import { PowerError } from '../../lib/core/errors.ts';
import type { Outcome } from '../../lib/core/outcome.ts';
import type { NewRun, RunProgress, RunRecord, RunStore } from '../../lib/ports.ts';

export class MemoryRunStore implements RunStore {
  readonly #runs = new Map<string, RunRecord>();
  readonly #outcomes = new Map<string, Map<string, Outcome>>();

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
      summary: null,
    };
    this.#runs.set(run.name, kept);
    return { isNew: true, run: kept };
  }

  async claim(name: string, at: string, deadline: string): Promise<RunRecord | null> {
    const run = this.#runs.get(name);
    if (run?.status !== 'recorded') return null;
    return this.#keep({ ...run, status: 'running', startedAt: at, deadline });
  }

  async progress(name: string, progress: RunProgress, outcomes: readonly Outcome[]): Promise<void> {
    const run = this.#claimed(name);
    this.#add(name, outcomes);
    if (run.status === 'running') this.#keep({ ...run, progress });
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

  async outcomes(name: string): Promise<readonly Outcome[]> {
    return [...(this.#outcomes.get(name)?.values() ?? [])];
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

/** As a store that writes JSON would give it back. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value) ?? 'null');
}
