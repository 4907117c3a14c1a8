// How fast calls leave for one account: so many at once, so many per second, slower after a 429, gradually back.
// Reads overtake actions and have a place of their own, since settling needs its list while shutdowns are held for minutes.

import PQueue from 'p-queue';

import type { PacePolicy } from '../core/policy.ts';
import type { Clock } from '../ports.ts';

/** What a call is: reads overtake actions. */
export type CallKind = 'read' | 'action';

/** Until when a call may leave at all. */
export interface LeaveBy {
  readonly until?: number;
  readonly stop?: AbortSignal;
}

/** Why a call never left. */
export type NotLeft = { readonly notLeft: 'late' | 'stopped' | 'moot' };

export interface Pace {
  /** Does `call` when its turn has come and resolves as it does; or says at once that it will never leave. */
  run<T>(kind: CallKind, call: () => Promise<T>, limits?: LeaveBy): Promise<T | NotLeft>;
  /** The API said "too fast" to a call that left at `leftAt`: everybody waits, then goes on more slowly. */
  slowDown(leftAt: number, retryAfterMs?: number): void;
  /** The API took a call: a little faster again, up to the configured pace. */
  speedUp(): void;
  /** How many times slower than configured calls leave now; 1 is the configured pace. */
  readonly slowness: number;
}

const maxSlowness = 16;
/** What a slowed pace keeps between two starts at least, however fast it is configured. */
const slowGapMs = 10;
/** From 2 back to 1 in about 23 answers. */
const recovery = 0.97;
const firstPauseMs = 1000;
/** A cloud that asks for more is asked again after this. */
const maxPauseMs = 60_000;
/** How much a late timer may be caught up with, so that timers' coarseness does not cost pace. */
const maxLagMs = 20;

interface Ticket {
  state: 'waiting' | 'left' | 'off';
}

/** The pace of one account; `policy.inFlight` and `policy.perSecond` are never exceeded. */
export function createPace(policy: PacePolicy, clock: Clock): Pace {
  const stops = stopBells();
  const calls = new PQueue({ concurrency: policy.inFlight });
  const actions = new PQueue({ concurrency: Math.max(1, policy.inFlight - 1) });
  const starts = startGate(policy, clock);

  async function take<T>(kind: CallKind, ticket: Ticket, call: () => Promise<T>, off: NotLeft): Promise<T | NotLeft> {
    const priority = kind === 'read' ? 1 : 0;
    const leave = async () => {
      if (ticket.state === 'waiting') await starts.turn(priority, ticket);
      if (ticket.state === 'off') return off;
      ticket.state = 'left';
      return call();
    };
    const inSlot = () => calls.add(leave, { priority });
    return kind === 'read' ? inSlot() : actions.add(inSlot);
  }

  return {
    run: (kind, call, limits = {}) => {
      const ticket: Ticket = { state: 'waiting' };
      if (limits.until === undefined && !limits.stop) return take(kind, ticket, call, { notLeft: 'late' });
      return withLimits(clock, stops, limits, ticket, (off) => take(kind, ticket, call, off));
    },
    slowDown: starts.slowDown,
    speedUp: starts.speedUp,
    get slowness() {
      return starts.slowness();
    },
  };
}

// A call whose time is over leaves the queue's sight at once; its ticket stays behind, takes no turn and does nothing.
function withLimits<T>(
  clock: Clock,
  stops: StopBells,
  limits: LeaveBy,
  ticket: Ticket,
  take: (off: NotLeft) => Promise<T | NotLeft>,
): Promise<T | NotLeft> {
  return new Promise((resolve, reject) => {
    const done = new AbortController();
    const giveUp = (notLeft: NotLeft['notLeft']) => {
      if (ticket.state !== 'waiting') return;
      ticket.state = 'off';
      done.abort();
      resolve({ notLeft });
    };
    const leftMs = (limits.until ?? Number.POSITIVE_INFINITY) - clock.now();
    if (limits.stop?.aborted) return giveUp('stopped');
    if (leftMs <= 0) return giveUp('late');
    const unhook = limits.stop && stops(limits.stop, () => giveUp('stopped'));
    if (limits.until !== undefined) void clock.sleep(leftMs, done.signal).then(() => giveUp('late'));
    take({ notLeft: 'late' })
      .then(resolve, reject)
      .finally(() => {
        done.abort();
        unhook?.();
      });
  });
}

/** Calls `ring` if the signal aborts, until what it returns is called. */
type StopBells = (stop: AbortSignal, ring: () => void) => () => void;

// One listener for each signal: Node searches all of a signal's listeners to add one, which is n² for n waiting calls.
function stopBells(): StopBells {
  const waiting = new WeakMap<AbortSignal, Set<() => void>>();
  return (stop, ring) => {
    const rings = waiting.get(stop) ?? new Set();
    if (!waiting.has(stop)) {
      waiting.set(stop, rings);
      const ringAll = () => {
        for (const each of rings) each();
      };
      stop.addEventListener('abort', ringAll, { once: true });
    }
    rings.add(ring);
    return () => rings.delete(ring);
  };
}

interface StartGate {
  /** Resolves when one call may start, or the ticket is off. */
  turn(priority: number, ticket: Ticket): Promise<void>;
  slowDown(leftAt: number, retryAfterMs?: number): void;
  speedUp(): void;
  slowness(): number;
}

function startGate(policy: PacePolicy, clock: Clock): StartGate {
  const line = new PQueue({ concurrency: 1 });
  const gapMs = 1000 / policy.perSecond;
  let slowness = 1;
  let nextStartAt = Number.NEGATIVE_INFINITY;
  let slowedAt = Number.NEGATIVE_INFINITY;

  // Clocks count whole milliseconds: a start that is due within this one is due now.
  const isDue = () => nextStartAt < clock.now() + 1;
  const take = (wasWaiting: boolean) => {
    const earliest = clock.now() - (wasWaiting ? maxLagMs : 0);
    nextStartAt = Math.max(nextStartAt, earliest) + Math.max(gapMs * slowness, slowGapMs * (slowness - 1));
  };
  const waitFor = async (ticket: Ticket) => {
    let wasWaiting = false;
    while (ticket.state === 'waiting' && !isDue()) {
      wasWaiting = true;
      await clock.sleep(Math.ceil(nextStartAt - clock.now()));
    }
    if (ticket.state === 'waiting') take(wasWaiting);
  };

  return {
    turn: async (priority, ticket) => {
      // Nobody waits and a start is due: no need to queue for it.
      if (line.size === 0 && line.pending === 0 && isDue()) return take(false);
      await line.add(() => waitFor(ticket), { priority });
    },
    slowDown: (leftAt, retryAfterMs) => {
      const now = clock.now();
      // All that left before the last slow-down were too fast together: they count once.
      if (leftAt > slowedAt) {
        slowedAt = now;
        slowness = Math.min(maxSlowness, slowness * 2);
      }
      const pauseMs = Math.min(maxPauseMs, retryAfterMs ?? (firstPauseMs * slowness) / 2);
      if (slowedAt === now || retryAfterMs !== undefined) nextStartAt = Math.max(nextStartAt, now + pauseMs);
    },
    speedUp: () => {
      slowness = Math.max(1, slowness * recovery);
    },
    slowness: () => slowness,
  };
}
