// From a day's invocations to a month's bill: what is multiplied by what stands here and nowhere else.
// The prices are input, and examples until somebody puts in their own.

import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import type { Day, Invocation } from './day.ts';

const price = v.pipe(v.number(), v.minValue(0));
const pricesSchema = v.strictObject({
  note: v.string(),
  region: v.string(),
  currency: v.string(),
  lambdaArm64PerGbSecond: price,
  lambdaPerMillionRequests: price,
  dynamodbPerMillionReadUnits: price,
  dynamodbPerMillionWriteUnits: price,
  schedulerPerMillionInvocations: price,
  secretsManagerPer10kCalls: price,
  openscalerPerCall: price,
});

export type Prices = v.InferOutput<typeof pricesSchema>;

/** The price table of a file. Rejects when it is not one. */
export async function readPrices(file: string | URL): Promise<Prices> {
  return v.parse(pricesSchema, JSON.parse(await readFile(file, 'utf8')));
}

/** The memory of a function in MB, as serverless.yml has it. */
export async function memoryOf(functionName: string): Promise<number> {
  const text = await readFile(new URL('../../serverless.yml', import.meta.url), 'utf8');
  const [, block = ''] = new RegExp(`^  ${functionName}:\\n((?:    .*\\n|\\n)*)`, 'm').exec(text) ?? [];
  const [, memory] = /^ {4}memorySize: (\d+)$/m.exec(block) ?? /^ {2}memorySize: (\d+)$/m.exec(text) ?? [];
  if (memory === undefined) throw new Error(`serverless.yml says nothing of the memory of ${functionName}`);
  return Number(memory);
}

export interface Usage {
  readonly invocations: number;
  readonly lists: number;
  readonly actions: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly gbSeconds: number;
  readonly money: number;
}

export interface Month {
  readonly ticks: Usage;
  readonly runs: Usage;
}

export interface BillOptions {
  readonly memoryMb: { readonly tick: number; readonly run: number };
  /** How long the start of a container is billed; every invocation is reckoned to need one. */
  readonly initMs: number;
  readonly days: number;
  /** How many times the acting ticks and the runs of the day count. */
  readonly times: number;
  readonly prices: Prices;
}

/** How much longer a second of CPU takes there: a Lambda has its memory's share of a processor. */
export function cpuFactor(memoryMb: number): number {
  return Math.max(1, wholeProcessorMb / memoryMb);
}

// https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html: the equivalent of one vCPU.
const wholeProcessorMb = 1_769;

/** What an invocation is billed for: all it waits for, and its CPU on top, as if the two never overlapped. */
export function billedMs(
  { waitedMs, cpuMs }: Pick<Invocation, 'waitedMs' | 'cpuMs'>,
  memoryMb: number,
  initMs: number,
): number {
  return Math.ceil(initMs + waitedMs + cpuMs * cpuFactor(memoryMb));
}

/** The month's usage and money, of ticks and of runs. */
export function monthOf({ invocations, ticks }: Day, options: BillOptions): Month {
  const { memoryMb, times, days } = options;
  const kinds = Map.groupBy(invocations, ({ kind }) => kind);
  const idle = kinds.get('idle tick') ?? [];
  const acting = kinds.get('acting tick') ?? [];
  const idleTimes = (ticks - acting.length * times) / idle.length;
  const usages = (of: readonly Invocation[], count: number, memory: number) =>
    of.map((one) => usageOf(one, count * days, memory, options));
  return {
    ticks: total([...usages(idle, idleTimes, memoryMb.tick), ...usages(acting, times, memoryMb.tick)]),
    runs: total(usages(kinds.get('run') ?? [], times, memoryMb.run)),
  };
}

function usageOf(one: Invocation, count: number, memoryMb: number, { initMs, prices }: BillOptions): Usage {
  const gbSeconds = count * (memoryMb / 1024) * (billedMs(one, memoryMb, initMs) / 1000);
  const [lists, actions] = [one.lists * count, one.actions * count];
  const [readUnits, writeUnits] = [one.readUnits * count, one.writeUnits * count];
  const money =
    gbSeconds * prices.lambdaArm64PerGbSecond +
    (count / 1e6) * prices.lambdaPerMillionRequests +
    (readUnits / 1e6) * prices.dynamodbPerMillionReadUnits +
    (writeUnits / 1e6) * prices.dynamodbPerMillionWriteUnits +
    (one.kind === 'run' ? 0 : (count / 1e6) * prices.schedulerPerMillionInvocations) +
    // A new container reads the token once.
    (count / 1e4) * prices.secretsManagerPer10kCalls +
    (lists + actions) * prices.openscalerPerCall;
  return { invocations: count, lists, actions, readUnits, writeUnits, gbSeconds, money };
}

/** The sum of usages. */
export function total(usages: readonly Usage[]): Usage {
  const sum = (of: (usage: Usage) => number) => usages.reduce((so, usage) => so + of(usage), 0);
  return {
    invocations: sum(({ invocations }) => invocations),
    lists: sum(({ lists }) => lists),
    actions: sum(({ actions }) => actions),
    readUnits: sum(({ readUnits }) => readUnits),
    writeUnits: sum(({ writeUnits }) => writeUnits),
    gbSeconds: sum(({ gbSeconds }) => gbSeconds),
    money: sum(({ money }) => money),
  };
}
