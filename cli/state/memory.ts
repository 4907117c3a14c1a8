// Marks and overrides in memory: for the simulator, the demo and tests, where nothing has to outlast the process.
// Held to the same contract as the store in DynamoDB; the store in a file is made of it.

import { PowerError } from '../../lib/core/errors.ts';
import { isSameMark, type Mark } from '../../lib/core/schedule/mark.ts';
import type { FleetState, KeptOverride, MarkChange, StateStore } from '../../lib/stores.ts';

/** A StateStore that begins with `state` and forgets all when the process ends. */
export function memoryStateStore(state: FleetState = { marks: new Map(), overrides: [] }): StateStore {
  return new MemoryStateStore(state);
}

class MemoryStateStore implements StateStore {
  readonly #marks: Map<string, Mark>;
  readonly #overrides: Map<string, KeptOverride>;

  constructor({ marks, overrides }: FleetState) {
    this.#marks = new Map(marks);
    this.#overrides = new Map(overrides.map((override) => [override.id, override]));
  }

  async load(): Promise<FleetState> {
    return { marks: new Map(this.#marks), overrides: [...this.#overrides.values()] };
  }

  async putMarks(changes: readonly MarkChange[]): Promise<readonly string[]> {
    const missed: string[] = [];
    for (const { key, from, to } of changes) {
      if (isSameMark(this.#marks.get(key) ?? null, from)) this.#marks.set(key, to);
      else missed.push(key);
    }
    return missed;
  }

  async putOverride(override: KeptOverride): Promise<void> {
    if (this.#overrides.has(override.id))
      throw new PowerError('aws', `could not keep override ${override.id}: there already is one of that id`);
    this.#overrides.set(override.id, override);
  }

  async cancelOverride(id: string, at: number): Promise<KeptOverride | null> {
    const found = this.#overrides.get(id);
    if (found === undefined) return null;
    const cancelled = { ...found, cancelledMs: found.cancelledMs ?? at };
    this.#overrides.set(id, cancelled);
    return cancelled;
  }
}
