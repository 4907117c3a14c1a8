// The schema of who is told what: the channel, and the warnings of scheduled stops with their links.
// Apart from schema.ts, because its fields depend on each other and on the tick.

import * as v from 'valibot';
import * as field from './fields.ts';
import { strict } from './strict.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

const ahead = field.duration({ fromMs: minute, toMs: day, unitMs: minute, words: 'whole minutes, from 1m to 24h' });
const keep = field.duration({ fromMs: minute, toMs: 7 * day, unitMs: minute, words: 'whole minutes, from 1m to 7d' });

export const notify = strict(
  {
    kind: field.oneOf(['slack', 'teams', 'webhook']),
    secret: field.secretId,
    when: v.optional(field.oneOf(['trouble', 'always']), 'trouble'),
    before: v.optional(ahead),
    keep: v.optional(keep),
    quota: v.optional(field.wholeNumber(1, 10)),
  },
  (input, addFault) => {
    if (input.before !== undefined) return;
    for (const key of ['keep', 'quota'])
      if (input[key] !== undefined)
        addFault(key, 'is about the link of warnings; say with "before" how long ahead they come');
  },
);

type Checked = v.InferOutput<typeof notify>;

const defaultKeepMs = 120 * minute;
const defaultQuota = 1;

/** Which warnings these fields ask for; null is none. */
export function warningOf({ before, keep, quota }: Checked) {
  if (before === undefined) return null;
  return { beforeMs: before, keepMs: keep ?? defaultKeepMs, quota: quota ?? defaultQuota };
}

/** Whether a tick comes in the time in which a warning is due. */
export function isTickedInTime(notify: Checked | undefined, tick: false | { readonly every: number }): boolean {
  return notify?.before === undefined || (tick !== false && notify.before >= tick.every);
}

/** Whether all that a link can do is allowed of overrides. */
export function isKeptWithin(notify: Checked | undefined, overrides: { readonly maxDuration: number }): boolean {
  const warning = notify === undefined ? null : warningOf(notify);
  return warning === null || warning.beforeMs + warning.keepMs * warning.quota <= overrides.maxDuration;
}
