// Seeded chance for the torture: what happens at a call depends on the seed and on which call it is, never on who came first.
// So a violation comes back with its seed, though real sockets answer in another order each time.

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

const steps = 0x3fffffff;

/** A stream of decisions; the same words give the same stream. */
export class Chance {
  readonly #random: ReturnType<typeof xoroshiro128plus>;

  constructor(...words: readonly (string | number)[]) {
    this.#random = xoroshiro128plus(hashOf(words.join('\n')));
  }

  /** From 0 up to, and without, 1. */
  share(): number {
    return uniformInt(this.#random, 0, steps) / (steps + 1);
  }

  is(share: number): boolean {
    return this.share() < share;
  }

  /** Both ends included. */
  integer(from: number, to: number): number {
    return uniformInt(this.#random, from, to);
  }

  /** Throws `RangeError` for an empty list. */
  pick<T>(list: readonly T[]): T {
    const picked = list[this.integer(0, Math.max(0, list.length - 1))];
    if (picked === undefined) throw new RangeError('there is nothing to pick from');
    return picked;
  }
}

// FNV-1a: short, and good enough to part neighbouring seeds.
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash | 0;
}
