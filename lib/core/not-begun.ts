// What stands in place of a report when a run ended before it began.
// One shape, because the store, the sweep and every reader of a summary have to agree on it.

export interface NotBegun {
  readonly notBegun: 'cancelled' | 'never-started';
  /** Why, for a person. */
  readonly reason: string;
}

/** The summary of a run that was cancelled while it was only recorded. */
export function cancelledBeforeItBegan(by: string): NotBegun {
  return { notBegun: 'cancelled', reason: `cancelled by ${by} before it began: nothing was sent` };
}

/** The summary of a run that nobody started in time. */
export function neverStarted(minutes: number): NotBegun {
  const reason = `never started within ${minutes} minutes: nothing was sent, and so late it would have been a surprise`;
  return { notBegun: 'never-started', reason };
}
