// Warnings in memory, held to the same contract as those in DynamoDB.
// Copies what it is given and gives, as a table does.

import type { StopWarning, StopWarnings } from '../../lib/notify-ports.ts';

export class MemoryStopWarnings implements StopWarnings {
  readonly #kept = new Map<number, { warning: StopWarning; isFailed: boolean }>();

  async claim(warning: Omit<StopWarning, 'used'>): Promise<boolean> {
    const found = this.#kept.get(warning.stopMs);
    if (found !== undefined && !found.isFailed) return false;
    this.#kept.set(warning.stopMs, { warning: structuredClone({ ...warning, used: 0 }), isFailed: false });
    return true;
  }

  async unsent(stopMs: number): Promise<void> {
    const found = this.#kept.get(stopMs);
    if (found !== undefined) found.isFailed = true;
  }

  async read(stopMs: number): Promise<StopWarning | null> {
    return structuredClone(this.#kept.get(stopMs)?.warning ?? null);
  }

  async use(stopMs: number, used: number): Promise<boolean> {
    const found = this.#kept.get(stopMs);
    if (found?.warning.used !== used) return false;
    found.warning = { ...found.warning, used: used + 1 };
    return true;
  }
}
