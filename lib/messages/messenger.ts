// Sends notices to Slack, Teams or a Standard Webhooks endpoint: one POST, sent once more when that may help, and not before it is wanted.
// Bounded in all, because a run or a tick waits for it: no redirect is followed, and of an answer nothing but its status is read.

import { PowerError } from '../core/errors.ts';
import type { Notice } from '../core/notice.ts';
import type { Clock, Messenger } from '../ports.ts';
import { type Address, readAddress } from './address.ts';
import { slackMessage } from './slack.ts';
import { standardMessage } from './standard.ts';
import { teamsMessage } from './teams.ts';

export type MessengerKind = 'slack' | 'teams' | 'webhook';

export interface MessengerOptions {
  readonly kind: MessengerKind;
  /** Secrets Manager name or ARN of the secret with the address. */
  readonly secretId: string;
  readonly secrets: { read(secretId: string): Promise<string> };
  readonly clock: Clock;
  /** How long sending may take in all. @default 5000 */
  readonly withinMs?: number;
}

const mostTries = 2;
const pauseMs = 500;

/** A messenger of this kind. No call is made before the first notice; the secret is read for each. */
export function messenger({ kind, secretId, secrets, clock, withinMs = 5_000 }: MessengerOptions): Messenger {
  return {
    async send(notice) {
      const over = AbortSignal.timeout(withinMs);
      const until = clock.now() + withinMs;
      const secret = await Promise.race([secrets.read(secretId), endOf(over)]);
      if (secret === null) return { isSent: false, why: 'its secret took too long to read' };
      const address = readAddress(secretId, secret);
      const { body, headers } = written(notice, kind, { address, secretId, now: clock.now() });
      for (let tries = 1; ; tries += 1) {
        const { status, word, waitMs } = await post(address.url, body, headers, over);
        if (status >= 200 && status < 300) return { isSent: true };
        const isInTime = !over.aborted && clock.now() + waitMs < until;
        if (tries === mostTries || !isInTime || !isWorthAnother(status)) return { isSent: false, why: word };
        await clock.sleep(waitMs, over);
      }
    },
  };
}

// The SDK has more patience than a run that waits for this.
function endOf(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }));
}

interface Writing {
  readonly address: Address;
  readonly secretId: string;
  readonly now: number;
}

function written(notice: Notice, kind: MessengerKind, { address, secretId, now }: Writing) {
  switch (kind) {
    case 'slack':
      return { body: JSON.stringify(slackMessage(notice)), headers: {} };
    case 'teams':
      return { body: JSON.stringify(teamsMessage(notice)), headers: {} };
    case 'webhook': {
      const { signingSecret } = address;
      if (signingSecret !== null) return standardMessage(notice, signingSecret, now);
      throw new PowerError('secret', `the secret "${secretId}" of notifications must hold JSON with a "secret", too`);
    }
  }
}

interface Posted {
  /** 0 without an answer. */
  readonly status: number;
  readonly word: string;
  /** For how long to leave it alone before another try. */
  readonly waitMs: number;
}

async function post(
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Posted> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'user-agent': 'openscaler-power', ...headers },
      redirect: 'manual',
      signal,
    });
    await answer.body?.cancel();
    const waitMs = waitOf(answer.headers.get('retry-after'));
    return { status: answer.status, word: `it answered ${answer.status}`, waitMs };
  } catch (error) {
    // Its message may name the host, and its cause the address.
    const word = signal.aborted ? 'it took too long' : `no answer (${codeOf(error)})`;
    return { status: 0, word, waitMs: pauseMs };
  }
}

/** Slack takes about one message a second, and says in seconds when it takes the next. */
function waitOf(retryAfter: string | null): number {
  return retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? Math.max(pauseMs, Number(retryAfter) * 1000) : pauseMs;
}

function isWorthAnother(status: number): boolean {
  return status === 0 || status === 429 || status >= 500;
}

function codeOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : null;
  const code: unknown = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null;
  return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code : 'unknown';
}
