// A file in which toy handlers note what they did: one line per effect, written before anything can be killed.
// Outlives the processes, and goes with the test.

import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Ledgers {
  /** A new, empty ledger's path. */
  open(): string;
  remove(): void;
}

/** A directory for ledgers. */
export function ledgers(): Ledgers {
  const directory = mkdtempSync(join(tmpdir(), 'power-ledger-'));
  return {
    open: () => {
      const path = join(directory, randomUUID());
      writeFileSync(path, '');
      return path;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** What was noted so far, in order. */
export function notesIn(path: string): readonly string[] {
  return readFileSync(path, 'utf8').split('\n').filter(Boolean);
}
