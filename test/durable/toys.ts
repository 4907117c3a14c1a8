// Durable handlers that do nothing but note what they did, in a file that outlives them.
// Each shows one promise of the SDK on which the run is built.

import { appendFileSync } from 'node:fs';
import { type DurableContext, NestingType, StepSemantics, withDurableExecution } from '@aws/durable-execution-sdk-js';

export interface ToyInput {
  readonly ledger: string;
}

/** At most once: the answer, or `interrupted` when it began and its end was never stored. */
export async function once<T>(context: DurableContext, name: string, fn: () => Promise<T>): Promise<T | 'interrupted'> {
  const never = { semantics: StepSemantics.AtMostOncePerRetry, retryStrategy: () => ({ shouldRetry: false }) };
  try {
    return await context.step(name, fn, never);
  } catch (error) {
    if (error instanceof Error && error.cause instanceof Error && error.cause.name === 'StepInterruptedError')
      return 'interrupted';
    throw error;
  }
}

/** The outer function: a step, a once-only step, a wait, a flat map, a child context and an invocation. */
export const outer = withDurableExecution(async ({ ledger }: ToyInput, context) => {
  const note = (what: string) => appendFileSync(ledger, `${what}\n`);
  const first = await context.step('first', async () => {
    note('first');
    return process.pid;
  });
  const sent = await once(context, 'sent', async () => {
    note('sent');
    return 'done';
  });
  await context.wait('pause', { seconds: 1 });
  const chunks = await context.map(
    'chunks',
    [30, 20, 10],
    async (child, ms) =>
      once(child, `chunk-${ms}`, async () => {
        await new Promise((resolve) => setTimeout(resolve, ms));
        note(`chunk-${ms}`);
        return `done-${ms}`;
      }),
    { maxConcurrency: 2, nesting: NestingType.FLAT },
  );
  const inside = await context.runInChildContext('inside', async (child) => {
    await child.wait('inner-pause', { seconds: 1 });
    return await child.step('inner', async () => {
      note('inner');
      return 'inner';
    });
  });
  const invoked = await context.invoke('other', 'inner:live', { ledger });
  const last = await context.step('last', async () => {
    note('last');
    return first;
  });
  return { first, sent, chunks: chunks.getResults(), inside, invoked, last };
});

/** The function that the outer one invokes. */
export const inner = withDurableExecution(async ({ ledger }: ToyInput, context) => {
  await context.wait('other-pause', { seconds: 1 });
  return await context.step('other', async () => {
    appendFileSync(ledger, 'other\n');
    return 'other';
  });
});
