// The week's crashes: each ends every process there is, where two runs are at work or a handler has recorded one and not started it.
// One that struck nobody would prove nothing, so it waits for its moment; what it has ended is counted.

import type { Clock } from '../../lib/ports.ts';
import type { MortalTurn } from '../fakes/mortal-turn.ts';
import type { Chance } from './chance.ts';

type Kind = 'run' | 'handler';

interface Due {
  readonly notBefore: number;
  /** By then any process will do. */
  readonly choosyUntil: number;
}

/** A crash comes within so many calls or steps of its first chance. */
const mostSteps = 20;

export class Crashes {
  /** Of each crash that struck, how many processes it ended. */
  readonly struck: Readonly<Record<Kind, number>>[] = [];
  readonly #alive = new Map<MortalTurn, Kind>();
  readonly #clock: Clock;
  readonly #chance: Chance;
  readonly #due: Due[] = [];
  #steps = 0;

  constructor(clock: Clock, chance: Chance) {
    this.#clock = clock;
    this.#chance = chance;
  }

  /** One more crash, after those that were added before. */
  add(due: Due): void {
    this.#due.push(due);
    this.#steps = this.#chance.integer(0, mostSteps);
  }

  /** A process begins. */
  born(turn: MortalTurn, kind: Kind): void {
    this.#alive.set(turn, kind);
  }

  gone(turn: MortalTurn): void {
    this.#alive.delete(turn);
  }

  /** Something is about to happen in such a process, and may not. Crashes come by turns: to runs, and to handlers that launch one. */
  mayStrike(kind: Kind): void {
    const [due] = this.#due;
    if (due === undefined || this.#clock.now() < due.notBefore) return;
    const isChoosy = this.#clock.now() < due.choosyUntil;
    const wanted = this.struck.length % 2 === 0 ? 'run' : 'handler';
    if (isChoosy ? kind !== wanted : this.#alive.size === 0) return;
    if (isChoosy && wanted === 'run' && this.#count('run') < 2) return;
    this.#steps -= 1;
    if (this.#steps >= 0) return;
    this.struck.push({ run: this.#count('run'), handler: this.#count('handler') });
    this.#due.shift();
    this.#steps = this.#chance.integer(0, mostSteps);
    for (const turn of this.#alive.keys()) turn.end();
    this.#alive.clear();
  }

  /** The port of a handler, before each call of which a crash may come. */
  before<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          this.mayStrike('handler');
          return Reflect.apply(value, target, given);
        };
      },
    });
  }

  #count(kind: Kind): number {
    return [...this.#alive.values()].filter((each) => each === kind).length;
  }
}
