// `npm run bench:kill`: a run of 300 VMs killed at every single checkpoint, in both ways, for a shutdown and a reboot.
// Bounded, on 127.0.0.1 only; a single fault fails it.

import { scriptArguments } from '../../cli/script-arguments.ts';
import { killAt } from './kill-plans.ts';
import { type KillRig, startKillRig } from './kill-rig.ts';

const { values, wholeNumber } = scriptArguments({
  usage: `npm run bench:kill -- [options]

  --vms N    how many VMs the run has (default 300)
  --every N  only each so manieth checkpoint (default 1)
  --json     print JSON
`,
  options: {
    vms: { type: 'string', default: '300' },
    every: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const vms = wholeNumber('vms', values.vms);
const every = wholeNumber('every', values.every);

/** Beyond every run there is. */
const mostCheckpoints = 400;

interface Swept {
  readonly action: string;
  readonly when: 'before' | 'after';
  readonly runs: number;
  readonly checkpoints: number;
  readonly operations: number;
  readonly results: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
}

async function sweep(rig: KillRig, action: 'shutdown' | 'reboot', when: 'before' | 'after'): Promise<Swept> {
  const faults: string[] = [];
  const results: Record<string, number> = {};
  const most = { runs: 0, operations: 0, checkpoints: 0 };
  let unharmed = 0;
  for (let number = 1; number < mostCheckpoints; number += every) {
    const { end, faults: found, counts } = await rig.play(action, killAt(number, when));
    most.runs += 1;
    most.operations = Math.max(most.operations, end.figures.operations);
    faults.push(...found.map((fault) => `killed ${when} checkpoint ${number} of the ${action}: ${fault}`));
    for (const [result, count] of Object.entries(counts)) results[result] = (results[result] ?? 0) + count;
    if (end.deaths > 0) most.checkpoints += 1;
    unharmed = end.deaths === 0 ? unharmed + 1 : 0;
    // A run may have a few checkpoints less than another.
    if (unharmed === 3) return { action, when, ...most, results, faults };
  }
  return { action, when, ...most, results, faults: [...faults, 'it never got through'] };
}

const swept: Swept[] = [];
// Two at a time, each with a cloud of its own.
await Promise.all(
  (['shutdown', 'reboot'] as const).map(async (action) => {
    const rig = await startKillRig({ vms });
    try {
      for (const when of ['before', 'after'] as const) swept.push(await sweep(rig, action, when));
    } finally {
      await rig.close();
    }
  }),
);
if (values.json) process.stdout.write(`${JSON.stringify(swept, null, 2)}\n`);
else for (const its of swept) process.stdout.write(told(its));
process.exitCode = swept.every(({ faults }) => faults.length === 0) ? 0 : 1;

function told({ action, when, runs, checkpoints, operations, results, faults }: Swept): string {
  const ends = Object.entries(results).map(([result, count]) => `${count} ${result}`);
  const head = `${action}, killed ${when} each of ${checkpoints} checkpoints: ${runs} runs, at most ${operations} operations`;
  return [`${head}; ${ends.join(', ')}; ${faults.length} faults`, ...faults.map((fault) => `  ! ${fault}`), ''].join(
    '\n',
  );
}
