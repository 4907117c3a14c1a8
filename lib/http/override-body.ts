// The body of POST /v1/overrides, checked: which VMs are kept on or off, until when, and why.
// Exactly one end must be said: an override without one would be a schedule that nobody finds again.

import * as v from 'valibot';
import { parseDuration } from '../core/duration.ts';
import { parseInstant } from '../core/schedule/iso-instant.ts';
import { runRequestSchema } from '../run/request.ts';
import type { OverrideRequest, Until } from '../run/schedule/overrides.ts';

const ends = ['for', 'until', 'untilNextStart', 'untilNextStop'] as const;

const duration = v.pipe(
  v.string(),
  v.transform(parseDuration),
  v.check((ms) => ms !== null && ms > 0, 'a duration, like 90m, 3h or PT3H'),
);

const instant = v.pipe(
  v.string(),
  v.transform(parseInstant),
  v.number('an instant with Z or an offset, like 2026-11-24T22:00+01:00'),
);

const yes = v.literal(true, 'true, or left out');

/** Without control characters: it is shown in terminals. */
const reason = v.pipe(v.string(), v.regex(/^(?=.*\S)\P{C}{1,200}$/u, '1 to 200 printable characters'));

export const overrideSchema = v.pipe(
  v.strictObject({
    keep: v.picklist(['on', 'off']),
    select: runRequestSchema.entries.select,
    ids: runRequestSchema.entries.ids,
    for: v.optional(duration),
    until: v.optional(instant),
    untilNextStart: v.optional(yes),
    untilNextStop: v.optional(yes),
    reason,
  }),
  v.check(({ select, ids }) => select !== null || ids !== null, 'say which VMs: "select" or "ids"'),
  v.check(
    (body) => ends.filter((end) => body[end] !== undefined).length === 1,
    `say until when, by exactly one of ${ends.join(', ')}`,
  ),
);

/** What the body asks for, in the name of `by`. */
export function overrideRequestOf(body: v.InferOutput<typeof overrideSchema>, by: string): OverrideRequest {
  const { keep, select, ids, reason } = body;
  return { keep, select, ids, until: endOf(body), reason, by };
}

function endOf(body: v.InferOutput<typeof overrideSchema>): Until {
  if (typeof body.for === 'number') return { kind: 'for', ms: body.for };
  if (body.until !== undefined) return { kind: 'at', ms: body.until };
  return { kind: body.untilNextStart === true ? 'next-start' : 'next-stop' };
}
