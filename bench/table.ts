// How benchmarks print: facts under a title, and tables whose columns line up.
// Plain text, so that it can be pasted into a note as it is.

/** A title, and a line per fact. */
export function renderFacts(title: string, facts: readonly (readonly [name: string, value: string])[]): string {
  return `${title}\n${renderTable(facts.map(([name, value]) => [`  ${name}`, value]))}`;
}

/** Rows as lines, each column as wide as its widest cell; numbers to the right. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const isNumber = (cell: string) => /^[\d.,]+$/.test(cell);
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
