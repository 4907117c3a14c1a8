// ReDoS: every regular expression of the sources against inputs made to make it backtrack, within a bound on the processor's time.
// The patterns are found in the sources, and the inputs made from each pattern, so that a new one is covered by itself.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { misspelledSpecialKey, openingSpecialKey } from '../../lib/core/tags/special.ts';
import { root } from '../fixtures/documents.ts';
import { countInputs } from './counting.ts';
import { attacked, patternsIn, patternsOfSources } from './patterns.ts';

// What a pattern without fault takes a few milliseconds for, one that looks at each pair of characters takes a second for.
const longText = 60_000;
const mostMs = 400;
// Of a suspicion; whatever is not suspicious here is not tried any longer.
const shortText = 3_000;
const suspiciousMs = 1;
// Patterns whose time multiplies with each character would never come back from a long text: they are caught on the way to it.
const steps = [26, 40, 60, 100, 300];

const alphabet = [...'aA1 \t\n\r\u0000-_.:;,/"\\@#[](){}=+*<>&?!\'éPTWL'];
const isTorture = process.env.TORTURE === '1';

type Pump = (length: number) => string;

/** Texts that fit the pattern, each with each of its parts repeated, and an end that does not fit. */
function pumpsOf(pattern: RegExp): Pump[] {
  const runs = alphabet.map((one) => (length: number) => `${one.repeat(length)}\u0000`);
  const parts = samplesOf(pattern).flatMap((sample) =>
    [...sample].flatMap((_, at) =>
      [1, 2, 3].map((width) => {
        const part = sample.slice(at, at + width);
        return (length: number) =>
          `${sample.slice(0, at)}${part.repeat(length / part.length)}${sample.slice(at)}\u0000`;
      }),
    ),
  );
  return [...runs, ...parts];
}

function samplesOf({ source, flags }: RegExp): string[] {
  try {
    const fitting = fc.stringMatching(new RegExp(source, flags.replaceAll(/[^u]/g, '')));
    return fc.sample(fitting, { numRuns: isTorture ? 12 : 2, seed: 5 }).map((text) => text.slice(0, 24));
  } catch {
    // fast-check knows no look-behind, for one: runs of single characters have to do.
    return [];
  }
}

function processorMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** What of this pump is slow, in words; null when nothing is. */
function slowness(match: (text: string) => unknown, pump: Pump): string | null {
  for (const length of [...steps, shortText, longText]) {
    const text = pump(length);
    const ms = processorMs(() => match(text));
    if (ms > mostMs) return `${Math.round(ms)} ms for ${length} characters like ${JSON.stringify(pump(6))}`;
    if (length === shortText && ms < suspiciousMs) return null;
  }
  return null;
}

function slownessOf(match: (text: string) => unknown, pumps: readonly Pump[]): string | null {
  countInputs('regular expressions', pumps.length);
  for (const pump of pumps) {
    const slow = slowness(match, pump);
    if (slow !== null) return slow;
  }
  return null;
}

const found = patternsOfSources();

describe('the regular expressions of the sources', () => {
  it('are found, those in templates, after keywords and beside divisions included', () => {
    expect(found.length).toBeGreaterThan(150);
    const source = [
      '#!/usr/bin/env node',
      "const a = 1 / 2 / 3; // a /comment/ and it's",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source under test
      'const b = /[/"]\\/x/giu.test(`${c.replace(/`/g, "}")} / 4 / ${"/no/"}`) ? d / 2 : /y/;',
      'function f() { return /z(?:")/; } /* /no/ */ const e = [1][0] / 2 / f();',
    ].join('\n');
    expect(patternsIn('x.ts', source).map(({ line, pattern }) => `${line} ${pattern}`)).toEqual([
      '3 /[/"]\\/x/giu',
      '3 /`/g',
      '3 /y/',
      '4 /z(?:")/',
    ]);
  });

  it('are literals, but for those of special tags, which are attacked through their functions', () => {
    const files = [...new Set(found.map(({ file }) => file))];
    expect(files.length).toBeGreaterThan(40);
    const makers = attackedSources().filter(([, text]) => /\bRegExp\(/.test(text));
    expect(makers.map(([file]) => file)).toEqual(['lib/core/tags/special.ts']);
  });

  it.each(found.map(({ file, line, pattern }) => ({ at: `${file}:${line}`, pattern })))(
    '$at: $pattern takes no time that grows faster than its input',
    ({ pattern }) => {
      // `replace` so that a global pattern goes on to the end of the text.
      expect(slownessOf((text) => text.replace(pattern, ''), pumpsOf(pattern))).toBeNull();
    },
  );

  it.each([
    ['openingSpecialKey', openingSpecialKey],
    ['misspelledSpecialKey', misspelledSpecialKey],
  ])('%s, whose patterns are made at run time, takes no such time either', (_name, match) => {
    const words = ['-', 'keep', 'keep-', 'keep-on-', 'keep--on--until', ' ', 'protected', 'é'];
    const pumps = words.flatMap((head) =>
      words.map((part) => (length: number) => `${head}${part.repeat(length / part.length)}\u0000`),
    );
    expect(slownessOf(match, pumps)).toBeNull();
  });
});

it('a pattern that backtracks is caught: the attack works', () => {
  for (const bad of [/^(a+)+$/, /^(?:\d|\d\d)+$/, /[ \t]+$/gm, /^.*?([\w.-]+:\d+)$/m]) {
    expect(
      slownessOf((text) => text.replace(bad, ''), pumpsOf(bad)),
      String(bad),
    ).not.toBeNull();
  }
});

function attackedSources(): [string, string][] {
  const files = [...new Set(found.map(({ file }) => file))];
  expect(attacked).toEqual(['lib', 'cli', 'handlers', 'deploy']);
  return files.map((file) => [file, readFileSync(resolve(root, file), 'utf8')]);
}
