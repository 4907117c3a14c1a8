// How long tokens still live, in figures: the one fault that announces itself days before.
// Of tokens that somebody has to renew by hand; one that is renewed on use ends all the time, and nobody need know.

import { type Figure, figure } from '../../core/metric.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** When an account's token ends, as far as it says so. */
export interface TokenExpiry {
  readonly account: string;
  /** Epoch milliseconds; null where it does not say, or where it is renewed by itself. */
  readonly expiresAt: number | null;
}

/** The days that each token has left, of those that say so. */
export function tokenFigures(expiries: readonly TokenExpiry[], now: number): Figure[] {
  return expiries.flatMap(({ account, expiresAt }) =>
    expiresAt === null ? [] : [figure('TokenDaysLeft', (expiresAt - now) / dayMs, { account })],
  );
}
