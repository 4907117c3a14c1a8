// The durable engine: AWS Lambda durable functions behind the Engine port. Steps are remembered, waits are not paid for, and the
// run is taken up by another process where the one before ended.

import {
  type DurableContext,
  InvokeError,
  NestingType,
  type RetryDecision,
  type Serdes,
  type StepConfig,
  StepError,
  StepSemantics,
} from '@aws/durable-execution-sdk-js';
import { kindOf } from '../../core/describe-error.ts';
import { type ErrorCode, PowerError } from '../../core/errors.ts';
import type { Engine, Turn } from '../../ports.ts';

export interface DurableParts {
  readonly turn: Turn;
  /** How results become what is remembered, and back. */
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's own type of a serdes that serves every result.
  readonly payloads: Serdes<any>;
  /** What does a part of a large run: the function with its alias, from how many VMs on, and the event that hands it over. */
  readonly child?: {
    readonly functionName: string;
    readonly mostVmsHere: number;
    readonly eventOf: Serdes<unknown>['serialize'];
  };
}

// A chunk is a good minute's work at 50 calls side by side; 10,000 VMs make 100 of them. Sixteen side by side keep every place of
// the pace taken, also where a few slow VMs hold up each of them.
const sends = { perStep: 100, stepsAtOnce: 16 };

// About ten minutes of DynamoDB trouble, slept through unpaid.
const mostAttempts = 10;
const longestDelayS = 120;

/** An engine on the durable context of this turn. */
export function durableEngine(context: DurableContext, parts: DurableParts): Engine {
  const { turn, payloads } = parts;
  const run = async <T>(name: string, fn: () => Promise<T>, config: StepConfig<Kept<T>>, attempts: number) =>
    opened(
      await context.step<Kept<T>>(name, ({ attempt }) => kept(name, fn, attempt < attempts), {
        ...config,
        serdes: payloads,
      }),
    );
  return {
    step: (name, fn) => run(name, fn, { retryStrategy: growing }, mostAttempts),
    once: async (name, fn) => {
      try {
        return await run(name, fn, { semantics: StepSemantics.AtMostOncePerRetry, retryStrategy: never }, 1);
      } catch (error) {
        // Any fault of `fn` itself comes back as a result: what is thrown here is the interruption.
        if (error instanceof StepError) return null;
        throw error;
      }
    },
    wait: async (name, ms) => {
      await context.wait(name, { seconds: Math.max(1, Math.ceil(ms / 1000)) });
    },
    map: async (name, items, fn, limit) => {
      if (items.length === 0) return [];
      const results = await context.map(
        name,
        [...items],
        (own, item, index) => kept(name, () => fn(item, index, durableEngine(own, parts)), false),
        { maxConcurrency: limit, nesting: NestingType.FLAT },
      );
      results.throwIfError();
      return results.getResults().map((result) => opened(result));
    },
    ...(parts.child === undefined ? {} : { elsewhere: elsewhere(context, payloads, parts.child) }),
    turn,
    sends,
  };
}

function elsewhere(
  context: DurableContext,
  resultSerdes: DurableParts['payloads'],
  { functionName, mostVmsHere, eventOf }: NonNullable<DurableParts['child']>,
): NonNullable<Engine['elsewhere']> {
  const payloadSerdes = { serialize: eventOf, deserialize: async () => undefined };
  return {
    mostVmsHere,
    do: async (name, task) => {
      try {
        return await context.invoke(name, functionName, task, { payloadSerdes, resultSerdes });
      } catch (error) {
        if (error instanceof InvokeError) return null;
        throw error;
      }
    },
  };
}

/** A result as it is remembered: faults too, in our own words, for the service would keep what the error itself carries. */
type Kept<T> =
  | { readonly value: T }
  | { readonly fault: { readonly code: ErrorCode; readonly message: string } }
  | { readonly bug: string };

async function kept<T>(name: string, fn: () => Promise<T>, mayRetry: boolean): Promise<Kept<T>> {
  try {
    return { value: await fn() };
  } catch (error) {
    if (!(error instanceof PowerError)) return { bug: `${kindOf(error)} in ${name}` };
    if (error.code === 'aws' && mayRetry) throw new TransientFault(error.message);
    return { fault: { code: error.code, message: error.message } };
  }
}

function opened<T>(result: Kept<T>): T {
  if ('value' in result) return result.value;
  if ('fault' in result) throw new PowerError(result.fault.code, result.fault.message);
  throw new Error(`a mistake of ours: ${result.bug}; please report it`);
}

/** Thrown to have a step tried again. */
class TransientFault extends Error {
  override readonly name = 'TransientFault';
}

function growing(error: Error, attempt: number): RetryDecision {
  const shouldRetry = error.message !== '' && attempt < mostAttempts;
  return { shouldRetry, delay: { seconds: Math.min(longestDelayS, 2 ** attempt) } };
}

function never(): RetryDecision {
  return { shouldRetry: false };
}
