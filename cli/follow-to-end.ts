// A run at the terminal from its start to its end: followed live, stopped by Ctrl-C, ended at once by a second one.
// Shared by `run` and `tick`, so that an interruption means the same in both.

import type { RunEvent } from '../lib/ports.ts';
import { type Follower, followRun } from './render/follow.ts';
import { renderOutcomes } from './render/outcomes.ts';
import type { Notes, Terminal } from './terminal.ts';

/** What a run takes to be followed and stopped. */
export interface RunControls {
  readonly stop: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
}

/** What `act` resolves to; null when it was ended at once, and what is known by then was said. */
export async function followToEnd<T>(
  title: string,
  terminal: Terminal,
  act: (controls: RunControls) => Promise<T>,
): Promise<T | null> {
  const { notes, interrupt } = terminal;
  const follower = followRun(title, terminal);
  const sayStop = () =>
    notes.line('stopping: nothing more is sent; settling what is in flight. Ctrl-C again ends at once.');
  interrupt.stop.addEventListener('abort', sayStop, { once: true });
  const ended = await Promise.race([
    act({ stop: interrupt.stop, onEvent: follower.onEvent })
      .then((value) => ({ value }))
      .finally(() => follower.end()),
    interrupt.endNow.then(() => null),
  ]);
  interrupt.stop.removeEventListener('abort', sayStop);
  if (ended !== null) return ended.value;
  sayWhatIsKnown(follower, notes);
  return null;
}

/** On standard error even without `--json`: what is known is not the whole report. */
function sayWhatIsKnown(follower: Follower, notes: Notes): void {
  follower.end();
  notes.line('ended before the report was out. What had settled by then (the rest is unknown):');
  notes.line(renderOutcomes(follower.progress.outcomes, { paint: notes.paint, width: null }).trimEnd() || '(nothing)');
}
