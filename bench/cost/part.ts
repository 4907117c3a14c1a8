// What a month costs, for fleets of several sizes: every VM switched on and off once a day, and a tick every few minutes.
// One simulated day of the real thing, counted, times thirty; prices are a file, and what is assumed stands in assumed.ts.

import { schedulesOf, textFilesIn } from '../../lib/config/schedules.ts';
import type { Config } from '../../lib/config.ts';
import type { Measured, Part } from '../part.ts';
import { shippedConfig } from '../policy.ts';
import { type Sheet, whole } from '../table.ts';
import { atOnce, days, initMs, latencies } from './assumed.ts';
import { billedMs, type Month, memoryOf, monthOf, type Prices, readPrices, total, type Usage } from './bill.ts';
import { type Day, type Invocation, simulateDay } from './day.ts';
import { type Fleet, makeFleet } from './fleet.ts';

const sizes = { quick: [10, 1_000], full: [10, 1_000, 10_000] };
/** Up to this size the whole day is run; beyond it, every kind of tick and run, and those are multiplied. */
const wholeDayVms = { quick: 10, full: 1_000 };
const sampled = { groups: 2, idleTicks: 6 };

type Ticking = NonNullable<Config['tick']>;
type MemoryMb = { readonly tick: number; readonly run: number };

interface Scale {
  readonly vms: number;
  readonly groups: number;
  readonly groupsRun: number;
  readonly ticksOfDay: number;
  readonly ticksRun: number;
  readonly month: Month;
  readonly all: Usage;
  readonly idleTick: Average;
  readonly actingTick: Average;
  readonly run: Average;
  readonly faults: readonly string[];
}

export const cost: Part = {
  name: 'cost',
  what: 'dollars a month for 10, 1,000 and 10,000 VMs, from counted calls and a price table',
  measure: async ({ isQuick, prices: file, tell }) => {
    const prices = await readPrices(file);
    const memoryMb = { tick: await memoryOf('reconcile'), run: await memoryOf('run') };
    const ticking = shippedConfig.tick;
    if (ticking === null) throw new Error('power.config.ts has no tick: there is nothing to count');
    const scales: Scale[] = [];
    for (const vms of isQuick ? sizes.quick : sizes.full) {
      tell(`a day of ${whole(vms)} VMs`);
      const isWhole = vms <= (isQuick ? wholeDayVms.quick : wholeDayVms.full);
      scales.push(await measure(vms, isWhole, ticking, memoryMb, prices));
    }
    return resultOf(scales, ticking, memoryMb, prices);
  },
};

async function measure(vms: number, isWhole: boolean, ticking: Ticking, memoryMb: MemoryMb, prices: Prices) {
  const { guard } = shippedConfig;
  const config = { ...shippedConfig, guard: { ...guard, maxVms: Math.max(guard.maxVms, atOnce) } };
  const schedules = schedulesOf(config, textFilesIn(process.cwd()));
  const fleet = makeFleet(vms, atOnce, isWhole ? Number.POSITIVE_INFINITY : sampled.groups);
  const idleTicks = isWhole ? Number.POSITIVE_INFINITY : sampled.idleTicks;
  const day = await simulateDay({ fleet, config, schedules, latencies, idleTicks }, ticking);
  return scaleOf(vms, fleet, day, memoryMb, prices);
}

function scaleOf(vms: number, fleet: Fleet, day: Day, memoryMb: MemoryMb, prices: Prices): Scale {
  const times = fleet.groups / fleet.working;
  const month = monthOf(day, { memoryMb, initMs, days, times, prices });
  return {
    vms,
    groups: fleet.groups,
    groupsRun: fleet.working,
    ticksOfDay: day.ticks,
    ticksRun: day.invocations.filter(({ kind }) => kind !== 'run').length,
    month,
    all: total([month.ticks, month.runs]),
    idleTick: averageOf('idle tick', day, memoryMb.tick),
    actingTick: averageOf('acting tick', day, memoryMb.tick),
    run: averageOf('run', day, memoryMb.run),
    faults: idleFaults(day.invocations, vms),
  };
}

/** A tick that has nothing to do costs one list per project, one query for what is remembered, two for runs, and no write. */
function idleFaults(invocations: readonly Invocation[], vms: number): string[] {
  const idle = invocations.filter(({ kind }) => kind === 'idle tick');
  const strange = idle.filter(
    ({ lists, actions, operations, writeUnits }) =>
      lists !== 1 || actions !== 0 || operations.join() !== 'Query,Query,Query' || writeUnits !== 0,
  );
  return strange.map(
    ({ lists, operations }) =>
      `an idle tick of ${whole(vms)} VMs made ${lists} lists and ${operations.join() || 'no query'}`,
  );
}

