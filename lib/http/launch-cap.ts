// The cap on launches per minute: what a caller that runs wild, or whoever stole its key, may cost.
// Counted after the request is found right and signed, so that a stranger's rubbish uses up nobody's launches.

import type { Clock } from '../ports.ts';
import { RequestProblem } from './problem.ts';

/** Throws problem 429, with `Retry-After`, when the trigger has launched as much as it may in this minute. */
export type AdmitLaunch = (trigger: 'api' | 'webhook') => Promise<void>;

/** Admits `perMinute` launches of each trigger in each minute of the clock, repeats of a run included. */
export function launchCap(options: {
  readonly perMinute: number;
  /** Counts one launch unless there were `limit` of them in this minute; whether there were fewer. */
  readonly count: (trigger: string, limit: number) => Promise<boolean>;
  readonly clock: Clock;
}): AdmitLaunch {
  const { perMinute, count, clock } = options;
  return async (trigger) => {
    if (await count(trigger, perMinute)) return;
    const seconds = 60 - (Math.floor(clock.now() / 1000) % 60);
    const detail = `${perMinute} runs were launched in this minute, which is all that "launches.perMinute" allows: nothing was launched; try again in ${seconds} s`;
    throw new RequestProblem('too-many', detail, { headers: { 'retry-after': String(seconds) } });
  };
}
