// Durable handlers that find out what the SDK does where its documentation does not say.
// What they find stands in findings.test.ts; the durable engine is built on it.

import { appendFileSync } from 'node:fs';
import { NestingType, StepSemantics, withDurableExecution } from '@aws/durable-execution-sdk-js';
import { notesIn } from './ledger.ts';
import { once, type ToyInput } from './toys.ts';

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const noRetry = { retryStrategy: () => ({ shouldRetry: false }) };

/** (a) A wait and a slow step at the same time. */
export const alongside = withDurableExecution(async ({ ledger }: ToyInput, context) => {
  const note = (what: string) => appendFileSync(ledger, `${what}\n`);
  const beside = Promise.withResolvers<void>();
  const slow = context.step('slow', async () => {
    await Promise.race([beside.promise, rest(10_000)]);
    note('slow step over');
  });
  await context.wait('short', { seconds: 1 });
  note('wait over');
  await context.step('beside', async () => note('step beside'));
  beside.resolve();
  await slow;
  await context.wait('pause', { seconds: 60 });
});

/** (b) What an interrupted step throws, in the invocation that finds it and in a replay. */
export const interrupted = withDurableExecution(async ({ ledger }: ToyInput, context) => {
  const never = { semantics: StepSemantics.AtMostOncePerRetry, ...noRetry };
  const found = await context
    .step('once', async () => 'done', never)
    .then(
      () => null,
      (error: unknown) => (error instanceof Error ? describe(error) : null),
    );
  appendFileSync(ledger, `${JSON.stringify(found)}\n`);
  await context.wait('pause', { seconds: 60 });
  return found;
});

function describe({ name, message, cause }: Error) {
  return { thrown: name, message, cause: cause instanceof Error ? cause.name : null };
}

export interface MapInput extends ToyInput {
  readonly nesting: 'FLAT' | 'NESTED';
  readonly items: number;
  readonly bytesEach: number;
}

/** (c) A map whose later items end first. */
export const mapping = withDurableExecution(async ({ ledger, nesting, items, bytesEach }: MapInput, context) => {
  const each = Array.from({ length: items }, (_, index) => index);
  const batch = await context.map(
    'each',
    each,
    async (child, index) => {
      appendFileSync(ledger, `body ${index}\n`);
      return await once(child, `item-${index}`, async () => {
        await rest(10 * (items - index));
        appendFileSync(ledger, `item ${index}\n`);
        return `${index}`.padEnd(bytesEach, '.');
      });
    },
    { maxConcurrency: items, nesting: NestingType[nesting] },
  );
  await context.wait('pause', { seconds: 60 });
  return batch.getResults().map((text) => text.trim().replaceAll('.', ''));
});

export interface SerdesInput extends ToyInput {
  /** What `serialize` does when it is first called. */
  readonly first: 'works' | 'throws';
}

export interface SerdesInput extends ToyInput {
  /** What `serialize` does when it is first called. */
  readonly first: 'works' | 'throws';
}

interface SerdesPlace {
  readonly entityId: string;
  readonly durableExecutionArn: string;
}

/** (d) When a step's serdes is called, and with what. */
export const serdes = withDurableExecution(async ({ ledger, first }: SerdesInput, context) => {
  const note = (what: string) => appendFileSync(ledger, `${what}\n`);
  const noted = {
    serialize: async (value: string | undefined, { entityId, durableExecutionArn }: SerdesPlace) => {
      await rest(1);
      const isFirst = !notesIn(ledger).some((line) => line.startsWith('serialize'));
      note(`serialize ${entityId} of ${durableExecutionArn.split('/').at(-2)}`);
      if (isFirst && first === 'throws') throw new Error('the table is throttled');
      return JSON.stringify({ value });
    },
    deserialize: async (text: string | undefined, { entityId }: SerdesPlace) => {
      await rest(1);
      note(`deserialize ${entityId} ${text}`);
      return text === undefined ? undefined : `${JSON.parse(text).value} again`;
    },
  };
  const stored = async () => {
    note('step');
    return 'value';
  };
  const value = await context.step('stored', stored, { serdes: noted, ...noRetry });
  await context.wait('pause', { seconds: 60 });
  return value;
});

/** (e) A step that fails with an error full of things that nobody should read. */
export const failing = withDurableExecution(async (_input: ToyInput, context) => {
  const error = new Error('the message', { cause: new Error('the cause') });
  error.name = 'ErrorOfOurs';
  Object.assign(error, { code: 'the-code', token: 'the-token' });
  try {
    await context.step('fails', () => Promise.reject(error), noRetry);
  } catch (thrown) {
    const own = thrown instanceof Error ? thrown.name : null;
    return { own, keys: Object.keys(JSON.parse(JSON.stringify(thrown))) };
  }
  return null;
});

/** (f) A step's result of so many bytes. */
export const large = withDurableExecution(async ({ bytes }: ToyInput & { readonly bytes: number }, context) => {
  const text = await context.step('large', async () => 'x'.repeat(bytes), noRetry);
  return text.length;
});
