// Keeps a run's progress in the store: at every look, and once more at its end, so that the last figures are final.
// Never in the run's way: a write that fails is logged, and its outcomes go out with the next one or with the end.

import type { Outcome } from '../core/outcome.ts';
import type { Log, RunEvent, RunProgress, RunStore } from '../ports.ts';

export interface RunRecorder {
  readonly onEvent: (event: RunEvent) => void;
  /** Writes what is new; the keys of the outcomes that are in the store now and were not before. Never throws. */
  readonly keep: () => Promise<readonly string[]>;
  /** Takes outcomes for kept: a turn before this one wrote them. */
  readonly assume: (keys: readonly string[]) => void;
  /** Of the report's outcomes, or without a report of those that were told, the ones that are not in the store. */
  readonly unkept: (outcomes?: readonly Outcome[]) => readonly Outcome[];
}

export function runRecorder(
  name: string,
  { store, log }: { readonly store: Pick<RunStore, 'progress'>; readonly log: Log },
): RunRecorder {
  return new Recording(name, store, log);
}

class Recording implements RunRecorder {
  readonly #name: string;
  readonly #store: Pick<RunStore, 'progress'>;
  readonly #log: Log;
  readonly #kept = new Set<string>();
  readonly #waiting = new Map<string, Outcome>();
  readonly #sent = new Set<string>();
  #selected = 0;
  #settled = 0;
  #keptFigures = '';

  constructor(name: string, store: Pick<RunStore, 'progress'>, log: Log) {
    this.#name = name;
    this.#store = store;
    this.#log = log;
  }

  onEvent = (event: RunEvent): void => {
    if (event.kind === 'planned') this.#selected = event.selected;
    if (event.kind === 'sent') this.#sent.add(keyOf(event));
    if (event.kind !== 'settled') return;
    this.#settled += 1;
    if (event.outcome.attempts > 0) this.#sent.add(keyOf(event.outcome));
    if (!this.#kept.has(keyOf(event.outcome))) this.#waiting.set(keyOf(event.outcome), event.outcome);
  };

  keep = async (): Promise<readonly string[]> => {
    const figures: RunProgress = { selected: this.#selected, sent: this.#sent.size, settled: this.#settled };
    const outcomes = [...this.#waiting];
    const text = JSON.stringify(figures);
    if (outcomes.length === 0 && text === this.#keptFigures) return [];
    try {
      await this.#store.progress(
        this.#name,
        figures,
        outcomes.map(([, outcome]) => outcome),
      );
    } catch (error) {
      this.#log.warn('progress could not be kept; the run goes on', { run: this.#name, error });
      return [];
    }
    const keys = outcomes.map(([key]) => key);
    this.assume(keys);
    this.#keptFigures = text;
    return keys;
  };

  assume = (keys: readonly string[]): void => {
    for (const key of keys) {
      this.#kept.add(key);
      this.#waiting.delete(key);
    }
  };

  unkept = (outcomes: readonly Outcome[] = [...this.#waiting.values()]): readonly Outcome[] =>
    outcomes.filter((outcome) => !this.#kept.has(keyOf(outcome)));
}

function keyOf({ account, vm }: Pick<Outcome, 'account' | 'vm'>): string {
  return `${account}/${vm}`;
}
