// From counted calls to dollars: every price has to find its way into the bill, once.

import { describe, expect, it } from 'vitest';
import { billedMs, memoryOf, monthOf, type Prices, readPrices } from '../../bench/cost/bill.ts';
import type { Invocation } from '../../bench/cost/day.ts';

const free: Prices = {
  note: 'nothing costs anything',
  region: 'nowhere',
  currency: 'USD',
  lambdaArm64PerGbSecond: 0,
  lambdaPerMillionRequests: 0,
  dynamodbPerMillionReadUnits: 0,
  dynamodbPerMillionWriteUnits: 0,
  schedulerPerMillionInvocations: 0,
  secretsManagerPer10kCalls: 0,
  openscalerPerCall: 0,
};

const invocation = (kind: Invocation['kind'], counted: Partial<Invocation> = {}): Invocation => ({
  kind,
  waitedMs: 900,
  cpuMs: 0,
  lists: 1,
  actions: 0,
  operations: [],
  readUnits: 2,
  writeUnits: 0,
  ...counted,
});

// Of ten ticks a day one acts; nine are alike, and two of those were run.
const day = {
  ticks: 10,
  invocations: [
    invocation('idle tick'),
    invocation('idle tick'),
    invocation('acting tick', { writeUnits: 3 }),
    invocation('run', { waitedMs: 9_900, lists: 4, actions: 50, readUnits: 5, writeUnits: 100 }),
  ],
};

const bill = (prices: Partial<Prices>, times = 1) =>
  monthOf(day, { memoryMb: { tick: 512, run: 2_048 }, initMs: 100, days: 30, times, prices: { ...free, ...prices } });

describe('a month', () => {
  it('has the idle ticks that were not run, too', () => {
    const { ticks, runs } = bill({});
    expect(ticks).toMatchObject({ invocations: 300, lists: 300, actions: 0, readUnits: 600, writeUnits: 90 });
    expect(runs).toMatchObject({ invocations: 30, lists: 120, actions: 1_500, readUnits: 150, writeUnits: 3_000 });
  });

  it('counts what acts once for each group, and what is left of the ticks as idle', () => {
    const { ticks, runs } = bill({}, 4);
    expect(ticks).toMatchObject({ invocations: 300, writeUnits: 360 });
    expect(runs).toMatchObject({ invocations: 120, actions: 6_000 });
  });

  it('bills memory by time', () => {
    const { ticks, runs } = bill({});
    expect(ticks.gbSeconds).toBeCloseTo(300 * 0.5 * 1, 9);
    expect(runs.gbSeconds).toBeCloseTo(30 * 2 * 10, 9);
  });

  it.each<[keyof Prices, number, number]>([
    ['lambdaArm64PerGbSecond', 150, 600],
    ['lambdaPerMillionRequests', 300 / 1e6, 30 / 1e6],
    ['dynamodbPerMillionReadUnits', 600 / 1e6, 150 / 1e6],
    ['dynamodbPerMillionWriteUnits', 90 / 1e6, 3_000 / 1e6],
    ['schedulerPerMillionInvocations', 300 / 1e6, 0],
    ['secretsManagerPer10kCalls', 300 / 1e4, 30 / 1e4],
    ['openscalerPerCall', 300, 1_620],
  ])('costs %s what was counted', (price, ofTicks, ofRuns) => {
    const { ticks, runs } = bill({ [price]: 1 });
    expect(ticks.money).toBeCloseTo(ofTicks, 9);
    expect(runs.money).toBeCloseTo(ofRuns, 9);
  });
});

describe('what an invocation is billed for', () => {
  it('is its start, what it waits for and its CPU, slower by its share of a processor', () => {
    expect(billedMs({ waitedMs: 1_000, cpuMs: 100 }, 1_769 / 2, 500)).toBe(1_700);
  });

  it('is no less CPU than was measured, however much memory it has', () => {
    expect(billedMs({ waitedMs: 0, cpuMs: 100 }, 10_240, 0)).toBe(100);
  });

  it('is whole milliseconds, begun ones counted', () => {
    expect(billedMs({ waitedMs: 0.2, cpuMs: 0 }, 1_769, 0)).toBe(1);
  });
});

it('the price table is one, and the memory of functions stands in serverless.yml', async () => {
  expect((await readPrices(new URL('../../bench/prices.json', import.meta.url))).currency).toBe('USD');
  expect(await memoryOf('run')).toBeGreaterThanOrEqual(128);
});
