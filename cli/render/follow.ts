// Follows a run on standard error while it goes: a live area on a TTY, one line per fact otherwise.
// Apart from progress.ts, because this half has a timer and a stream.

import type { RunEvent } from '../../lib/ports.ts';
import type { Terminal } from '../terminal.ts';
import { lineOf, Progress } from './progress.ts';

const refreshMs = 100;

export interface Follower {
  readonly progress: Progress;
  onEvent(event: RunEvent): void;
  /** Takes the live area away; nothing is shown after it. */
  end(): void;
}

export function followRun(title: string, { notes, clock }: Pick<Terminal, 'notes' | 'clock'>): Follower {
  const progress = new Progress();
  if (!notes.isLive) {
    let isRehearsal = false;
    const onEvent = (event: RunEvent) => {
      progress.apply(event);
      if (event.kind === 'planned') isRehearsal = event.rehearsed !== undefined;
      // A rehearsal's report follows at once, and has the same of each VM.
      const line = isRehearsal && event.kind === 'settled' ? null : lineOf(event, notes.paint);
      if (line !== null) notes.line(line);
    };
    return { progress, onEvent, end: () => {} };
  }
  const startedAt = clock.now();
  const refresh = () => notes.show(progress.frame(title, clock.now() - startedAt, notes.paint));
  const timer = setInterval(refresh, refreshMs);
  refresh();
  return {
    progress,
    onEvent: (event) => progress.apply(event),
    end: () => {
      clearInterval(timer);
      notes.clear();
    },
  };
}
