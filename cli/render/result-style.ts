// The sign and colour of each result, and the sentence that counts them.
// Signs as well as colours, so that nothing is told by colour alone.

import { type Counts, type Result, results } from '../../lib/core/outcome.ts';
import type { Paint, Style } from '../terminal.ts';

const looks: Readonly<Record<Result, { readonly sign: string; readonly style: Style }>> = {
  succeeded: { sign: '✓', style: 'green' },
  accepted: { sign: '✓', style: 'green' },
  unchanged: { sign: '=', style: 'dim' },
  planned: { sign: '→', style: 'cyan' },
  skipped: { sign: '-', style: 'dim' },
  refused: { sign: '✗', style: 'red' },
  unknown: { sign: '?', style: 'yellow' },
  failed: { sign: '✗', style: 'red' },
  gone: { sign: '∅', style: 'dim' },
};

export function signOf(result: Result): string {
  return looks[result].sign;
}

export function paintResult(result: Result, text: string, paint: Paint): string {
  return paint(looks[result].style, text);
}

/** `17 succeeded · 2 unchanged · 1 failed`, or `nothing`. */
export function sayCounts(counts: Counts, paint: Paint): string {
  const said = results
    .filter((result) => counts[result])
    .map((result) => paintResult(result, `${counts[result]} ${result}`, paint));
  return said.length === 0 ? 'nothing' : said.join(' · ');
}
