// What a month of ticks costs, for fleets of several sizes: one simulated day of the real thing, times thirty.
// Prices and latencies are input. Run with: node bench/ticks.ts [--json] [--prices FILE] [--list MS] …

import { parseArgs } from 'node:util';
import { schedulesOf, textFilesIn } from '../lib/config/schedules.ts';
import { loadConfig, readEnvironment } from '../lib/config.ts';
import powerConfig from '../power.config.ts';
import { renderFacts, renderTable } from './table.ts';
import { billedMs, cpuFactor, memoryOf, monthOf, readPrices, total } from './ticks/bill.ts';
import { type Day, type Invocation, type Latencies, simulateDay } from './ticks/day.ts';
import { type Fleet, makeFleet } from './ticks/fleet.ts';

const { values } = parseArgs({
  options: {
    vms: { type: 'string', default: '10,1000,10000' },
    prices: { type: 'string' },
    // Latencies in milliseconds.
    list: { type: 'string', default: '300' },
    'list-per-1000-vms': { type: 'string', default: '100' },
    start: { type: 'string', default: '10000' },
    shutdown: { type: 'string', default: '20000' },
    dynamodb: { type: 'string', default: '5' },
    'dynamodb-per-mb': { type: 'string', default: '100' },
    invoke: { type: 'string', default: '30' },
    init: { type: 'string', default: '500' },
    // How many VMs have the same hours.
    'at-once': { type: 'string', default: '500' },
    days: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
  },
});

const latencies: Latencies = {
  listMs: Number(values.list),
  listPerThousandVmsMs: Number(values['list-per-1000-vms']),
  startMs: Number(values.start),
  shutdownMs: Number(values.shutdown),
  invokeMs: Number(values.invoke),
  database: { callMs: Number(values.dynamodb), perMegabyteMs: Number(values['dynamodb-per-mb']) },
};
const atOnce = Number(values['at-once']);
const initMs = Number(values.init);
const days = Number(values.days);
/** Up to this size the whole day is run; beyond it, every kind of tick and run, and those are multiplied. */
const wholeDayVms = 1_000;
const sampled = { groups: 2, idleTicks: 6 };

const prices = await readPrices(values.prices ?? new URL('prices.json', import.meta.url));
const memoryMb = { tick: await memoryOf('reconcile'), run: await memoryOf('run') };
const configured = loadConfig(powerConfig, readEnvironment({ OPENSCALER_SECRET_ID: 'openscaler/token' }));
const { guard } = configured;
const config = { ...configured, guard: { ...guard, maxVms: Math.max(guard.maxVms, atOnce) } };
const schedules = schedulesOf(config, textFilesIn(process.cwd()));
if (config.tick === null) throw new Error('power.config.ts has no tick: there is nothing to measure');

const scales: Awaited<ReturnType<typeof measure>>[] = [];
for (const vms of values.vms.split(',').map(Number)) scales.push(await measure(vms, config.tick));
const faults = scales.flatMap((scale) => scale.faults);
if (values.json)
  process.stdout.write(`${JSON.stringify({ latencies, initMs, days, memoryMb, prices, scales }, null, 2)}\n`);
else process.stdout.write(say());
process.exitCode = faults.length === 0 ? 0 : 1;

async function measure(vms: number, ticking: NonNullable<typeof config.tick>) {
  const isWhole = vms <= wholeDayVms;
  const fleet = makeFleet(vms, atOnce, isWhole ? Number.POSITIVE_INFINITY : sampled.groups);
  const idleTicks = isWhole ? Number.POSITIVE_INFINITY : sampled.idleTicks;
  const begun = performance.now();
  const day = await simulateDay({ fleet, config, schedules, latencies, idleTicks }, ticking);
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
    idleTick: averageOf('idle tick', day),
    actingTick: averageOf('acting tick', day),
    run: averageOf('run', day),
    faults: idleFaults(day.invocations, vms),
    tookSeconds: (performance.now() - begun) / 1000,
    ...vmsOfRun(fleet),
  };
}

function vmsOfRun({ workingVms, working }: Fleet) {
  return { vmsPerRun: workingVms / working };
}

/** A tick that has nothing to do costs one list per project, one query, and no write. */
function idleFaults(invocations: readonly Invocation[], vms: number): string[] {
  const idle = invocations.filter(({ kind }) => kind === 'idle tick');
  const strange = idle.filter(
    ({ lists, actions, operations, writeUnits }) =>
      lists !== 1 || actions !== 0 || operations.join() !== 'Query' || writeUnits !== 0,
  );
  return strange.map(
    ({ lists, operations }) => `an idle tick of ${vms} VMs made ${lists} lists and ${operations.join() || 'no query'}`,
  );
}

