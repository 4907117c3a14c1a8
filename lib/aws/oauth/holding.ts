// The lock of a renewal, held on to for as long as the work under it takes, and then given back.
// However slow Secrets Manager is: whoever took it from somebody alive would send a spent refresh token, and end the sign-in.

import type { Clock, Log } from '../../ports.ts';
import { type HeldLock, lockMs } from './renewal-lock.ts';

export interface HoldingParts {
  readonly clock: Clock;
  readonly log: Log;
}

/** Resolves as the work does, once the lock is given back. Throws only what the work throws. */
export async function holding<T>(held: HeldLock, parts: HoldingParts, work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const heldOn = holdOn(held, over.signal, parts);
  try {
    return await work();
  } finally {
    over.abort();
    await heldOn;
    // It lapses by itself; that it could not be given back must not hide what was done under it.
    await held
      .release()
      .catch((error: unknown) => parts.log.warn('the lock of a renewal could not be given back', { error }));
  }
}

async function holdOn(held: HeldLock, over: AbortSignal, { clock, log }: HoldingParts): Promise<void> {
  for (;;) {
    await clock.sleep(lockMs / 4, over);
    if (over.aborted) return;
    try {
      // Lost, it is somebody else's.
      if (!(await held.extend())) return;
    } catch (error) {
      log.warn('the lock of a renewal could not be held on to; it is tried again', { error });
    }
  }
}