type Average = ReturnType<typeof averageOf>;

function averageOf(kind: Invocation['kind'], { invocations }: Day, memoryMb: number) {
  const of = invocations.filter((one) => one.kind === kind);
  const mean = (value: (one: Invocation) => number) => of.reduce((sum, one) => sum + value(one), 0) / of.length;
  return {
    measured: of.length,
    waitedMs: mean(({ waitedMs }) => waitedMs),
    cpuMs: mean(({ cpuMs }) => cpuMs),
    billedMs: mean((one) => billedMs(one, memoryMb, initMs)),
    lists: mean(({ lists }) => lists),
    actions: mean(({ actions }) => actions),
    readUnits: mean(({ readUnits }) => readUnits),
    writeUnits: mean(({ writeUnits }) => writeUnits),
  };
}

function resultOf(scales: readonly Scale[], ticking: Ticking, memoryMb: MemoryMb, prices: Prices): Measured {
  return {
    figures: { latencies, initMs, days, atOnce, memoryMb, prices, scales },
    sheets: [monthSheet(scales, ticking, prices), invocationSheet(scales, memoryMb)],
    misses: scales.flatMap(({ faults }) => faults),
  };
}

function monthSheet(scales: readonly Scale[], { everyMs }: Ticking, { currency, region, note }: Prices): Sheet {
  const head = [
    'VMs',
    'lists',
    'actions',
    'read units',
    'write units',
    'invocations',
    'GB-seconds',
    `${currency} a month`,
    'of it ticks',
  ];
  const rows = scales.map(({ vms, all, month }) => [
    ...[vms, all.lists, all.actions, all.readUnits, all.writeUnits, all.invocations, all.gbSeconds].map(whole),
    all.money.toFixed(2),
    `${Math.round((month.ticks.money / all.money) * 100)} %`,
  ]);
  const multiplied = scales.filter(
    ({ groups, groupsRun, ticksRun, ticksOfDay }) => groups > groupsRun || ticksRun < ticksOfDay,
  );
  return {
    title: 'A month',
    intro: `${days} days, in each a start and a stop of every VM, and a tick every ${everyMs / 60_000} minutes; one day was run against a DynamoDB stand-in and counted.`,
    rows: [head, ...rows],
    notes: [
      `Prices: ${region}, ${note}`,
      ...multiplied.map(
        ({ vms, ticksRun, ticksOfDay, groupsRun, groups }) =>
          `Of ${whole(vms)} VMs ${ticksRun} of ${ticksOfDay} ticks and ${groupsRun} of ${groups} groups of VMs were run, and multiplied.`,
      ),
    ],
  };
}

function invocationSheet(scales: readonly Scale[], memoryMb: MemoryMb): Sheet {
  const head = ['one of', 'VMs', 'POSTs', 'waits ms', 'CPU ms', 'billed ms', 'lists', 'read units', 'write units'];
  const row = (name: string, vms: number, of: Average) => [
    name,
    ...[vms, of.actions, of.waitedMs, of.cpuMs, of.billedMs].map(whole),
    of.lists.toFixed(1),
    ...[of.readUnits, of.writeUnits].map(whole),
  ];
  const { listMs, listPerThousandVmsMs, startMs, shutdownMs, database } = latencies;
  return {
    title: 'What a tick and a run are billed for',
    rows: [
      head,
      ...scales.map(({ vms, idleTick }) => row('idle tick', vms, idleTick)),
      ...scales.map(({ vms, actingTick }) => row('acting tick', vms, actingTick)),
      ...scales.map(({ vms, run }) => row('run', vms, run)),
    ],
    notes: [
      `Assumed: a list takes ${listMs} ms and ${listPerThousandVmsMs} more for every 1,000 VMs, a start is held ${startMs / 1000} s, a shutdown ${shutdownMs / 1000} s, a DynamoDB call takes ${database.callMs} ms, a new container ${initMs} ms, and every invocation needs one. At most ${atOnce} VMs have the same hours. Ticks have ${memoryMb.tick} MB, runs ${memoryMb.run} MB, and CPU is slower by their share of a processor.`,
    ],
  };
}
