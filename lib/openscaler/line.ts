// The line to one account's API: its token, its pace and its log, shared by everything that is sent there.
// One place where a call leaves, so that no call escapes the pace or forgets to report a "too fast".

import { PowerError } from '../core/errors.ts';
import type { CallFact } from '../core/metric.ts';
import type { Clock, Log, SendLimits, TokenSource } from '../ports.ts';
import { type Exchanged, exchange, type HttpRequest } from './exchange.ts';
import type { CallKind, LeaveBy, NotLeft, Pace } from './pace.ts';
import { retryAfterMs } from './retry-after.ts';

export interface Departed {
  readonly exchanged: Exchanged;
  /** The token it carried. */
  readonly token: string;
  /** When it left, in epoch milliseconds. */
  readonly leftAt: number;
}

export interface Line {
  readonly account: string;
  /** Where its token comes from, in words. */
  readonly tokenOrigin: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly tally: (fact: CallFact) => void;
  /** A token to use after `rejected` was refused. Throws `secret`, also for one that can't go into a header. */
  renew(rejected: string): Promise<string>;
  /**
   * Sends what `prepare` makes at the moment it really leaves, when its turn has come and it is not moot by then.
   * With the account's token of that moment, unless one is given. Throws `secret`.
   */
  send(
    kind: CallKind,
    limits: LeaveBy & Pick<SendLimits, 'isMoot'>,
    prepare: (token: string, now: number) => HttpRequest,
    given?: string,
  ): Promise<Departed | NotLeft>;
}

export interface LineOptions {
  readonly account: string;
  readonly tokens: TokenSource;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly userAgent: string;
  readonly tally: (fact: CallFact) => void;
}

/** The line of one account. */
export function openLine(options: LineOptions): Line {
  const { account, tokens, pace, clock, log, random, userAgent, tally } = options;
  return {
    account,
    tokenOrigin: tokens.origin ?? 'its secret',
    clock,
    log,
    random,
    tally,
    renew: async (rejected) => checked(await tokens.renew(rejected), account),
    send: (kind, limits, prepare, given) =>
      pace.run(
        kind,
        async (): Promise<Departed | NotLeft> => {
          const token = given ?? checked(await tokens.token(), account);
          const leftAt = clock.now();
          // Fetching the token took its time.
          if (limits.stop?.aborted) return { notLeft: 'stopped' };
          if (limits.until !== undefined && limits.until <= leftAt) return { notLeft: 'late' };
          if (limits.isMoot?.()) return { notLeft: 'moot' };
          const exchanged = await exchange(prepare(token, leftAt), userAgent);
          keepPace(options, exchanged, leftAt);
          return { exchanged, token, leftAt };
        },
        limits,
      ),
  };
}

// Silence says nothing about the pace: neither faster nor slower for it.
function keepPace({ pace, clock, log, account, tally }: LineOptions, exchanged: Exchanged, leftAt: number): void {
  if (exchanged.kind === 'silence') return;
  if (exchanged.status !== 429 && exchanged.status !== 503) {
    pace.speedUp();
    return;
  }
  tally('throttle');
  const askedMs = retryAfterMs(exchanged.headers.get('retry-after') ?? null, clock.now());
  pace.slowDown(leftAt, askedMs);
  log.debug('the API asks for a slower pace', { account, status: exchanged.status, askedMs, slowness: pace.slowness });
}

// A line break in it would be a header of its own; the error of the HTTP library would print it.
function checked(token: string, account: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  const advice = 'put the bare token, or JSON with access_token, into its secret';
  throw new PowerError(
    'secret',
    `the token of account "${account}" is empty or has blanks or control characters: ${advice}`,
  );
}
