// The pursuits of one settlement that have no outcome yet, and the outcomes of those that had one.
// The one place where a pursuit changes, so that each outcome is told once.

import type { Outcome } from '../core/outcome.ts';
import type { Pursuit } from '../core/pursuit.ts';
import { vmKey } from '../core/vm.ts';
import type { RunEvent } from '../ports.ts';

export class OpenPursuits {
  readonly outcomes: Outcome[] = [];
  readonly #open: Map<string, Pursuit>;
  readonly #tell: ((event: RunEvent) => void) | undefined;

  constructor(pursuits: readonly Pursuit[], tell: ((event: RunEvent) => void) | undefined) {
    this.#open = new Map(pursuits.map((pursuit) => [vmKey(pursuit.vm), pursuit]));
    this.#tell = tell;
  }

  get size(): number {
    return this.#open.size;
  }

  get all(): readonly Pursuit[] {
    return [...this.#open.values()];
  }

  get keys(): readonly string[] {
    return [...this.#open.keys()];
  }

  get(key: string): Pursuit | undefined {
    return this.#open.get(key);
  }

  /** Changes the pursuit with this key, if it is still open. */
  update(key: string, change: (pursuit: Pursuit) => Pursuit): void {
    const before = this.#open.get(key);
    if (before === undefined) return;
    const after = change(before);
    this.#open.set(key, after);
    if (after.outcome === null) return;
    this.#open.delete(key);
    this.outcomes.push(after.outcome);
    this.#tell?.({ kind: 'settled', outcome: after.outcome });
  }

  updateAll(change: (pursuit: Pursuit) => Pursuit): void {
    for (const key of this.keys) this.update(key, change);
  }
}