function averageOf(kind: Invocation['kind'], { invocations }: Day) {
  const of = invocations.filter((one) => one.kind === kind);
  const mean = (value: (one: Invocation) => number) => of.reduce((sum, one) => sum + value(one), 0) / of.length;
  const memory = kind === 'run' ? memoryMb.run : memoryMb.tick;
  return {
    measured: of.length,
    waitedMs: mean(({ waitedMs }) => waitedMs),
    cpuMs: mean(({ cpuMs }) => cpuMs),
    billedMs: mean((one) => billedMs(one, memory, initMs)),
    lists: mean(({ lists }) => lists),
    actions: mean(({ actions }) => actions),
    readUnits: mean(({ readUnits }) => readUnits),
    writeUnits: mean(({ writeUnits }) => writeUnits),
  };
}

function say(): string {
  const assumed = renderFacts(`A month is ${days} days, each with a start and a stop of every VM`, [
    ['list call', `${latencies.listMs} ms, and ${latencies.listPerThousandVmsMs} ms for every 1,000 VMs`],
    ['start, shutdown', `held ${latencies.startMs} and ${latencies.shutdownMs} ms; all VMs are prompt`],
    ['DynamoDB call', `${latencies.database.callMs} ms, and ${latencies.database.perMegabyteMs} ms for every MB`],
    ['container', `every invocation needs a new one: ${initMs} ms and a read of the token's secret`],
    ['memory', `tick ${memoryMb.tick} MB, run ${memoryMb.run} MB; ${cpuFactors()}`],
    ['same hours', `at most ${atOnce} VMs, as the guard allows; never the whole fleet`],
    ['prices', `${prices.region}, ${prices.currency}: ${prices.note}`],
  ]);
  return [assumed, renderTable(monthRows()), renderTable(invocationRows()), notes()].join('\n');
}

function cpuFactors(): string {
  const [tick, run] = [memoryMb.tick, memoryMb.run].map((memory) => cpuFactor(memory).toFixed(2));
  return `their share of a processor makes of 1 s of measured CPU ${tick} and ${run} s`;
}

function monthRows(): string[][] {
  const head = [
    'VMs',
    'OpenScaler lists',
    'actions',
    'read units',
    'write units',
    'invocations',
    'GB-seconds',
    prices.currency,
    'of it ticks',
    'runs',
  ];
  return [
    head,
    ...scales.map(({ vms, all, month }) => [
      ...[vms, all.lists, all.actions, all.readUnits, all.writeUnits, all.invocations, all.gbSeconds].map(whole),
      all.money.toFixed(2),
      percent(month.ticks.money / all.money),
      percent(month.runs.money / all.money),
    ]),
  ];
}

function invocationRows(): string[][] {
  const head = ['one of', 'VMs', 'POSTs', 'waits ms', 'CPU ms', 'billed ms', 'lists', 'read units', 'write units'];
  const row = (name: string, vms: number, of: ReturnType<typeof averageOf>) => [
    name,
    ...[vms, of.actions, of.waitedMs, of.cpuMs, of.billedMs].map(whole),
    of.lists.toFixed(1),
    ...[of.readUnits, of.writeUnits].map(whole),
  ];
  return [
    head,
    ...scales.map(({ vms, idleTick }) => row('idle tick', vms, idleTick)),
    ...scales.map(({ vms, actingTick }) => row('acting tick', vms, actingTick)),
    ...scales.map(({ vms, run }) => row('run', vms, run)),
  ];
}

function notes(): string {
  const lines = scales.map(({ vms, ticksRun, ticksOfDay, groups, groupsRun, idleTick, tookSeconds }) => {
    const ran = `${vms} VMs: ran ${ticksRun} of ${ticksOfDay} ticks and ${groupsRun} of ${groups} groups' runs in ${tookSeconds.toFixed(0)} s`;
    return groups === groupsRun
      ? ran
      : `${ran}; the rest is multiplied from ${idleTick.measured} idle ticks and those runs`;
  });
  const verdict =
    faults.length === 0
      ? 'Every idle tick made exactly one list per project, one query and no write.'
      : faults.join('\n');
  return `${[...lines, verdict].join('\n')}\n`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
