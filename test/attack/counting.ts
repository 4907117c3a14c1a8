// How many inputs each border was given, printed at the end of each file: figures that somebody can cite.
// A constant number of them, and more with TORTURE=1.

import { writeSync } from 'node:fs';
import { afterAll } from 'vitest';

const counts = new Map<string, number>();

/** How often each property is tried: `once`, and fifty times that under torture. */
export function times(once: number): { numRuns: number; seed: number } {
  return { numRuns: process.env.TORTURE === '1' ? once * 50 : once, seed: 20_261_124 };
}

/** Notes that a border was given so many more inputs. */
export function countInputs(border: string, more = 1): void {
  counts.set(border, (counts.get(border) ?? 0) + more);
}

afterAll(() => {
  for (const [border, count] of counts) writeSync(2, `attack: ${border}: ${count} inputs\n`);
  counts.clear();
});
