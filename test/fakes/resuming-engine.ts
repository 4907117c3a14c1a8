// An engine that can be killed at any operation and taken up again, as a durable service does: its journal outlives it.
// It finds out whether a run asks for the same operations at the same places in every turn; one that does not cannot be resumed.

import { isDeepStrictEqual } from 'node:util';
import PQueue from 'p-queue';
import { PowerError } from '../../lib/core/errors.ts';
import type { Clock, Engine, Turn } from '../../lib/ports.ts';
import { forEver, MortalTurn } from './mortal-turn.ts';

export type OperationKind = 'step' | 'once' | 'wait' | 'map';

/** Where in an operation its turn can end: begun, with nothing done yet; done, and not remembered; remembered, and nobody told. */
export const moments = ['begun', 'done', 'kept'] as const;

export type Moment = (typeof moments)[number];

/** One operation that is really carried out, not read from the journal. */
export interface LiveOperation {
  readonly kind: OperationKind;
  readonly name: string;
  /** From 1, over all turns. */
  readonly nth: number;
  readonly turn: number;
}

/** Whether the turn ends here. `isAlone`: no step is being carried out, so that a service would end the process while it waits. */
export type Ends = (operation: LiveOperation & { readonly isAlone: boolean }, moment: Moment) => boolean;

interface Entry {
  readonly kind: OperationKind;
  readonly name: string;
  readonly begunAt: number;
  /** JSON; undefined as long as nothing is remembered. */
  kept?: string;
}

/** What outlives the turns of one run. */
export class Journal {
  readonly entries = new Map<string, Entry>();
  readonly names = new Set<string>();
  /** Every mistake that a real service would punish: an operation of another kind or name than before, a result that JSON changes. */
  readonly faults: string[] = [];
  /** The live operations, in order. */
  readonly operations: LiveOperation[] = [];
  turns = 0;

  /** The places that an earlier turn came to and this one did not, where it should have. */
  missed(visited: ReadonlySet<string>): string[] {
    const isInside = (place: string) =>
      [...this.entries].some(
        ([outer, { kind, kept }]) => kind === 'map' && kept !== undefined && place.startsWith(`${outer}.`),
      );
    return [...this.entries.keys()].filter((place) => !visited.has(place) && !isInside(place));
  }
}

export interface ResumingParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly turn: MortalTurn;
  readonly sends: Engine['sends'];
  readonly ends: Ends;
}

/** The engine of one turn, or of one item of its maps. */
export class ResumingEngine implements Engine {
  readonly turn: Turn;
  readonly sends: Engine['sends'];
  readonly #parts: ResumingParts;
  readonly #path: string;
  #next = 0;

  constructor(parts: ResumingParts, path = '') {
    this.#parts = parts;
    this.#path = path;
    this.turn = parts.turn;
    this.sends = parts.sends;
  }

  step<T>(name: string, fn: () => Promise<T>): Promise<T> {
    return this.#operate('step', name, fn);
  }

  once<T>(name: string, fn: () => Promise<T>): Promise<T | null> {
    return this.#operate<T | null>('once', name, fn);
  }

