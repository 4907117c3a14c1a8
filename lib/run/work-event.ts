// The event that starts a worker: a run's name and nothing else, or with it a part of the run that a worker handed over.
// What the run is to do stands in the store, checked; an event could not be trusted with it.

import * as v from 'valibot';
import { PowerError } from '../core/errors.ts';
import type { Pursuit } from '../core/pursuit.ts';
import type { Part } from './parts.ts';

const runName = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/));
const runEvent = v.object({ run: runName });
// Where the part lies; only our own execution knows how to read it.
const partEvent = v.object({ run: runName, part: v.optional(v.record(v.string(), v.string())) });

/** The run's name. Throws `request`. */
export function readRunEvent(event: unknown): string {
  const parsed = v.safeParse(runEvent, event);
  if (parsed.success) return parsed.output.run;
  throw noRun();
}

/** The run's name, and the part if the event is for one. Throws `request`. */
export function readPartEvent(event: unknown): v.InferOutput<typeof partEvent> {
  const parsed = v.safeParse(partEvent, event);
  if (parsed.success) return parsed.output;
  // Also of a part that is none: without it, the event would be for the whole run.
  throw noRun();
}

function noRun(): PowerError {
  return new PowerError('request', 'the event must be {"run": "<the name of a recorded run>"}');
}

const partSchema = v.object({
  label: v.string(),
  pursuits: v.custom<readonly Pursuit[]>(Array.isArray),
  shares: v.record(v.string(), v.pipe(v.number(), v.minValue(1))),
  requestedAt: v.number(),
  until: v.nullable(v.number()),
});

/** A part as the run wrote it. Throws `request` for what another version wrote. */
export function readPart(value: unknown): Part {
  const parsed = v.safeParse(partSchema, value);
  if (parsed.success) return parsed.output;
  throw new PowerError('request', 'the part of the run cannot be read: it was handed over by another version');
}
