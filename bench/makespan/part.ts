// How close a large run comes to the time that the cloud itself needs, and how many calls it makes for it.
// On a virtual clock: what other work this machine has cannot make a run longer than it is.

import type { PacePolicy } from '../../lib/core/policy.ts';
import { latencies } from '../cost/assumed.ts';
import type { Part } from '../part.ts';
import { shippedConfig } from '../policy.ts';
import { type Sheet, whole } from '../table.ts';
import { mixes } from './mixes.ts';
import { callMs, type Reckoned, reckon } from './virtual.ts';

/** What a run of the largest fleet aims at, where the pace makes it long beside its slowest VM. */
const aims = { vms: 10_000, ratio: 1.05 };

interface Row extends Reckoned {
  readonly pace: PacePolicy;
}

export const makespan: Part = {
  name: 'makespan',
  what: 'makespan ÷ lower bound and calls per VM of runs over whole fleets',
  measure: async ({ isQuick, pace, tell }) => {
    const rows: Row[] = [];
    for (const each of [pace, shippedConfig.pace]) {
      for (const vms of isQuick ? [100, 1_000] : [100, 1_000, 10_000]) {
        for (const mix of mixes) {
          tell(`${whole(vms)} ${mix.name} VMs, ${paceText(each)}`);
          rows.push({ ...(await reckon(vms, mix, each)), pace: each });
        }
      }
    }
    return {
      figures: { aims, callMs, latencies, mixes, runs: rows },
      sheets: [sheetOf(rows)],
      misses: rows.filter((row) => row.pace === pace).flatMap(missesOf),
    };
  },
};

function sheetOf(rows: readonly Row[]): Sheet {
  const head = [
    'pace',
    'VMs',
    'mix',
    'bound s',
    'set by',
    'makespan s',
    '÷ bound',
    'no foresight ÷ bound',
    'calls ÷ VM',
  ];
  const cells = rows.map((row) => [
    paceText(row.pace),
    whole(row.vms),
    row.mix,
    whole(row.bound.ms / 1000),
    row.bound.by,
    whole(row.makespanMs / 1000),
    row.ratio.toFixed(3),
    row.foresight.toFixed(3),
    row.callsPerVm.toFixed(3),
  ]);
  const { listMs, listPerThousandVmsMs } = latencies;
  return {
    title: 'How long a shutdown of the whole fleet takes',
    intro: `The pace is calls at once, and calls per second. ${mixes.map(({ name, what }) => `${name}: ${what}`).join('; ')}.`,
    rows: [head, ...cells],
    notes: [
      'The lower bound is the largest of: the slowest VM; all the time that POSTs are held, ÷ calls at once; POSTs ÷ calls per second. No sender can be faster, not even one that knows beforehand which VM is slow. "No foresight" is one without any cost of its own that does not know it, and sends to the same VMs in the same order: what it takes longer is the slow VM that happens to come last, and weighs on short runs most.',
      `On a virtual clock, with the simulator's VMs and the real run, settling and pace. The makespan is from the first list to the report; a list takes ${callMs + listMs} ms and ${listPerThousandVmsMs} more for every 1,000 VMs, a POST ${callMs} ms beside what it is held.`,
    ],
  };
}

function paceText({ inFlight, perSecond }: PacePolicy): string {
  return `${inFlight}; ${perSecond}/s`;
}

function missesOf({ vms, mix, ratio, callsPerVm, counts }: Row): string[] {
  const of = `${whole(vms)} ${mix} VMs`;
  const most = mixes.find(({ name }) => name === mix)?.callsPerVm ?? 0;
  return [
    ...(counts.succeeded === vms ? [] : [`${of}: ended ${JSON.stringify(counts)}`]),
    ...(vms >= aims.vms && ratio > aims.ratio ? [`${of}: makespan ÷ bound ${ratio.toFixed(3)} > ${aims.ratio}`] : []),
    // A handful of lists weighs on a handful of VMs.
    ...(vms >= 1_000 && callsPerVm > most ? [`${of}: calls ÷ VM ${callsPerVm.toFixed(3)} > ${most}`] : []),
  ];
}
