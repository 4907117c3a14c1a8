// Keeps a run's progress in the store: now and then while it goes, and once more at its end, so that the last figures are final.
// Never twice at once, never in the run's way: a write that fails is logged, and its outcomes go out with the next one or with the end.

import type { Outcome } from '../core/outcome.ts';
import type { Clock, Log, RunEvent, RunProgress, RunStore } from '../ports.ts';

const everyMs = 2_000;
const everyOutcomes = 200;

export interface RunRecorder {
  readonly onEvent: (event: RunEvent) => void;
  /**
   * Keeps the last figures and every outcome that is not in the store: of the report's, or without a report of those
   * that were told. Gives back the outcomes that could not be kept; never throws.
   */
  readonly finish: (outcomes?: readonly Outcome[]) => Promise<readonly Outcome[]>;
}

interface Recording {
  readonly kept: Set<string>;
  keptFigures: string | null;
  waiting: Outcome[];
  selected: number;
  settled: number;
  readonly sent: Set<string>;
  lastAt: number;
  writing: Promise<void> | null;
}

export function runRecorder(
  name: string,
  { store, clock, log }: { readonly store: RunStore; readonly clock: Clock; readonly log: Log },
): RunRecorder {
  const state: Recording = {
    kept: new Set(),
    keptFigures: null,
    waiting: [],
    selected: 0,
    settled: 0,
    sent: new Set(),
    lastAt: clock.now(),
    writing: null,
  };

  async function write(): Promise<void> {
    const outcomes = state.waiting;
    const figures = figuresOf(state);
    state.waiting = [];
    try {
      await store.progress(name, figures, outcomes);
      for (const outcome of outcomes) state.kept.add(keyOf(outcome));
      state.keptFigures = JSON.stringify(figures);
    } catch (error) {
      state.waiting = [...outcomes, ...state.waiting];
      log.warn('progress could not be kept; the run goes on', { run: name, error });
    }
  }

  function startWriting(): void {
    state.lastAt = clock.now();
    state.writing = write().finally(() => {
      state.writing = null;
    });
  }

  return {
    onEvent(event) {
      note(event, state);
      const isDue = clock.now() - state.lastAt >= everyMs || state.waiting.length >= everyOutcomes;
      if (isDue && state.writing === null && hasNews(state)) startWriting();
    },
    async finish(outcomes) {
      await state.writing;
      if (outcomes !== undefined) {
        state.waiting = outcomes.filter((outcome) => !state.kept.has(keyOf(outcome)));
        state.settled = outcomes.length;
      }
      if (hasNews(state)) startWriting();
      await state.writing;
      return state.waiting;
    },
  };
}

function note(event: RunEvent, state: Recording): void {
  if (event.kind === 'planned') state.selected = event.selected;
  if (event.kind === 'sent') state.sent.add(keyOf(event));
  if (event.kind !== 'settled') return;
  state.settled += 1;
  state.waiting.push(event.outcome);
}

function figuresOf({ selected, sent, settled }: Recording): RunProgress {
  return { selected, sent: sent.size, settled };
}

function hasNews(state: Recording): boolean {
  return state.waiting.length > 0 || state.keptFigures !== JSON.stringify(figuresOf(state));
}

function keyOf({ account, vm }: Pick<Outcome, 'account' | 'vm'>): string {
  return JSON.stringify([account, vm]);
}
