// The file in which terminals remember together: read only when it changed, and changed by one command at a time.
// Each change reads the file, changes it, and puts a new one in its place, while a lock file keeps other commands out.

import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { PowerError } from '../../lib/core/errors.ts';
import { lapseOf } from '../../lib/core/schedule/lapse.ts';
import type { Clock } from '../../lib/ports.ts';
import { type Remembered, readState, writeState } from './state-json.ts';

const lockTries = 250;
const lockPauseMs = 20;

// A run may last longer than its leases: one that vanished too soon would look as if another run had taken the VM over.
const lapsedLeaseMs = 24 * 60 * 60_000;

const noFile = 'no file';

/** What a change makes of the file, and what it answers. */
export interface Changed<T> {
  readonly after: Remembered;
  readonly result: T;
}

/** The file at a path, which is made with the first change. Every method throws `aws` where the file is not what it should be. */
export class StateFile {
  readonly #path: string;
  readonly #clock: Clock;
  #seen: { readonly version: string; readonly remembered: Promise<Remembered> } | null = null;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** What the file holds now. Cheap while nobody changes it, for leases are asked for before every send. */
  async read(): Promise<Remembered> {
    const version = await this.#version();
    if (this.#seen?.version !== version) this.#seen = { version, remembered: this.#parse() };
    return this.#seen.remembered;
  }

  /** Makes of what the file holds what `change` does, with nobody in between. */
  async change<T>(change: (before: Remembered) => Promise<Changed<T>>): Promise<T> {
    const unlock = await this.#lock();
    try {
      const { after, result } = await change(await this.read());
      await this.#replace(after);
      return result;
    } finally {
      await unlock();
    }
  }

  /** Told before the file is read: what comes between the two is seen at the next reading. */
  async #version(): Promise<string> {
    try {
      const { ino, mtimeNs, size } = await stat(this.#path, { bigint: true });
      return `${ino} ${mtimeNs} ${size}`;
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return noFile;
      throw fault(this.#path, 'cannot be read', cause);
    }
  }

  async #parse(): Promise<Remembered> {
    try {
      return readState(await this.#text(), this.#path);
    } catch (error) {
      this.#seen = null;
      throw error;
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
  async #replace(remembered: Remembered): Promise<void> {
    const next = `${this.#path}.${randomUUID()}`;
    try {
      await writeFile(next, writeState(withoutLapsed(remembered, this.#clock.now())), { mode: 0o600 });
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

function withoutLapsed({ marks, overrides, leases }: Remembered, now: number): Remembered {
  return {
    marks,
    overrides: overrides.filter((override) => now < lapseOf(override)),
    leases: new Map([...leases].filter(([, { untilMs }]) => now < untilMs + lapsedLeaseMs)),
  };
}

function fault(path: string, what: string, cause: unknown): PowerError {
  const code = codeOf(cause);
  return new PowerError('aws', `${path} ${what}${code === 'EEXIST' ? '' : ` (${code})`}`, { cause });
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'no code';
}
