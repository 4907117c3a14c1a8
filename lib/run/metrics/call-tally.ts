// Counts the calls of one process, from one telling to the next.
// Not read from reports: a durable run is replayed, its calls are not, and lists for ticks and plans have no report at all.

import { type CallFact, type Figure, figure } from '../../core/metric.ts';

export class CallTally {
  readonly #counts = new Map<CallFact, number>();

  /** Notes a fact of a call; may be handed on by itself. */
  readonly count = (fact: CallFact): void => {
    this.#counts.set(fact, (this.#counts.get(fact) ?? 0) + 1);
  };

  /** What was counted since it was last taken. */
  take(): Figure[] {
    const figures = [...this.#counts].map(([fact, count]) => figureOf(fact, count));
    this.#counts.clear();
    return figures;
  }
}

function figureOf(fact: CallFact, count: number): Figure {
  switch (fact) {
    case 'retry':
      return figure('ApiRetries', count, {});
    case 'throttle':
      return figure('ApiThrottles', count, {});
    default:
      return figure('ApiCalls', count, { call: fact });
  }
}
