// What a run costs as a durable execution: operations, checkpoint bytes and billed GB-seconds.
// The real engine on the AWS SDK, against a service on localhost that holds it to the quotas of AWS.

import { memoryOf } from '../cost/bill.ts';
import { mixes } from '../makespan/mixes.ts';
import type { Part } from '../part.ts';
import { type Sheet, whole } from '../table.ts';
import { type DurablePlayed, playDurably } from './play.ts';

/** Of a run of ten thousand VMs. */
const aims = { vms: 10_000, operations: 600 };

export const durable: Part = {
  name: 'durable',
  what: 'operations, checkpoint bytes and billed GB-seconds of runs as durable executions',
  measure: async ({ isQuick, pace, tell }) => {
    const memoryMb = await memoryOf('run');
    const played: DurablePlayed[] = [];
    for (const vms of isQuick ? [300] : [1_000, 10_000]) {
      for (const mix of mixes.filter(({ name }) => name === 'mixed')) {
        tell(`${whole(vms)} ${mix.name} VMs, durably`);
        played.push(await playDurably({ vms, mix, pace, memoryMb }));
      }
    }
    return {
      figures: { aims, pace, memoryMb, runs: played },
      sheets: [sheetOf(played, memoryMb)],
      misses: played.flatMap(missesOf),
    };
  },
};

function sheetOf(played: readonly DurablePlayed[], memoryMb: number): Sheet {
  const head = [
    'VMs',
    'mix',
    'operations',
    'checkpoints',
    'KB in them',
    'KB in DynamoDB',
    'invocations',
    'makespan s',
    '÷ bound',
    'billed s',
    'GB-seconds',
    'MB',
  ];
  const rows = played.map((one) => [
    whole(one.vms),
    one.mix,
    ...[one.operations, one.checkpoints, one.checkpointBytes / 1024, one.atticBytes / 1024, one.invocations].map(whole),
    whole(one.makespanMs / 1000),
    one.ratio.toFixed(3),
    ...[one.billedMs / 1000, one.gbSeconds, one.peakRssMb].map(whole),
  ]);
  return {
    title: 'The same as a durable execution',
    intro: `A function of ${memoryMb} MB that is invoked for 15 minutes at most; while POSTs are held it is billed, while it only waits it is not.`,
    rows: [head, ...rows],
    notes: [
      `Over real sockets, time compressed by ${mixes.find(({ name }) => name === 'mixed')?.speed ?? 1}: what this machine takes counts that often, in the makespan and in what is billed. Store and leases are in memory.`,
    ],
  };
}

function missesOf({ vms, mix, operations, wrong }: DurablePlayed): string[] {
  const of = `${whole(vms)} ${mix} VMs`;
  return [
    ...(wrong > 0 ? [`${of}: something false was said of ${wrong}`] : []),
    ...(vms >= aims.vms && operations > aims.operations
      ? [`${of}: ${operations} operations > ${aims.operations}`]
      : []),
  ];
}
