// The schema of where tokens come from, and of how often Secrets Manager rotates them.
// Apart from schema.ts, because what AWS allows here has rules of its own.

import * as v from 'valibot';
import * as field from './fields.ts';
import { must, strict } from './strict.ts';
import { parseApiUrl } from './url.ts';

const hour = 3_600_000;
const day = 24 * hour;

const tokenUrlAllowed = 'an https address (or http on loopback) without user, query or fragment';

/** The fault never shows the address: it may hold a password. */
const tokenUrl = v.custom<string>(
  (value) => typeof value === 'string' && parseApiUrl(value) !== null,
  `must be ${tokenUrlAllowed}`,
);

export const oauth = strict({
  grant: v.optional(field.oneOf(['client_credentials', 'refresh_token']), 'client_credentials'),
  tokenUrl: v.optional(tokenUrl),
  clientId: v.optional(field.text('a client id')),
  scope: v.optional(field.text('scopes, parted by blanks')),
});

/** What Secrets Manager takes as a rate: every four hours at the most, and days beyond the first. */
const every = v.pipe(
  field.duration({
    fromMs: 4 * hour,
    toMs: 366 * day,
    unitMs: hour,
    words: 'whole hours from 4h to 23h, or whole days',
  }),
  v.check((ms) => ms < day || ms % day === 0, 'must be whole hours from 4h to 23h, or whole days up to 366d'),
);

/** A rotation whose accounts are among these. */
export function rotation(accounts: readonly string[]) {
  return strict({
    every: v.pipe(
      v.custom<string>((value) => value !== undefined, must('a duration like "12h" or "1d"')),
      every,
    ),
    accounts: v.optional(field.listOf('accounts', field.accountReference(accounts))),
  });
}
