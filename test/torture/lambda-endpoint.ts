// Lambda's Invoke on 127.0.0.1: takes the event, answers 202, and does the run behind the caller's back.

import { createServer } from 'node:http';
import { readRunEvent } from '../../lib/run/work-event.ts';
import { listen } from '../fixtures/local-aws.ts';

export interface LambdaEndpoint {
  readonly endpoint: string;
  /** Resolves when nothing that was invoked is at work any more. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Serves `invoke`, which never throws, for the run of each event. */
export async function startLambda(invoke: (run: string) => Promise<void>): Promise<LambdaEndpoint> {
  const pending = new Set<Promise<void>>();
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const working: Promise<void> = invoke(readRunEvent(JSON.parse(Buffer.concat(parts).toString()))).finally(() =>
      pending.delete(working),
    );
    pending.add(working);
    response.writeHead(202).end();
  });
  const { endpoint, close } = await listen(server);
  return {
    endpoint,
    close,
    idle: async () => {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
