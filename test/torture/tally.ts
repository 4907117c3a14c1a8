// What the torture has done and found: each fault it injected, by kind and place, and each rule that was broken.
// A sweep that injected nothing proves nothing, so what was injected is counted where it really happened.

export interface Violation {
  readonly part: string;
  /** What brings it back: the seed, and which play of the part. */
  readonly seed: string;
  readonly words: string;
}

export class Tally {
  readonly part: string;
  readonly violations: Violation[] = [];
  readonly seeds = new Set<string>();
  /** What else is worth a line of the table, by name. */
  readonly facts = new Map<string, number>();
  readonly #injected = new Map<string, number>();

  constructor(part: string) {
    this.part = part;
  }

  inject(kind: string, place: string): void {
    const key = `${kind} @ ${place}`;
    this.#injected.set(key, (this.#injected.get(key) ?? 0) + 1);
  }

  count(fact: string, by = 1): void {
    this.facts.set(fact, (this.facts.get(fact) ?? 0) + by);
  }

  violate(seed: string, ...words: readonly string[]): void {
    for (const each of words) this.violations.push({ part: this.part, seed, words: each });
  }

  get faults(): number {
    return [...this.#injected.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Pairs of a kind and a place that really met. */
  get pairs(): number {
    return this.#injected.size;
  }

  get kinds(): readonly string[] {
    return unique([...this.#injected.keys()].map((key) => key.split(' @ ')[0] ?? ''));
  }

  get places(): readonly string[] {
    return unique([...this.#injected.keys()].map((key) => key.split(' @ ')[1] ?? ''));
  }
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)].sort();
}
