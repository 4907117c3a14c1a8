// `npm run torture`: everything that can go wrong, made to go wrong; prints what was injected and which rules were broken.
// Bounded and seeded; a single broken rule fails it, and its line says how to bring it back.

import { renderTable, whole } from '../../bench/table.ts';
import { scriptArguments } from '../../cli/script-arguments.ts';
import { actions } from '../../lib/core/action.ts';
import { troubleAws } from './aws.ts';
import { deliverRubbish } from './events.ts';
import { killProcesses } from './kills.ts';
import { mix, poisonOne, tellEveryLie } from './openscaler.ts';
import { troubleSecrets } from './secrets.ts';
import { Tally } from './tally.ts';
import { endProcesses, jumpClocks, runOutOfTime } from './time.ts';
import { liveThrough } from './week.ts';

const parts: Readonly<Record<string, (tally: Tally) => Promise<void>>> = {
  lies: (tally) => tellEveryLie(tally, firstSeed, actions.length),
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
  'DynamoDB and Lambda': (tally) => troubleAws(tally, firstSeed, sample),
  'time is over': (tally) => runOutOfTime(tally, firstSeed),
  'processes end': async (tally) => {
    for (const seed of seeds) await endProcesses(tally, seed, 40);
  },
  'clocks jump': async (tally) => {
    for (const seed of seeds) await jumpClocks(tally, seed, 60);
  },
  secrets: (tally) => troubleSecrets(tally, firstSeed),
  events: async (tally) => {
    for (const seed of seeds) await deliverRubbish(tally, seed, 5_000);
  },
  'processes killed': (tally) => killProcesses(tally, firstSeed, 24),
  'one of 10,000': (tally) => poisonOne(tally, firstSeed, 10_000),
};

const { values, wholeNumber, refuse } = scriptArguments({
  usage: `npm run torture -- [options]

  --seed N     the first seed (default 1)
  --seeds N    how many, one after the other (default 2)
  --sample N   of the troubles of AWS, only every so manieth (default 1)
  --part NAME  only this part; repeat for more: ${Object.keys(parts).join('; ')}
`,
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '2' },
    sample: { type: 'string', default: '1' },
    part: { type: 'string', multiple: true },
  },
});
const firstSeed = wholeNumber('seed', values.seed);
const seeds = Array.from({ length: wholeNumber('seeds', values.seeds) }, (_, nth) => firstSeed + nth);
const sample = wholeNumber('sample', values.sample);
const stranger = values.part?.find((name) => !(name in parts));
if (stranger !== undefined) refuse(`--part: there is no "${stranger}"`);

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
