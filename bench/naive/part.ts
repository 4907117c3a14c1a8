// The same troubled fleet, stopped by this project and by the loops that people write first: what each says, and what is true.
// Nobody's word is taken for it: the simulator knows what every VM was when the report came out.

import type { PacePolicy } from '../../lib/core/policy.ts';
import { plainFleet } from '../../simulator/fleets.ts';
import { defaultToken } from '../../simulator/simulator.ts';
import { compressPace, compressPolicy } from '../compressed.ts';
import type { Part } from '../part.ts';
import { conductPlain } from '../plain-run.ts';
import { unguardedConfig } from '../policy.ts';
import { startSimulatorProcess } from '../simulator-process.ts';
import { type Sheet, whole } from '../table.ts';
import { type Judged, judge, mostAtOnce, type Said } from './judge.ts';
import { allAtOnce, oneByOne, type Target } from './loops.ts';

/** Behaviours of the simulator's, and how many of a hundred VMs have each. */
const weights = {
  prompt: 60,
  slow: 30,
  'timeout-408-then-off': 2,
  'timeout-500-then-off': 2,
  'ignores-first-signal': 2,
  'ignores-signal': 1,
  'accepted-but-nothing': 1,
  'cuts-after': 1,
  'html-error': 1,
} as const;

interface Stopper {
  readonly name: string;
  /** How many times as fast as real time passes: one VM after the other would take hours. */
  readonly speed: number;
  readonly stop: (target: Target, pace: PacePolicy, speed: number) => Promise<Said>;
}

const stoppers: readonly Stopper[] = [
  { name: 'this project', speed: 40, stop: conductAndRead },
  { name: 'one POST after the other', speed: 600, stop: oneByOne },
  { name: 'Promise.all, 3 retries', speed: 40, stop: allAtOnce },
];

interface Stopped extends Judged {
  readonly name: string;
  readonly speed: number;
  readonly vms: number;
  readonly tookMs: number;
  readonly posts: number;
  readonly mostAtOnce: number;
}

export const naive: Part = {
  name: 'naive',
  what: 'what naive loops report of a fleet with some trouble, against what is true',
  measure: async ({ isQuick, pace, tell }) => {
    const vms = isQuick ? 100 : 1_000;
    const all: Stopped[] = [];
    for (const stopper of stoppers) {
      tell(`${whole(vms)} VMs, ${stopper.name}`);
      all.push(await stopWith(stopper, vms, pace));
    }
    const [ours] = all;
    const wrong = (ours?.notStopped ?? 0) + (ours?.notFailed ?? 0) + (ours?.unreported ?? 0);
    return {
      figures: { weights, stopped: all },
      sheets: [sheetOf(all)],
      misses: wrong === 0 ? [] : [`this project was wrong about ${wrong} VMs`],
    };
  },
};

async function stopWith({ name, speed, stop }: Stopper, vms: number, pace: PacePolicy): Promise<Stopped> {
  const simulator = await startSimulatorProcess({ fleet: plainFleet(vms, { mix: weights }), speed });
  try {
    const begun = performance.now();
    const ids = Array.from({ length: vms }, (_, index) => String(index + 1));
    const said = await stop({ apiUrl: simulator.url, token: defaultToken, ids }, pace, speed);
    const tookMs = (performance.now() - begun) * speed;
    const judged = judge(said, await simulator.truths());
    const posts = (await simulator.requests()).filter(({ method }) => method === 'POST');
    return { name, speed, vms, tookMs, posts: posts.length, mostAtOnce: mostAtOnce(posts), ...judged };
  } finally {
    await simulator.close();
  }
}

async function conductAndRead({ apiUrl }: Target, pace: PacePolicy, speed: number): Promise<Said> {
  const policy = compressPolicy(unguardedConfig, speed);
  const { outcomes } = await conductPlain({
    action: 'shutdown',
    apiUrl,
    policy,
    pace: compressPace(pace, speed),
  });
  const idsOf = (...results: readonly string[]) =>
    outcomes.filter(({ result }) => results.includes(result)).map(({ vm }) => vm);
  return { stopped: idsOf('succeeded', 'unchanged'), failed: idsOf('failed', 'refused'), unsure: idsOf('unknown') };
}

function sheetOf(all: readonly Stopped[]): Sheet {
  const head = [
    `${whole(all[0]?.vms ?? 0)} VMs by`,
    'minutes',
    'POSTs',
    'at once',
    'said stopped',
    'of these running',
    'said failed',
    'of these off',
    'said unknown',
  ];
  const rows = all.map((one) => [
    one.name,
    (one.tookMs / 60_000).toFixed(1),
    ...[one.posts, one.mostAtOnce, one.stopped, one.notStopped, one.failed, one.notFailed, one.unsure].map(whole),
  ]);
  const share = Object.entries(weights).map(([behaviour, weight]) => `${weight} % ${behaviour}`);
  return {
    title: 'What is said, and what is true',
    intro: `A fleet of ${share.join(', ')}; what it says is compared with what each VM really was when it had said it.`,
    rows: [head, ...rows],
  };
}
