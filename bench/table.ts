// How benchmarks print: facts under a title, and tables whose columns line up.
// As plain text for a terminal, or as Markdown for docs/performance.md; both from the same rows.

/** A table with a title, a word before it and notes after it. */
export interface Sheet {
  readonly title: string;
  readonly intro?: string;
  /** The first row is the head. */
  readonly rows: readonly (readonly string[])[];
  readonly notes?: readonly string[];
}

/** The sheet as plain text. */
export function renderSheet({ title, intro, rows, notes = [] }: Sheet): string {
  const before = intro === undefined ? '' : `${wrap(intro)}\n`;
  return `${title}\n${before}\n${renderTable(rows)}${notes.map((note) => `\n${wrap(note)}\n`).join('')}`;
}

/** The sheet as Markdown, under a heading of the third level. */
export function renderMarkdown({ title, intro, rows, notes = [] }: Sheet): string {
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const aligned = head.map((_, column) =>
    column > 0 && body.every((row) => isNumber(row[column] ?? '')) ? '--:' : '---',
  );
  const table = [line(head), `|${aligned.join('|')}|`, ...body.map(line)].join('\n');
  const paragraphs = [`### ${title}`, ...(intro === undefined ? [] : [wrap(intro)]), table, ...notes.map(wrap)];
  return `${paragraphs.join('\n\n')}\n`;
}

/** A title, and a line per fact. */
export function renderFacts(title: string, facts: readonly (readonly [name: string, value: string])[]): string {
  return `${title}\n${renderTable(facts.map(([name, value]) => [`  ${name}`, value]))}`;
}

/** Rows as lines, each column as wide as its widest cell; numbers to the right. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column > 0 && isNumber(cell) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/** A whole number, with its thousands parted. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** The middle of the values; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

function isNumber(cell: string): boolean {
  return /^[\d.,]+$/.test(cell);
}

const lineWidth = 126;

function wrap(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > lineWidth) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join('\n');
}
