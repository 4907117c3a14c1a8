// The doors of the week's deployment as others come to them: signed webhooks and API calls, through the handlers' own code.
// Routes, signatures, idempotency keys, the cap on launches and problem documents are the real ones; each call is an invocation.

import { Webhook } from 'standardwebhooks';
import { apiRoutes } from '../../lib/http/api-routes.ts';
import { type HttpHandler, httpHandler } from '../../lib/http/http-handler.ts';
import { launchCap } from '../../lib/http/launch-cap.ts';
import { webhookRoutes } from '../../lib/http/webhook.ts';
import { webhookSecrets } from '../../lib/http/webhook-secrets.ts';
import type { Clock } from '../../lib/ports.ts';
import type { LaunchWorld } from '../../lib/run/launch.ts';
import type { RunStore } from '../../lib/stores.ts';
import type { MemoryLog } from '../fakes/log.ts';
import { type EventParts, httpEvent, readAnswer } from '../http/api-bench.ts';
import { unreliable, type Weather } from './week-faults.ts';

export type ApiCall = Pick<EventParts, 'method' | 'path' | 'body' | 'headers'>;

/** What the caller is answered. */
export interface Told {
  readonly status: number;
  /** The run it is about, as far as the answer says. */
  readonly run: string | null;
  readonly words: string;
}

interface Parts {
  readonly clock: Clock;
  readonly log: MemoryLog;
  readonly weather: Weather;
}

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const secretId = 'power/ci';
const caller = 'arn:aws:iam::123456789012:user/somebody';
const webhooks = [
  {
    name: 'ci',
    verify: 'standard' as const,
    secretId,
    on: [],
    allow: { actions: ['start', 'shutdown', 'reboot'] as const, select: 'env=ci' },
  },
];

export class Doors {
  readonly #right: Clock;
  readonly #parts: Parts;
  readonly #secrets: ReturnType<typeof webhookSecrets>;
  readonly #admit: ReturnType<typeof launchCap>;

  /** `right`: the senders' clock, by which they sign. */
  constructor(right: Clock, parts: Parts) {
    const { clock, weather } = parts;
    const counts = new Map<string, number>();
    const counter = {
      count: async (trigger: string, limit: number) => {
        const minute = `${trigger} ${Math.floor(clock.now() / 60_000)}`;
        const count = (counts.get(minute) ?? 0) + 1;
        counts.set(minute, count);
        return count <= limit;
      },
    };
    this.#right = right;
    this.#parts = parts;
    this.#secrets = webhookSecrets(unreliable({ read: async () => secret }, 'secrets', weather), clock);
    this.#admit = launchCap({ perMinute: 30, count: unreliable(counter, 'launch count', weather).count, clock });
  }

  webhook(id: string, body: object, launching: LaunchWorld & { readonly store: RunStore }): Promise<Told> {
    const { log } = this.#parts;
    const world = { ...launching, admit: this.#admit, webhooks, secrets: this.#secrets };
    const text = JSON.stringify(body);
    const at = new Date(this.#right.now());
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, text),
    };
    const handler = httpHandler({ routes: webhookRoutes, world: () => world, log: () => log });
    return told(handler, { path: '/v1/webhooks/ci', headers, body: text });
  }

  api(call: ApiCall, launching: LaunchWorld & { readonly store: RunStore }): Promise<Told> {
    const { log } = this.#parts;
    const notHere = () => Promise.reject(new Error('nobody asks for this in the week'));
    const accounts = [{ name: 'main', projects: ['default'] }];
    const fleet = { accounts, plan: notHere, inventory: notHere, schedules: notHere };
    const world = { ...launching, ...fleet, admit: this.#admit };
    const handler = httpHandler({ routes: apiRoutes, world: () => world, log: () => log });
    return told(handler, { caller, ...call });
  }
}

async function told(handler: HttpHandler, parts: EventParts): Promise<Told> {
  const { status, json, text } = readAnswer(await handler(httpEvent(parts), { awsRequestId: 'week' }));
  const name: unknown = json?.run?.name;
  return { status, run: typeof name === 'string' ? name : null, words: text.slice(0, 300) };
}
