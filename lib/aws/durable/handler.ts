// A durable Lambda handler around one use case: the SDK's wrapper, our engine, and nothing told that is not ours to tell.
// Apart from handlers/run.ts, so that a deployment without durable functions never loads the SDK.

import { randomUUID } from 'node:crypto';
import { type DurableLambdaHandler, withDurableExecution } from '@aws/durable-execution-sdk-js';
import type { Clock, Engine } from '../../ports.ts';
import { durableEngine } from './engine.ts';
import { type Attic, payloads } from './payloads.ts';

/** One turn of a durable run. */
export interface DurableTurn {
  readonly engine: Engine;
  /** The execution: the same in every turn. */
  readonly execution: string;
}

export interface DurableHandlerParts {
  readonly clock: Clock;
  readonly attic: () => Attic;
  /** The run's name, from the event. Throws `request`. */
  readonly nameOf: (event: unknown) => string;
  readonly work: (name: string, turn: DurableTurn) => Promise<void>;
}

export function durableHandler({ clock, attic, nameOf, work }: DurableHandlerParts): DurableLambdaHandler {
  return withDurableExecution<unknown, null>(async (event, context) => {
    // The SDK's own lines repeat what an error carries.
    context.configureLogger({ customLogger: silent });
    const name = nameOf(event);
    const { lambdaContext, executionContext } = context;
    const endsAt = clock.now() + lambdaContext.getRemainingTimeInMillis();
    const engine = durableEngine(context, {
      turn: { id: randomUUID(), endsAt },
      payloads: payloads(name, attic()),
    });
    await work(name, { engine, execution: executionContext.durableExecutionArn });
    return null;
  });
}

const silent = {
  log: () => undefined,
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};
