// Ctrl-C and SIGTERM, as the two things a command can be asked: stop soon, or end now.
// One place, because npm, the shell and our own front door may each pass the same Ctrl-C on.

/** What listens to a process's signals: `process` itself, or a fake. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

export interface Interrupt {
  /** Aborted by the first signal: send nothing more, settle, report. */
  readonly stop: AbortSignal;
  /** Resolves at the second signal: end at once. */
  readonly endNow: Promise<void>;
}

// A terminal signals the whole process group, and npm and power.js forward to their child as well: one key press
// arrives up to three times. A person needs longer than this to press again.
const sameKeyPressMs = 400;

/** Listens from now on; `now` gives milliseconds. */
export function listenForInterrupt(source: SignalSource, now: () => number): Interrupt {
  const stop = new AbortController();
  const { promise: endNow, resolve: end } = Promise.withResolvers<void>();
  let firstAt: number | null = null;
  const onSignal = () => {
    firstAt ??= now();
    if (!stop.signal.aborted) stop.abort();
    else if (now() - firstAt >= sameKeyPressMs) end();
  };
  source.on('SIGINT', onSignal);
  source.on('SIGTERM', onSignal);
  return { stop: stop.signal, endNow };
}
