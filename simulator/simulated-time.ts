// Simulated milliseconds on real timers: what the simulator means by "after a minute".
// Every timer is held here, so that closing the simulator can leave none behind.

/** Takes a timer back; harmless once it has fired. */
export type Cancel = () => void;

/** A clock of its own speed, and all the timers that hang on it. */
export class SimulatedTime {
  readonly #speed: number;
  readonly #startedAt = performance.now();
  readonly #timers = new Set<NodeJS.Timeout>();
  #isStopped = false;

  /** `speed` simulated milliseconds pass in each real one. */
  constructor(speed: number) {
    this.#speed = speed;
  }

  /** Simulated milliseconds since the start. */
  elapsedMs(): number {
    return (performance.now() - this.#startedAt) * this.#speed;
  }

  /** Calls `then` after so many simulated milliseconds, unless cancelled or stopped before. */
  after(ms: number, then: () => void): Cancel {
    if (this.#isStopped) return () => {};
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, ms / this.#speed);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  /** Resolves after so many real milliseconds; never, once stopped. */
  passReal(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms * this.#speed, resolve));
  }

  /** Clears every timer: nothing scheduled happens any more. */
  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
