// Those who sleep until an instant, for clocks that do not go by themselves: the demo's, the tests' and the benchmarks'.
// Each of those clocks only decides when to jump, and whom to wake.

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

export class Sleepers {
  readonly #asleep = new Set<Sleeper>();

  /** Resolves when it is woken, or as soon as `signal` aborts. */
  sleepUntil(due: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        this.#asleep.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { due, wake };
      this.#asleep.add(sleeper);
      signal?.addEventListener('abort', wake);
    });
  }

  /** When the first is due; null when nobody sleeps. */
  get nextDue(): number | null {
    return this.#next?.due ?? null;
  }

  /** Wakes the first: of those who are due together, who went to sleep first. When it was due; null when nobody sleeps. */
  wakeNext(): number | null {
    const next = this.#next;
    next?.wake();
    return next?.due ?? null;
  }

  wakeDue(now: number): void {
    for (const { due, wake } of [...this.#asleep]) if (due <= now) wake();
  }

  get #next(): Sleeper | undefined {
    let next: Sleeper | undefined;
    for (const sleeper of this.#asleep) if (next === undefined || sleeper.due < next.due) next = sleeper;
    return next;
  }
}
