// Warnings in memory, held to the same contract as those in DynamoDB.
// Copies what it is given and gives, as a table does.

import { claimLapsesAfterMs } from '../../lib/aws/stop-warnings.ts';
import type { Clock } from '../../lib/ports.ts';
import type { ClaimedWarning, StopWarning, StopWarnings, WarningId } from '../../lib/stores.ts';

interface Kept {
  warning: StopWarning;
  sending: 'claimed' | 'sent' | 'failed';
  claimedMs: number;
}

export class MemoryStopWarnings implements StopWarnings {
  readonly #kept = new Map<string, Kept>();
  readonly #clock: Pick<Clock, 'now'>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  async claimed(stopMs: number): Promise<readonly ClaimedWarning[]> {
    const kept = [...this.#kept.values()].filter(({ warning }) => warning.stopMs === stopMs);
    return kept
      .map((one) => ({ nth: one.warning.nth, keys: [...one.warning.keys], isUnsent: this.#isUnsent(one) }))
      .toSorted((a, b) => a.nth - b.nth);
  }

  async claim(warning: Omit<StopWarning, 'used'>): Promise<boolean> {
    const found = this.#kept.get(keyOf(warning));
    if (found !== undefined && !this.#isUnsent(found)) return false;
    const kept = structuredClone({ ...warning, used: 0 });
    this.#kept.set(keyOf(warning), { warning: kept, sending: 'claimed', claimedMs: this.#clock.now() });
    return true;
  }

  async note(id: WarningId, isSent: boolean): Promise<void> {
    const found = this.#kept.get(keyOf(id));
    if (found !== undefined) found.sending = isSent ? 'sent' : 'failed';
  }

  async read(id: WarningId): Promise<StopWarning | null> {
    return structuredClone(this.#kept.get(keyOf(id))?.warning ?? null);
  }

  async use(id: WarningId, used: number): Promise<boolean> {
    const found = this.#kept.get(keyOf(id));
    if (found?.warning.used !== used) return false;
    found.warning = { ...found.warning, used: used + 1 };
    return true;
  }

  #isUnsent({ warning, sending, claimedMs }: Kept): boolean {
    const isLapsed = sending === 'claimed' && claimedMs < this.#clock.now() - claimLapsesAfterMs;
    return warning.used === 0 && (sending === 'failed' || isLapsed);
  }
}

function keyOf({ stopMs, nth }: WarningId): string {
  return `${stopMs}-${nth}`;
}
