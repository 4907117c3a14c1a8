// The system's clock. The only place where real time is read for a run.
// People and NTP put the wall's clock back; whoever waits until an instant must not wait as much longer for that.

import type { Clock } from './ports.ts';

/** How fast time passes at the least, for as long as the wall's clock is behind what was read from it before. */
const leastSpeed = 0.5;

/**
 * A clock over the wall's that never goes back. When that is put back by N, it goes on at half speed until the wall has caught up
 * (2 N later): no wait lasts more than twice as long, whatever N is. What the wall skips ahead is believed at once.
 *
 * Not a monotonic clock from the start on: a container that was frozen, or a laptop that slept, would be late for ever.
 */
export function steadyClock(wallMs: () => number, elapsedMs: () => number): Pick<Clock, 'now'> {
  let reached = wallMs();
  let readAt = elapsedMs();
  return {
    now: () => {
      const at = elapsedMs();
      reached = Math.max(wallMs(), reached + (at - readAt) * leastSpeed);
      readAt = at;
      return Math.floor(reached);
    },
  };
}

export const systemClock: Clock = {
  ...steadyClock(
    () => Date.now(),
    () => performance.now(),
  ),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener('abort', wake);
    }),
};
