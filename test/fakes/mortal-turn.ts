// A process that can be ended at any moment: whatever it began then goes on without it, and it learns of nothing any more.
// Apart from the engine that is resumed, for a handler has a process too, and nobody takes that up again.

import type { Turn } from '../../lib/ports.ts';

/** Never settles: what a dead process waits for. */
export function forEver<T>(): Promise<T> {
  return new Promise(() => undefined);
}

/** One process: alive until it is ended, and after that nothing it began goes on. */
export class MortalTurn implements Turn {
  readonly id: string;
  readonly nth: number;
  readonly endsAt: number;
  readonly over: Promise<'over'>;
  readonly visited = new Set<string>();
  running = 0;
  isOver = false;
  #end: (how: 'over') => void = () => undefined;

  constructor(nth: number, endsAt: number) {
    this.nth = nth;
    this.id = `turn-${nth}`;
    this.endsAt = endsAt;
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  end(): void {
    this.isOver = true;
    this.#end('over');
  }

  /** The same port, as long as this turn is alive. What has left by then takes its effect, and nobody learns of it. */
  mortal<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          if (this.isOver) return forEver();
          const result: unknown = Reflect.apply(value, target, given);
          return result instanceof Promise ? this.#unlessOver(result) : result;
        };
      },
    });
  }

  async #unlessOver<T>(promise: Promise<T>): Promise<T> {
    try {
      const value = await promise;
      return this.isOver ? await forEver<T>() : value;
    } catch (error) {
      if (this.isOver) return forEver();
      throw error;
    }
  }
}
