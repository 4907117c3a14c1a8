// `npm run torture`: everything that can go wrong, made to go wrong; prints what was injected and which rules were broken.
// Bounded and seeded; a single broken rule fails it, and its line says how to bring it back.

import { parseArgs } from 'node:util';
import { renderTable, whole } from '../../bench/table.ts';
import { actions } from '../../lib/core/action.ts';
import { troubleAws } from './aws.ts';
import { deliverRubbish } from './events.ts';
import { killProcesses } from './kills.ts';
import { mix, poisonOne, tellEveryLie } from './openscaler.ts';
import { troubleSecrets } from './secrets.ts';
import { Tally } from './tally.ts';
import { endProcesses, jumpClocks, runOutOfTime } from './time.ts';
import { liveThrough } from './week.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '2' },
    sample: { type: 'string', default: '1' },
    part: { type: 'string', multiple: true },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, nth) => Number(values.seed) + nth);

const parts: Readonly<Record<string, (tally: Tally) => Promise<void>>> = {
  lies: (tally) => tellEveryLie(tally, seeds[0] ?? 1, actions.length),
  mixtures: async (tally) => {
    for (const seed of seeds) for (const share of [0, 0.05, 0.3]) await mix(tally, seed, share);
  },
  week: async (tally) => {
    for (const seed of seeds) await liveThrough(tally, { seed });
  },
  'week, every fifth call wrong': async (tally) => {
    for (const seed of seeds) await liveThrough(tally, { seed, share: 0.2 });
  },
  'week, clocks jump': async (tally) => {
    for (const seed of seeds) await liveThrough(tally, { seed, jumps: true });
  },
  'DynamoDB and Lambda': (tally) => troubleAws(tally, seeds[0] ?? 1, Number(values.sample)),
  'time is over': (tally) => runOutOfTime(tally, seeds[0] ?? 1),
  'processes end': async (tally) => {
    for (const seed of seeds) await endProcesses(tally, seed, 40);
  },
  'clocks jump': async (tally) => {
    for (const seed of seeds) await jumpClocks(tally, seed, 60);
  },
  secrets: (tally) => troubleSecrets(tally, seeds[0] ?? 1),
  events: async (tally) => {
    for (const seed of seeds) await deliverRubbish(tally, seed, 5_000);
  },
  'processes killed': (tally) => killProcesses(tally, seeds[0] ?? 1, 24),
  'one of 10,000': (tally) => poisonOne(tally, seeds[0] ?? 1, 10_000),
};

const tallies: Tally[] = [];
for (const [name, torture] of Object.entries(parts)) {
  if (values.part !== undefined && !values.part.includes(name)) continue;
  const tally = new Tally(name);
  tallies.push(tally);
  await torture(tally);
  // Some minutes are long for who does not know whether anything happens.
  process.stderr.write(`${name}: ${whole(tally.faults)} faults, ${tally.violations.length} violations\n`);
}

const head = ['part', 'faults', 'kinds', 'places', 'kind × place', 'seeds', 'violations'];
const rows = tallies.map((tally) => [
  tally.part,
  whole(tally.faults),
  ...[tally.kinds.length, tally.places.length, tally.pairs, tally.seeds.size, tally.violations.length].map(String),
]);
process.stdout.write(renderTable([head, ...rows]));
for (const { part, facts } of tallies)
  process.stdout.write(`${part}: ${[...facts].map(([fact, count]) => `${whole(count)} ${fact}`).join(', ')}\n`);
const violations = tallies.flatMap((tally) => tally.violations);
for (const { part, seed, words } of violations) process.stdout.write(`  ! ${part}, seed ${seed}: ${words}\n`);
process.exitCode = violations.length === 0 ? 0 : 1;
