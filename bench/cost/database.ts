// What the AWS SDK sends its requests through in this benchmark: a real socket, and a latency on the virtual clock.
// It keeps every exchange; they are reckoned afterwards, so that the reckoning is not measured.

import { Agent, request as httpRequest } from 'node:http';
import type { Exchange } from './request-units.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface DatabaseLatency {
  readonly callMs: number;
  readonly perMegabyteMs: number;
}

interface SdkRequest {
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export class CountingHandler {
  exchanges: Exchange[] = [];
  readonly #clock: VirtualClock;
  readonly #latency: DatabaseLatency;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(clock: VirtualClock, latency: DatabaseLatency) {
    this.#clock = clock;
    this.#latency = latency;
  }

  async handle(request: SdkRequest) {
    const { status, headers, body } = await this.#clock.standStill(exchange(request, this.#agent));
    const operation = String(request.headers['x-amz-target'] ?? request.headers['X-Amz-Target']).replace(/^.*\./, '');
    this.exchanges.push({ operation, request: textOf(request.body), status, answer: body.toString() });
    await this.#clock.sleep(this.#latency.callMs + (this.#latency.perMegabyteMs * body.length) / 2 ** 20);
    return { response: { statusCode: status, headers, body: new Uint8Array(body) } };
  }

  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): object {
    return {};
  }

  destroy(): void {
    this.#agent.destroy();
  }
}

function textOf(body: string | Uint8Array = ''): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}

function exchange({ hostname: host, port, path, headers, body }: SdkRequest, agent: Agent) {
  return new Promise<{ status: number; headers: Record<string, string>; body: Buffer }>((resolve, reject) => {
    const sending = httpRequest({ host, port, path, headers, agent, method: 'POST' }, async (response) => {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part);
      const told = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
      resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(told), body: Buffer.concat(parts) });
    });
    sending.once('error', reject);
    sending.end(body);
  });
}
