// The figures of this container: whom they are told to, and the calls that leave from here.
// Apart from wiring.ts, because the handlers that only launch count nothing.

import { emfMetrics } from '../lib/aws/metrics.ts';
import type { KnownTokenSource } from '../lib/aws/token.ts';
import type { EmitFigures, Figure } from '../lib/core/metric.ts';
import { CallTally } from '../lib/run/metrics/call-tally.ts';
import { type TokenExpiry, tokenFigures } from '../lib/run/metrics/token-figures.ts';
import { once, wiring } from './wiring.ts';

const emitter = once(() => emfMetrics({ clock: wiring.clock, log: wiring.log(), level: wiring.logLevel() }));

/** Tells figures to CloudWatch. Never rejects. */
export const emit: EmitFigures = (figures) => emitter()(figures);

const calls = new CallTally();

/** Notes a call to the cloud's API. */
export const countCall = calls.count;

/**
 * Does what `handle` does, and tells the calls that it took, also when it throws: of a durable run those of this turn. `known` is what
 * is told with them, if there were any.
 */
export async function countingCalls<T>(
  handle: () => Promise<T>,
  known: () => readonly Figure[] = () => [],
): Promise<T> {
  try {
    return await handle();
  } finally {
    const figures = calls.take();
    if (figures.length > 0) await emit([...figures, ...known()]);
  }
}

/** How long the tokens that were used last still live. */
export function tokensNow(): readonly Figure[] {
  return tokenFigures(tokenExpiries(), wiring.clock.now());
}

/** The same where no tick tells it: then whatever made calls has to. */
export function tokensWithoutTick(): readonly Figure[] {
  return wiring.config().tick === null ? tokensNow() : [];
}

const watched = new Map<string, KnownTokenSource>();

/** From now on the end of this account's token is told. */
export function watchTokens(account: string, tokens: KnownTokenSource): void {
  watched.set(account, tokens);
}

/** When the tokens that were used last end; null for one that is renewed without anybody's doing. */
export function tokenExpiries(): readonly TokenExpiry[] {
  return [...watched].map(([account, tokens]) => {
    const facts = tokens.facts();
    return { account, expiresAt: facts === null || facts.renewsItself ? null : facts.expiresAt };
  });
}
