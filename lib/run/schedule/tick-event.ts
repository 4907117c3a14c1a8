// The event that starts a tick: the instant at which it was due, and nothing else.
// How old it may be is the tick's own business; that it comes from a clock that is right is checked here.

import * as v from 'valibot';
import { PowerError } from '../../core/errors.ts';
import { parseInstant } from '../../core/schedule/iso-instant.ts';

// EventBridge and Lambda read different clocks.
const skewMs = 5 * 60_000;

const tickEvent = v.looseObject({ tick: v.string() });

/** The tick's instant in epoch milliseconds. Throws `request` for an event that is none, or that lies in the future. */
export function readTickEvent(event: unknown, now: number): number {
  const parsed = v.safeParse(tickEvent, event);
  const at = parsed.success ? parseInstant(parsed.output.tick) : null;
  if (at === null)
    throw new PowerError(
      'request',
      'this is not the event of a tick: it must be {"tick": "<an ISO 8601 instant, like 2026-01-05T18:00:00Z>"}',
    );
  if (at - now > skewMs) throw new PowerError('request', 'the tick lies in the future: no schedule fires early');
  return at;
}
