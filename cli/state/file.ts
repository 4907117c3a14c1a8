// Marks and overrides in one JSON file: the terminal's memory from one command to the next where no table is configured.
// Each change reads the file, changes it, and puts a new one in its place, while a lock file keeps other commands out.

import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { systemClock } from '../../lib/clock.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { lapseOf } from '../../lib/core/schedule/lapse.ts';
import type { Clock, FleetState, KeptOverride, MarkChange, StateStore } from '../../lib/ports.ts';
import { memoryStateStore } from './memory.ts';
import { readState, writeState } from './state-json.ts';

/** A StateStore in the file, which is made with the first change. */
export function fileStateStore(path: string, clock: Clock = systemClock): StateStore {
  return new FileStateStore(path, clock);
}

const lockTries = 250;
const lockPauseMs = 20;

class FileStateStore implements StateStore {
  readonly #path: string;
  readonly #clock: Clock;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  async load(): Promise<FleetState> {
    return readState(await this.#text(), this.#path);
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

  async #change<T>(change: (store: StateStore) => Promise<T>): Promise<T> {
    const unlock = await this.#lock();
    try {
      const store = memoryStateStore(await this.load());
      const result = await change(store);
      await this.#replace(await store.load());
      return result;
    } finally {
      await unlock();
    }
  }

  async #text(): Promise<string | null> {
    try {
      return await readFile(this.#path, 'utf8');
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return null;
      throw fault(this.#path, 'cannot be read', cause);
    }
  }

  /** A rename is atomic: whoever reads meanwhile, and whoever comes after a crash, finds the old file or the new one. */
  async #replace({ marks, overrides }: FleetState): Promise<void> {
    const now = this.#clock.now();
    const remembered = overrides.filter((override) => now < lapseOf(override));
    const next = `${this.#path}.${randomUUID()}`;
    try {
      await writeFile(next, writeState({ marks, overrides: remembered }), { mode: 0o600 });
      await rename(next, this.#path);
    } catch (cause) {
      await rm(next, { force: true });
      throw fault(this.#path, 'cannot be written', cause);
    }
  }

  async #lock(): Promise<() => Promise<void>> {
    const lock = `${this.#path}.lock`;
    for (let tries = 1; ; tries += 1) {
      try {
        await (await open(lock, 'wx')).close();
        return () => rm(lock, { force: true });
      } catch (cause) {
        if (codeOf(cause) !== 'EEXIST') throw fault(lock, 'cannot be written', cause);
        if (tries === lockTries)
          throw fault(lock, 'is another command at work: wait for it, or delete the file if none is running', cause);
      }
      await this.#clock.sleep(lockPauseMs);
    }
  }
}

function fault(path: string, what: string, cause: unknown): PowerError {
  const code = codeOf(cause);
  return new PowerError('aws', `${path} ${what}${code === 'EEXIST' ? '' : ` (${code})`}`, { cause });
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'no code';
}
