// A durable Lambda handler around a run and around the parts of a large one: the SDK's wrapper, our engine, and nothing told that
// is not ours to tell. Apart from handlers/run.ts, so that a deployment without durable functions never loads the SDK.

import { randomUUID } from 'node:crypto';
import { type DurableContext, type DurableLambdaHandler, withDurableExecution } from '@aws/durable-execution-sdk-js';
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
  /** What settles the parts of a large run: this very function, with its alias, and how large a part may be. */
  readonly child: () => { readonly functionName: string; readonly mostVmsHere: number };
  /** Throws `request`. */
  readonly readEvent: (event: unknown) => { readonly run: string; readonly part?: unknown };
  readonly work: (name: string, turn: DurableTurn) => Promise<void>;
  /** Settles one part (JSON) of a run, to its end (JSON). */
  readonly workPart: (name: string, part: unknown, turn: DurableTurn) => Promise<unknown>;
}

export function durableHandler(parts: DurableHandlerParts): DurableLambdaHandler {
  const { attic, readEvent, work, workPart } = parts;
  return withDurableExecution<unknown, unknown>(async (event, context) => {
    // The SDK's own lines repeat what an error carries.
    context.configureLogger({ customLogger: silent });
    const { run, part } = readEvent(event);
    const { durableExecutionArn } = context.executionContext;
    const serdes = payloads(run, attic());
    const turn = { engine: engineOf(context, run, serdes, parts), execution: durableExecutionArn };
    if (part === undefined) {
      await work(run, turn);
      return null;
    }
    const task = await serdes.deserialize(JSON.stringify(part), { entityId: 'part', durableExecutionArn });
    const end = await serdes.serialize(await workPart(run, task, turn), { entityId: 'end', durableExecutionArn });
    return end === undefined ? null : JSON.parse(end);
  });
}

function engineOf(
  context: DurableContext,
  run: string,
  serdes: ReturnType<typeof payloads>,
  { clock, child }: DurableHandlerParts,
): Engine {
  const endsAt = clock.now() + context.lambdaContext.getRemainingTimeInMillis();
  return durableEngine(context, {
    turn: { id: randomUUID(), endsAt },
    payloads: serdes,
    child: {
      ...child(),
      eventOf: async (task, of) => `{"run":${JSON.stringify(run)},"part":${await serdes.serialize(task, of)}}`,
    },
  });
}

const silent = {
  log: () => undefined,
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};
