// Counts the API calls of a run over all its turns: each process knows only its own.
// What a process called after its last remembered step is lost with it, so the sum is a lower bound after a crash.

import type { Turn, VmCloud } from '../ports.ts';
import type { FleetAccount } from './world.ts';

export type Calls = VmCloud['calls'];

/** What one turn has called so far. */
export interface TurnCalls {
  readonly turn: string;
  readonly calls: Calls;
}

export class CallCount {
  readonly #accounts: readonly FleetAccount[];
  readonly #before: Calls;
  readonly #turns = new Map<string, Calls>();

  constructor(accounts: readonly FleetAccount[]) {
    this.#accounts = accounts;
    this.#before = sum(accounts.map(({ cloud }) => cloud.calls));
  }

  /** What the present turn has called so far: for a step's result. */
  now({ id }: Turn): TurnCalls {
    const after = sum(this.#accounts.map(({ cloud }) => cloud.calls));
    const { lists, reads, actions } = this.#before;
    const calls = { lists: after.lists - lists, reads: after.reads - reads, actions: after.actions - actions };
    return { turn: id, calls };
  }

  /** Notes a step's result; of each turn the most counts, for accounts side by side are replayed in another order. */
  note({ turn, calls }: TurnCalls): void {
    this.#turns.set(turn, most(calls, this.#turns.get(turn) ?? calls));
  }

  /** All turns so far. */
  get turns(): readonly TurnCalls[] {
    return [...this.#turns].map(([turn, calls]) => ({ turn, calls }));
  }

  get total(): Calls {
    return sum([...this.#turns.values()]);
  }
}

function most(one: Calls, other: Calls): Calls {
  return {
    lists: Math.max(one.lists, other.lists),
    reads: Math.max(one.reads, other.reads),
    actions: Math.max(one.actions, other.actions),
  };
}

function sum(all: readonly Calls[]): Calls {
  const total = { lists: 0, reads: 0, actions: 0 };
  for (const { lists, reads, actions } of all) {
    total.lists += lists;
    total.reads += reads;
    total.actions += actions;
  }
  return total;
}
