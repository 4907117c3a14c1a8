// Keeps a run's progress in the store while it goes: now and then, never twice at once, never in the run's way.
// A write that fails is logged; its outcomes go out with the next one or with the end.

import type { Outcome } from '../core/outcome.ts';
import type { Clock, Log, RunEvent, RunStore } from '../ports.ts';

const everyMs = 2_000;
const everyOutcomes = 200;

export interface RunRecorder {
  readonly onEvent: (event: RunEvent) => void;
  /** Those of the run's outcomes that are not in the store; waits for what is being written. */
  readonly unkept: (outcomes: readonly Outcome[]) => Promise<readonly Outcome[]>;
  /** Outcomes that were told and are not in the store; waits likewise. */
  readonly told: () => Promise<readonly Outcome[]>;
}

interface Recording {
  readonly kept: Set<string>;
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
    waiting: [],
    selected: 0,
    settled: 0,
    sent: new Set(),
    lastAt: clock.now(),
    writing: null,
  };

  async function write(): Promise<void> {
    const outcomes = state.waiting;
    state.waiting = [];
    const { selected, settled, sent } = state;
    try {
      await store.progress(name, { selected, sent: sent.size, settled }, outcomes);
      for (const outcome of outcomes) state.kept.add(keyOf(outcome));
    } catch (error) {
      state.waiting = [...outcomes, ...state.waiting];
      log.warn('progress could not be kept; the run goes on', { run: name, error });
    }
    state.writing = null;
  }

  return {
    onEvent(event) {
      note(event, state);
      const isDue = clock.now() - state.lastAt >= everyMs || state.waiting.length >= everyOutcomes;
      if (!isDue || state.writing !== null) return;
      state.lastAt = clock.now();
      state.writing = write();
    },
    async unkept(outcomes) {
      await state.writing;
      return outcomes.filter((outcome) => !state.kept.has(keyOf(outcome)));
    },
    async told() {
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

function keyOf({ account, vm }: Pick<Outcome, 'account' | 'vm'>): string {
  return JSON.stringify([account, vm]);
}
