// Marks and overrides in a file: the terminal's memory from one command to the next where no table is configured.
// Made of the store in memory, which each change fills anew from the file.

import { systemClock } from '../../lib/clock.ts';
import type { Clock } from '../../lib/ports.ts';
import type { FleetState, KeptOverride, MarkChange, StateStore } from '../../lib/stores.ts';
import { memoryStateStore } from './memory.ts';
import { StateFile } from './state-file.ts';

/** A StateStore in the file, which is made with the first change. */
export function fileStateStore(path: string, clock: Clock = systemClock): StateStore {
  return new FileStateStore(new StateFile(path, clock));
}

class FileStateStore implements StateStore {
  readonly #file: StateFile;

  constructor(file: StateFile) {
    this.#file = file;
  }

  async load(): Promise<FleetState> {
    const { marks, overrides } = await this.#file.read();
    return { marks, overrides };
  }

  putMarks(changes: readonly MarkChange[]): Promise<readonly string[]> {
    return this.#change((store) => store.putMarks(changes));
  }

  putOverride(override: KeptOverride): Promise<void> {
    return this.#change((store) => store.putOverride(override));
  }

  cancelOverride(id: string, at: number): Promise<KeptOverride | null> {
    return this.#change((store) => store.cancelOverride(id, at));
  }

  #change<T>(change: (store: StateStore) => Promise<T>): Promise<T> {
    return this.#file.change(async (before) => {
      const store = memoryStateStore(before);
      const result = await change(store);
      return { after: { ...before, ...(await store.load()) }, result };
    });
  }
}
