// An EventBridge on localhost: enough of PutEvents for the real SDK client to announce to.
// Tests and offline use it through AWS_ENDPOINT_URL_EVENTBRIDGE, so that the deployed code path runs.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as v from 'valibot';

const entry = v.strictObject({
  EventBusName: v.string(),
  Source: v.string(),
  DetailType: v.string(),
  Detail: v.pipe(
    v.string(),
    v.transform((text): unknown => JSON.parse(text)),
    v.record(v.string(), v.unknown()),
  ),
  /** Seconds since the epoch. */
  Time: v.optional(v.number()),
});
const request = v.strictObject({ Entries: v.pipe(v.array(entry), v.minLength(1), v.maxLength(10)) });

export type TakenEvent = v.InferOutput<typeof entry>;

export interface EventBusEndpoint {
  /** For AWS_ENDPOINT_URL_EVENTBRIDGE. */
  readonly url: string;
  /** What was announced, in order. */
  readonly taken: readonly TakenEvent[];
  close(): Promise<void>;
}

const maxRequestBytes = 256 * 1024 + 16 * 1024;

/** Takes events on 127.0.0.1 until it is closed, and hands each to `onEvent`. */
export async function startEventBus(onEvent?: (event: TakenEvent) => void): Promise<EventBusEndpoint> {
  const taken: TakenEvent[] = [];
  const answer = async (message: IncomingMessage, response: ServerResponse) => {
    const isPut = message.headers['x-amz-target'] === 'AWSEvents.PutEvents';
    const parsed = v.safeParse(request, isPut ? JSON.parse(await readBody(message)) : null);
    if (!parsed.success) {
      reply(response, 400, { __type: 'ValidationException', message: 'not what PutEvents takes' });
      return;
    }
    const { Entries } = parsed.output;
    taken.push(...Entries);
    for (const one of Entries) onEvent?.(one);
    const answers = Entries.map((_, index) => ({ EventId: `event-${taken.length - Entries.length + index + 1}` }));
    reply(response, 200, { FailedEntryCount: 0, Entries: answers });
  };
  const server = createServer((message, response) => {
    answer(message, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    taken,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    length += chunk.length;
    if (length > maxRequestBytes) throw new RangeError('the request is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
