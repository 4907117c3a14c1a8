// The event that starts a worker: a run's name and nothing else.
// What the run is to do stands in the store, checked; an event could not be trusted with it.

import * as v from 'valibot';
import { PowerError } from '../core/errors.ts';

const runEvent = v.object({ run: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)) });

/** The run's name. Throws `request`. */
export function readRunEvent(event: unknown): string {
  const parsed = v.safeParse(runEvent, event);
  if (parsed.success) return parsed.output.run;
  throw new PowerError('request', 'the event must be {"run": "<the name of a recorded run>"}');
}