  wait(name: string, ms: number): Promise<void> {
    const { clock, turn } = this.#parts;
    return this.#operate('wait', name, async (begunAt) => {
      await turn.mortal(clock).sleep(begunAt + ms - clock.now());
      return null;
    }).then(() => undefined);
  }

  map<I, T>(
    name: string,
    items: readonly I[],
    fn: (item: I, index: number, engine: Engine) => Promise<T>,
    limit: number,
  ): Promise<T[]> {
    return this.#operate('map', name, (_begunAt, place) => {
      const queue = new PQueue({ concurrency: Math.max(1, limit) });
      const one = (item: I, index: number) => fn(item, index, new ResumingEngine(this.#parts, `${place}.${index}/`));
      return queue.addAll(items.map((item, index) => () => one(item, index)));
    });
  }

  // Not async itself: the place is taken at the call, as in a service that counts the operations of a context.
  #operate<T>(
    kind: OperationKind,
    name: string,
    fn: (begunAt: number, place: string) => Promise<T | null>,
  ): Promise<T> {
    const { journal, turn } = this.#parts;
    if (turn.isOver) return forEver();
    const place = `${this.#path}${this.#next}`;
    this.#next += 1;
    turn.visited.add(place);
    const before = journal.entries.get(place);
    if (before === undefined) return this.#begin(kind, name, place, fn);
    if (before.kind !== kind || before.name !== name) {
      const fault = `at ${place}, ${before.kind} ${before.name} was asked for before, and now ${kind} ${name}`;
      journal.faults.push(fault);
      return Promise.reject(new Error(fault));
    }
    return before.kept === undefined ? this.#again(place, before, fn) : this.#remembered(place, before.kept);
  }

  #begin<T>(kind: OperationKind, name: string, place: string, fn: Carried<T>): Promise<T> {
    const { journal, clock } = this.#parts;
    if (journal.names.has(`${kind} ${name}`)) journal.faults.push(`two operations are both named ${kind} ${name}`);
    journal.names.add(`${kind} ${name}`);
    const entry: Entry = { kind, name, begunAt: clock.now() };
    journal.entries.set(place, entry);
    return this.#carryOut(place, entry, fn);
  }

  #again<T>(place: string, entry: Entry, fn: Carried<T>): Promise<T> {
    return this.#carryOut(place, entry, entry.kind === 'once' ? async () => null : fn);
  }

  async #carryOut<T>(place: string, entry: Entry, fn: Carried<T>): Promise<T> {
    const { journal, turn, ends } = this.#parts;
    const { kind, name, begunAt } = entry;
    const operation = { kind, name, nth: journal.operations.length + 1, turn: turn.nth };
    journal.operations.push(operation);
    const isOver = (moment: Moment) => {
      if (!turn.isOver && ends({ ...operation, isAlone: turn.running === 0 }, moment)) turn.end();
      return turn.isOver;
    };
    if (isOver('begun')) return forEver();
    const isWork = kind === 'step' || kind === 'once';
    if (isWork) turn.running += 1;
    const result = await outcomeOf(() => fn(begunAt, place));
    if (isWork) turn.running -= 1;
    if (isOver('done')) return forEver();
    const kept = JSON.stringify(result) ?? 'null';
    if (!isDeepStrictEqual(JSON.parse(kept), result))
      journal.faults.push(`JSON changes the result of ${name}: ${kept}`);
    entry.kept = kept;
    if (isOver('kept')) return forEver();
    return opened<T>(kept);
  }

  // A remembered result is there at once or a little later, in one turn so and in another so: nothing may depend on it.
  async #remembered<T>(place: string, kept: string): Promise<T> {
    const hops = (this.#parts.turn.nth * 7 + place.length * 5 + this.#next * 3) % 6;
    for (let hop = 0; hop < hops; hop += 1) await null;
    return opened<T>(kept);
  }
}

type Carried<T> = (begunAt: number, place: string) => Promise<T | null>;

type Result = { readonly value: unknown } | { readonly fault: { readonly code: string; readonly message: string } };

async function outcomeOf(fn: () => Promise<unknown>): Promise<Result> {
  try {
    return { value: (await fn()) ?? null };
  } catch (error) {
    const code = error instanceof PowerError ? error.code : 'bug';
    return { fault: { code, message: error instanceof Error ? error.message : 'thrown' } };
  }
}

// The border of this fake: what was written as a T is read as one.
function opened<T>(kept: string): T {
  const result = JSON.parse(kept) as { value: T } | { fault: { code: PowerError['code'] | 'bug'; message: string } };
  if ('value' in result) return result.value;
  const { code, message } = result.fault;
  throw code === 'bug' ? new Error(message) : new PowerError(code, message);
}

export interface Resumption {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly sends?: Engine['sends'];
  /** How long each process may last. */
  readonly turnMs?: number;
  /** How long after its end the next one begins. */
  readonly gapMs?: number;
  readonly ends?: Ends;
}

const mostTurns = 2_000;

/** Runs `begin` in turn after turn until one of them comes to its end, and gives that end. */
export async function resume<T>(
  begin: (engine: Engine, turn: MortalTurn) => Promise<T>,
  { journal, clock, sends = { perStep: 4, stepsAtOnce: 2 }, turnMs, gapMs = 0, ends = () => false }: Resumption,
): Promise<T> {
  while (journal.turns < mostTurns) {
    journal.turns += 1;
    const turn = new MortalTurn(journal.turns, turnMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + turnMs);
    const killed = turnMs === undefined ? forEver<'over'>() : endAfter(turn, turnMs, clock);
    const engine = new ResumingEngine({ journal, clock, turn, sends, ends });
    const ended = begin(engine, turn).then((value) => ({ value }));
    const end = await Promise.race([ended, turn.over, killed]);
    if (end === 'over') {
      await clock.sleep(gapMs);
      continue;
    }
    const missed = journal.missed(turn.visited);
    if (missed.length > 0) journal.faults.push(`a replay did not ask for what an earlier turn had begun at: ${missed}`);
    turn.end();
    return end.value;
  }
  throw new Error(`the run has not ended after ${mostTurns} turns`);
}

async function endAfter(turn: MortalTurn, ms: number, clock: Clock): Promise<'over'> {
  await clock.sleep(ms);
  if (!turn.isOver) turn.end();
  return 'over';
}
