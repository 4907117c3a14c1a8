// A client against a scripted server, with short time-outs and a clock that skips over pauses.
// Every test closes what it opened, and the script is verified when it ends.

import { inspect } from 'node:util';
import { afterEach, expect } from 'vitest';

import type { CallFact } from '../../lib/core/metric.ts';
import type { PacePolicy } from '../../lib/core/policy.ts';
import { openscalerCloud } from '../../lib/openscaler/client.ts';
import type { Clock, TokenSource } from '../../lib/ports.ts';
import { MemoryLog } from '../fakes/log.ts';
import { type Exchange, type ScriptedServer, scriptedServer } from '../fakes/scripted-server.ts';

export const secretToken = 'top-secret-token-5f0c';

/** Real time, except that a pause is skipped over at once; the pauses are kept. */
export class SkippingClock implements Clock {
  readonly pauses: number[] = [];
  readonly #alarms = new Set<{ readonly due: number; readonly ring: () => void }>();
  #skippedMs = 0;

  now(): number {
    return Date.now() + this.#skippedMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    // What can be called off is an instant to be late at: no pause, but an alarm in real time.
    return signal ? this.#alarm(ms, signal) : this.#skip(ms);
  }

  #skip(ms: number): Promise<void> {
    this.pauses.push(ms);
    this.#skippedMs += ms;
    for (const alarm of this.#alarms) if (alarm.due <= this.now()) alarm.ring();
    return new Promise((resolve) => setImmediate(resolve));
  }

  #alarm(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => alarm.ring(), ms);
      const alarm = {
        due: this.now() + ms,
        ring: () => {
          clearTimeout(timer);
          this.#alarms.delete(alarm);
          resolve();
        },
      };
      this.#alarms.add(alarm);
      signal.addEventListener('abort', alarm.ring);
    });
  }
}

/** A token source that counts, and renews to what it is told. */
export class CountingTokens implements TokenSource {
  current: string;
  readonly renewed: string[] = [];
  readonly #next: string;

  constructor(current: string, next = current) {
    this.current = current;
    this.#next = next;
  }

  async token(): Promise<string> {
    return this.current;
  }

  async renew(rejected: string): Promise<string> {
    this.renewed.push(rejected);
    this.current = this.#next;
    return this.current;
  }
}

const open: ScriptedServer[] = [];

afterEach(async () => {
  const servers = open.splice(0);
  await Promise.all(servers.map((server) => server.close()));
  for (const server of servers) server.verify();
});

export interface SetUp {
  readonly tokens?: TokenSource;
  readonly pace?: PacePolicy;
  readonly readMs?: number;
  readonly actionMs?: number;
  readonly tally?: (fact: CallFact) => void;
}

export async function setUp(script: readonly Exchange[], options: SetUp = {}) {
  const server = await scriptedServer(script);
  open.push(server);
  const clock = new SkippingClock();
  const log = new MemoryLog();
  const cloud = openscalerCloud({
    account: 'main',
    apiUrl: server.url,
    tokens: options.tokens ?? new CountingTokens(secretToken),
    pace: options.pace ?? { inFlight: 50, perSecond: 1e6 },
    timeouts: { readMs: options.readMs ?? 2000, actionMs: options.actionMs ?? 5000 },
    clock,
    log,
    random: () => 0.5,
    ...(options.tally === undefined ? {} : { tally: options.tally }),
  });
  return { cloud, server, clock, log };
}

/** What the promise was rejected with; fails when it wasn't, or when the token is anywhere in it. */
export async function thrown(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expectNoToken(error);
  if (error instanceof Error) return error;
  throw new Error(`nothing was thrown, or no Error: ${inspect(error)}`);
}

export function expectNoToken(value: unknown): void {
  expect(inspect(value, { depth: 10, showHidden: true })).not.toContain(secretToken);
}

export const vm = (id: number, changes: Record<string, unknown> = {}) => ({
  id,
  name: `vm-${id}`,
  project_id: 'default',
  region: 'alg1',
  description: '',
  state: 'running',
  ...changes,
});
