// What a run costs the process that does it, over real sockets: memory and CPU; and whether its outcomes are true.
// Time is compressed by a factor, see compressed.ts; how long runs take is reckoned by another part.

import { availableParallelism, loadavg } from 'node:os';
import { memoryOf } from '../cost/bill.ts';
import { mixes } from '../makespan/mixes.ts';
import type { Part } from '../part.ts';
import { makeRunner } from '../run-process.ts';
import { type Sheet, whole } from '../table.ts';
import { type Played, play, withWarmUp } from './play.ts';

const aims = { peakRssMb: 200 };

export const sockets: Part = {
  name: 'sockets',
  what: 'peak memory and CPU of runs over real sockets, and whether their outcomes are true',
  measure: async ({ isQuick, pace, tell }) => {
    const runner = await makeRunner(await memoryOf('run'));
    try {
      const played = await withWarmUp(async (warmUp) => {
        const all: Played[] = [];
        for (const vms of isQuick ? [100, 1_000] : [100, 1_000, 10_000]) {
          for (const mix of mixes.filter(({ name }) => name !== 'slow')) {
            tell(`${whole(vms)} ${mix.name} VMs over sockets`);
            all.push(await play({ vms, mix, pace }, runner, warmUp));
          }
        }
        return all;
      });
      const load = loadavg()[0] ?? 0;
      const figures = { aims, pace, load, processors: availableParallelism(), runs: played };
      return { figures, sheets: [sheetOf(played, load)], misses: played.flatMap(missesOf) };
    } finally {
      await runner.close();
    }
  },
};

function sheetOf(played: readonly Played[], load: number): Sheet {
  const head = ['VMs', 'mix', 'peak MB', 'CPU ms ÷ VM', 'lists', 'calls ÷ VM', 'outcomes', 'of these false'];
  const rows = played.map((one) => [
    whole(one.vms),
    one.mix,
    whole(one.peakRssMb),
    one.cpuMsPerVm.toFixed(2),
    whole(one.lists),
    one.callsPerVm.toFixed(3),
    whole(Object.values(one.counts).reduce((sum, count) => sum + count, 0)),
    whole(one.contradictions.length),
  ]);
  const speeds = [...new Set(played.map(({ mix, speed }) => `${mix} by ${speed}`))].join(', ');
  return {
    title: 'What a run costs its process',
    rows: [head, ...rows],
    notes: [
      `Over real sockets against a simulator in another process, time compressed (${speeds}). The process is bundled and started as on Lambda; load ${load.toFixed(1)} on ${availableParallelism()} processors.`,
    ],
  };
}

function missesOf({ vms, mix, peakRssMb, contradictions }: Played): string[] {
  const of = `${whole(vms)} ${mix} VMs`;
  return [
    ...contradictions.map((contradiction) => `${of}: ${contradiction}`),
    ...(peakRssMb > aims.peakRssMb ? [`${of}: ${whole(peakRssMb)} MB > ${aims.peakRssMb}`] : []),
  ];
}
