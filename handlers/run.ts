// Invoked asynchronously by launch, with the name of a recorded run: does the run, in one process or as a durable execution.
// Ends in an error when the run ended in trouble; whatever invokes it again then finds it over and does nothing.

import type { DurableExecutionInvocationInput } from '@aws/durable-execution-sdk-js';
import type { Context } from 'aws-lambda';
import { work } from '../lib/run/work.ts';
import { readRunEvent } from '../lib/run/work-event.ts';
import { announcedRuns } from './announced.ts';
import { failure } from './failure.ts';
import { countingCalls, emit, tokensWithoutTick } from './metrics.ts';
import { durableRun, inlineTurn, type RunTurn } from './turn.ts';
import { wiring } from './wiring.ts';
import { conductRun } from './world.ts';

/** `{ run: "<name>" }`, or the durable execution of one → nothing of use; the report stands in the store. */
export async function handler(event: unknown, context: Context): Promise<unknown> {
  return countingCalls(async () => {
    if (isDurable(event)) return (await durableRun(workRun))(event, context);
    return workRun(() => readRunEvent(event), inlineTurn(context));
  }, tokensWithoutTick);
}

async function workRun(nameOf: () => string, turn: RunTurn): Promise<void> {
  const log = wiring.log();
  try {
    const { clock } = wiring;
    await work(nameOf(), { ...turn, store: announcedRuns(), clock, log, conduct: conductRun, emit });
  } catch (error) {
    throw failure('the run function ends in an error', error);
  }
}

/** The service's envelope around the event of a durable execution. */
function isDurable(event: unknown): event is DurableExecutionInvocationInput {
  return typeof event === 'object' && event !== null && 'DurableExecutionArn' in event;
}
