// Keeps a run's progress in the store: at every look, and once more at its end, so that the last figures are final.
// Never in the run's way: a write that fails is logged, and its outcomes go out with the next one or with the end.

import type { Action } from '../core/action.ts';
import { type Outcome, outcomeKey } from '../core/outcome.ts';
import type { Log, RunEvent } from '../ports.ts';
import type { RunProgress, RunStore } from '../stores.ts';
import { TierFigures } from './tier-figures.ts';

export interface RunRecorder {
  readonly onEvent: (event: RunEvent) => void;
  /** Writes what is new; the keys of the outcomes that are in the store now and were not before. Never throws. */
  readonly keep: () => Promise<readonly string[]>;
  /** Takes a VM for sent to: a turn before this one may have done it. */
  readonly sent: (key: string, action: Action) => void;
  /** Takes outcomes for kept: a turn before this one wrote them. */
  readonly assume: (keys: readonly string[]) => void;
  /** All outcomes of the run that are in the store, whoever wrote them. Throws `aws`. */
  readonly stored: () => Promise<readonly Outcome[]>;
  /** Writes the last figures, and every outcome of the report (without one, of those told) that is not kept; what could not be. */
  readonly finish: (outcomes?: readonly Outcome[]) => Promise<readonly Outcome[]>;
}

export function runRecorder(
  name: string,
  { store, log }: { readonly store: Pick<RunStore, 'progress' | 'outcomes'>; readonly log: Log },
  part?: string,
): RunRecorder {
  return new Recording(name, store, log, part);
}

class Recording implements RunRecorder {
  readonly #name: string;
  readonly #store: Pick<RunStore, 'progress' | 'outcomes'>;
  readonly #log: Log;
  readonly #part: string | undefined;
  readonly #kept = new Set<string>();
  readonly #waiting = new Map<string, Outcome>();
  readonly #sent = new Set<string>();
  readonly #settled = new Set<string>();
  readonly #tiers = new TierFigures();
  #selected = 0;
  #keptFigures = '';
  #writing: Promise<unknown> = Promise.resolve();

  constructor(name: string, store: Pick<RunStore, 'progress' | 'outcomes'>, log: Log, part: string | undefined) {
    this.#name = name;
    this.#store = store;
    this.#log = log;
    this.#part = part;
  }

  onEvent = (event: RunEvent): void => {
    if (event.kind === 'planned') this.#selected = event.selected;
    if (event.kind === 'tier') this.#tiers.tell(event);
    if (event.kind === 'sent') this.sent(outcomeKey(event), event.action);
    if (event.kind === 'settled') this.#noteSettled(event.outcome);
  };

  sent = (key: string, action: Action): void => {
    this.#sent.add(key);
    this.#tiers.sent(key, action);
  };

  #noteSettled(outcome: Outcome): void {
    const { action, attempts } = outcome;
    const key = outcomeKey(outcome);
    // A turn before this one may have sent it.
    if (attempts > 0 && action !== null) this.sent(key, action);
    this.#settled.add(key);
    this.#tiers.settled(key, action);
    if (!this.#kept.has(key)) this.#waiting.set(key, outcome);
  }

  // Two accounts look at once: one after the other, so that no outcome is written twice and no figure falls back.
  keep = (): Promise<readonly string[]> => {
    const kept = this.#writing.then(() => this.#keepNow());
    this.#writing = kept;
    return kept;
  };

  async #keepNow(): Promise<readonly string[]> {
    const figures: RunProgress = {
      selected: this.#selected,
      sent: this.#sent.size,
      settled: this.#settled.size,
      tiers: this.#tiers.progress,
    };
    const outcomes = [...this.#waiting];
    const text = JSON.stringify(figures);
    if (outcomes.length === 0 && text === this.#keptFigures) return [];
    try {
      await this.#store.progress(
        this.#name,
        figures,
        outcomes.map(([, outcome]) => outcome),
        this.#part,
      );
    } catch (error) {
      this.#log.warn('progress could not be kept; the run goes on', { run: this.#name, error });
      return [];
    }
    const keys = outcomes.map(([key]) => key);
    this.assume(keys);
    this.#keptFigures = text;
    return keys;
  }

  assume = (keys: readonly string[]): void => {
    for (const key of keys) {
      this.#kept.add(key);
      this.#waiting.delete(key);
    }
  };

  stored = (): Promise<readonly Outcome[]> => this.#store.outcomes(this.#name);

  finish = async (outcomes: readonly Outcome[] = [...this.#waiting.values()]): Promise<readonly Outcome[]> => {
    // A part of the run that an earlier turn completed tells nothing any more.
    for (const outcome of outcomes) this.#noteSettled(outcome);
    await this.keep();
    return [...this.#waiting.values()];
  };
}
