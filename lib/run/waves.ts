// The waves of one account that are on their way, and what of them has come back.
// Apart from settle.ts, which only learns of it through a step: a resumed run has to learn the same at the same place.

import PQueue from 'p-queue';
import type { Pursuit } from '../core/pursuit.ts';
import { type Chunk, type JournalEntry, type Present, type SendWorld, sendWave, type Turnstile } from './send.ts';
import { whenAborted } from './stopping.ts';

export class Waves {
  readonly #world: SendWorld;
  readonly #turnstile: Turnstile;
  readonly #live = Promise.withResolvers<void>();
  readonly #chunks = new Map<string, Chunk['entries']>();
  readonly #back = new Set<string>();
  readonly #halt = new AbortController();
  #all: Promise<unknown> = Promise.resolve();
  #sending = 0;

  constructor(world: SendWorld & { readonly inFlight: number }) {
    const stop = world.stop === undefined ? this.#halt.signal : AbortSignal.any([world.stop, this.#halt.signal]);
    this.#world = { ...world, stop };
    const gate = new PQueue({ concurrency: world.inFlight });
    this.#turnstile = { gate, isLive: this.#live.promise, stopped: whenAborted(stop) };
  }

  /** How many VMs are on their way, as far as was taken. */
  get sending(): number {
    return this.#sending;
  }

  /** Resolves when nothing is on its way any more. */
  get allBack(): Promise<unknown> {
    return this.#all;
  }

  start(name: string, wave: readonly Pursuit[], present: Present): void {
    const { chunks, back } = sendWave(name, wave, present, this.#turnstile, this.#world);
    this.#sending += wave.length;
    for (const { id, entries } of chunks) {
      this.#chunks.set(id, entries);
      void entries.then(() => this.#back.add(id));
    }
    this.#all = Promise.all([this.#all, back]);
  }

  /** From now on this process does what no other did before: what was begun may leave. */
  goLive(): void {
    this.#live.resolve();
  }

  /** The chunks that are back and were not taken yet. */
  back(): string[] {
    return [...this.#back];
  }

  /** What came of these chunks, each of which was back once. */
  async take(ids: readonly string[]): Promise<readonly JournalEntry[]> {
    const entries = await Promise.all(ids.map((id) => this.#chunks.get(id) ?? []));
    for (const id of ids) {
      this.#chunks.delete(id);
      this.#back.delete(id);
    }
    const taken = entries.flat();
    this.#sending -= taken.length;
    return taken;
  }

  /** From now on nothing more leaves. */
  halt(): void {
    this.#halt.abort();
  }
}
