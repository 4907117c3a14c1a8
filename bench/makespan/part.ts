// How close a large run comes to the time that the cloud itself needs, and what it costs in calls, memory and CPU.
// Fleets of three sizes and three mixes, each run in its own process against a simulator in another.

import { availableParallelism, loadavg } from 'node:os';
import type { PacePolicy } from '../../lib/core/policy.ts';
import { memoryOf } from '../cost/bill.ts';
import type { Measured, Part } from '../part.ts';
import { makeRunner } from '../run-process.ts';
import { type Sheet, whole } from '../table.ts';
import { type Mix, mixes } from './mixes.ts';
import { type Played, play, withWarmUp } from './play.ts';

/** What a run of the largest fleet aims at. */
const aims = { vms: 10_000, ratio: 1.05, peakRssMb: 200 };

export const makespan: Part = {
  name: 'makespan',
  what: 'makespan ÷ lower bound, calls, memory and CPU of runs over whole fleets',
  measure: async ({ isQuick, pace, tell }) => {
    const sizes = isQuick ? [100, 1_000] : [100, 1_000, 10_000];
    const runner = await makeRunner(await memoryOf('run'));
    try {
      const played = await withWarmUp(async (warmUp) => {
        const all: Played[] = [];
        for (const vms of sizes) {
          for (const mix of mixes) {
            tell(`${whole(vms)} ${mix.name} VMs`);
            all.push(await play({ vms, mix, pace, speed: mix.speed }, runner, warmUp));
          }
        }
        return all;
      });
      return resultOf(played, pace);
    } finally {
      await runner.close();
    }
  },
};

function resultOf(played: readonly Played[], pace: PacePolicy): Measured {
  const load = loadavg()[0] ?? 0;
  return {
    figures: { aims, pace, load, processors: availableParallelism(), mixes, runs: played },
    sheets: [sheetOf(played, pace, load)],
    misses: played.flatMap((one) => missesOf(one)),
  };
}

function sheetOf(played: readonly Played[], { inFlight, perSecond }: PacePolicy, load: number): Sheet {
  const head = [
    'VMs',
    'mix',
    'makespan s',
    'bound s',
    'set by',
    '÷ bound',
    '÷ no foresight',
    'calls ÷ VM',
    'MB',
    'CPU ms ÷ VM',
  ];
  const rows = played.map((one) => [
    whole(one.vms),
    one.mix,
    whole(one.makespanMs / 1000),
    whole(one.bound.ms / 1000),
    one.bound.by,
    one.ratio.toFixed(3),
    one.ratioWithoutForesight.toFixed(3),
    one.callsPerVm.toFixed(3),
    whole(one.peakRssMb),
    one.cpuMsPerVm.toFixed(2),
  ]);
  const speeds = mixes.map(({ name, speed }) => `${name} × ${speed}`).join(', ');
  return {
    title: 'A shutdown of the whole fleet',
    intro: `${inFlight} calls at once, ${perSecond} a second. ${mixes.map(({ name, what }) => `${name}: ${what}`).join('; ')}.`,
    rows: [head, ...rows],
    notes: [
      'The lower bound is the largest of: the slowest VM; all the time that POSTs are held, ÷ calls at once; POSTs ÷ calls per second. No sender can be faster, even one that knows beforehand which VM is slow. "No foresight" is what one without any cost of its own would take that does not know it, with the same VMs in the same order.',
      `Time is compressed (${speeds}): held answers, patience and pace by the same factor, what this machine takes not, so that every millisecond of it counts that often. MB is the peak of the process that runs, bundled and started as on Lambda; load ${load.toFixed(1)} on ${availableParallelism()} processors.`,
    ],
  };
}

function missesOf(one: Played): string[] {
  const of = `${whole(one.vms)} ${one.mix} VMs`;
  const mix = mixes.find(({ name }) => name === one.mix);
  const isLarge = one.vms >= aims.vms;
  return [
    ...one.contradictions.map((contradiction) => `${of}: ${contradiction}`),
    ...(isLarge && one.ratio > aims.ratio ? [`${of}: makespan ÷ bound ${one.ratio.toFixed(3)} > ${aims.ratio}`] : []),
    ...(isLarge && one.peakRssMb > aims.peakRssMb ? [`${of}: ${whole(one.peakRssMb)} MB > ${aims.peakRssMb}`] : []),
    ...callsMiss(of, one, mix),
  ];
}

function callsMiss(of: string, { vms, callsPerVm }: Played, mix: Mix | undefined): string[] {
  // A handful of lists weighs on a handful of VMs.
  if (mix === undefined || vms < 1_000 || callsPerVm <= mix.callsPerVm) return [];
  return [`${of}: calls ÷ VM ${callsPerVm.toFixed(3)} > ${mix.callsPerVm}`];
}
