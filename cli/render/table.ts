// A table for a person (borders, wrapped to the screen) or for a pipe (aligned columns that grep and awk can read).
// One place, so that both kinds always show the same cells.

import Table from 'cli-table3';
import type { Paint, Width } from '../terminal.ts';

const narrowestLastColumn = 24;
const widestColumn = 40;
const longestBroken = 1_000;

const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

const lightBorders = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' } as const;

/** Colours the cells of one row after their widths are known. */
export type PaintCell = (cell: string, column: number, row: number) => string;

/** Lines of text, ending in a newline. Cells must be plain already; the last column takes the width that is left. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  screen: { readonly paint: Paint; readonly width: Width },
  paintCell: PaintCell = (cell) => cell,
): string {
  const widths = head.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column] ?? '')].map(lengthOf)),
  );
  const layout = screen.width === null ? pipeLayout() : screenLayout(widths, screen.width);
  const fitted = (cell: string, column: number) =>
    'colWidths' in layout ? broken(cell, layout.colWidths[column]) : cell;
  const table = new Table({
    ...layout,
    head: head.map((title) => screen.paint('bold', title)),
  });
  for (const [index, row] of rows.entries())
    table.push(row.map((cell, column) => paintCell(fitted(cell, column), column, index)));
  // From the first blank of a run only: a name may hold a million of them.
  return `${table.toString().replace(/(?<![ \t])[ \t]+$/gm, '')}\n`;
}

function pipeLayout() {
  return { chars: noBorders, style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 } };
}

function screenLayout(natural: readonly number[], width: number) {
  const padded = natural.map((length) => Math.min(length, widestColumn) + 2);
  const borders = natural.length + 1;
  const taken = padded.slice(0, -1).reduce((sum, each) => sum + each, borders);
  const last = Math.max(narrowestLastColumn, Math.min((natural.at(-1) ?? 0) + 2, width - taken));
  return {
    chars: lightBorders,
    style: { head: [], border: [] },
    colWidths: [...padded.slice(0, -1), last],
    wordWrap: true,
  };
}

/**
 * With its long words in pieces: the library cuts off what it cannot wrap, and that may be what one is told to type. Nobody types a
 * name of a million letters, over which it would take minutes.
 */
function broken(cell: string, width = widestColumn): string {
  if (cell.length > longestBroken) return cell;
  return cell
    .split(' ')
    .map((word) => piecesOf(word, width - 2).join('\n'))
    .join(' ');
}

function piecesOf(word: string, size: number): readonly string[] {
  const letters = [...word];
  const count = Math.max(1, Math.ceil(letters.length / size));
  return Array.from({ length: count }, (_, nth) => letters.slice(nth * size, (nth + 1) * size).join(''));
}

/** In code points: close enough to columns for a layout. */
function lengthOf(text: string): number {
  return [...text].length;
}
