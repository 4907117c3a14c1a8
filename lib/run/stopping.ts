// Whether somebody wants the run to stop: at the terminal by a signal, elsewhere by cancelling its record.
// Asked at every look; an answer that cannot be had is no reason to stop what was asked for.

import type { LeasedWorld } from './world.ts';

type StoppingWorld = Pick<LeasedWorld, 'stop' | 'isCancelled' | 'log' | 'holder'>;

export async function isStopped({ stop, isCancelled, log, holder }: StoppingWorld): Promise<boolean> {
  if (stop?.aborted) return true;
  try {
    return (await isCancelled?.()) ?? false;
  } catch (error) {
    const { run } = holder;
    log.warn('it could not be seen whether the run was cancelled; the next look asks again', { run, error });
    return false;
  }
}

/** Resolves once the signal aborts. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}
