// `npm run bench`: everything that this project promises in figures, measured side by side in one run.
// Bounded and on localhost only; prints tables (or Markdown for docs/performance.md), writes JSON, and exits with 1 when an aim was missed.

import { writeFile } from 'node:fs/promises';
import { scriptArguments } from '../cli/script-arguments.ts';
import { coldStart, libraries } from './cold-start/part.ts';
import { cost } from './cost/part.ts';
import { durable } from './durable/part.ts';
import { makespan } from './makespan/part.ts';
import { naive } from './naive/part.ts';
import type { Measured, Part, PartOptions } from './part.ts';
import { sockets } from './sockets/part.ts';
import { renderMarkdown, renderSheet } from './table.ts';

/** In the order in which they are run. */
const usual: readonly Part[] = [makespan, sockets, durable, naive, coldStart, cost];
/** Only when asked for by name. */
const further: readonly Part[] = [libraries];

const usage = `npm run bench -- [options] [part…]

  --quick            smaller fleets and fewer repeats: one or two minutes instead of seven
  --markdown         print the tables as Markdown
  --out FILE         write the JSON there instead of bench/results.json
  --prices FILE      a price table instead of bench/prices.json
  --in-flight N      calls at once (default 50)
  --per-second N     calls per second (default 15)

Parts, all but the last unless some are named:
${[...usual, ...further].map(({ name, what }) => `  ${name.padEnd(17)}  ${what}`).join('\n')}
`;

const { values, positionals, wholeNumber } = scriptArguments({
  usage,
  words: [...usual, ...further].map(({ name }) => name),
  options: {
    quick: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    out: { type: 'string' },
    prices: { type: 'string' },
    // Few at once: the lower bound of a large fleet is then long beside its slowest VM.
    'in-flight': { type: 'string', default: '50' },
    'per-second': { type: 'string', default: '15' },
  },
});

const pace = {
  inFlight: wholeNumber('in-flight', values['in-flight']),
  perSecond: wholeNumber('per-second', values['per-second']),
};
const named = positionals.flatMap((word) => [...usual, ...further].filter(({ name }) => name === word));
await measureAll(named.length === 0 ? usual : named);

async function measureAll(parts: readonly Part[]): Promise<void> {
  const options: PartOptions = {
    isQuick: values.quick,
    pace,
    prices: values.prices ?? new URL('prices.json', import.meta.url),
    tell: (progress) => process.stderr.write(`  … ${progress}\n`),
  };
  const measured: [name: string, Measured & { readonly tookMs: number }][] = [];
  for (const { name, measure } of parts) {
    const begun = performance.now();
    const result = await measure(options);
    measured.push([name, { ...result, tookMs: performance.now() - begun }]);
    const render = values.markdown ? renderMarkdown : renderSheet;
    for (const sheet of result.sheets) process.stdout.write(`${render(sheet)}\n`);
  }
  await writeJson(Object.fromEntries(measured));
  const misses = measured.flatMap(([name, { misses: missed }]) => missed.map((miss) => `  ${name}: ${miss}\n`));
  process.stderr.write(misses.length === 0 ? 'every aim was reached\n' : `aims that were missed:\n${misses.join('')}`);
  process.exitCode = misses.length === 0 ? 0 : 1;
}

async function writeJson(parts: Readonly<Record<string, Measured & { readonly tookMs: number }>>): Promise<void> {
  const figures = Object.entries(parts).map(([name, { figures: of, misses, tookMs }]) => [
    name,
    { ...{ tookMs, misses }, figures: of },
  ]);
  const node = process.version;
  const results = { at: new Date().toISOString(), node, isQuick: values.quick, parts: Object.fromEntries(figures) };
  await writeFile(values.out ?? new URL('results.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
}
