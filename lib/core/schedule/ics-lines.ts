// The content lines of an iCalendar file: unfolded, name and value apart (RFC 5545, section 3.1).
// Parameters are dropped but for their quotes, which may hide a colon; the value's shape says what it is.

import { Fault } from './fault.ts';

export interface IcsLine {
  readonly name: string;
  readonly value: string;
  /** Where it begins in the file, from 1. */
  readonly number: number;
}

const most = 1_000_000;

/** The lines, in order. Throws a fault for a line that is none, and for a file of more than a million characters. */
export function icsLines(text: string): readonly IcsLine[] {
  if (text.length > most) throw new Fault(`the iCalendar file has more than ${most} characters`);
  return unfolded(text.replace(/^\u{FEFF}/u, '')).map(({ line, number }) => split(line, number));
}

function unfolded(text: string): readonly { readonly line: string; readonly number: number }[] {
  const lines: { parts: string[]; number: number }[] = [];
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (/^[ \t]/.test(line) && lines.length > 0) lines.at(-1)?.parts.push(line.slice(1));
    else if (line !== '') lines.push({ parts: [line], number: index + 1 });
  }
  return lines.map(({ parts, number }) => ({ line: parts.join('').trimEnd(), number }));
}

function split(line: string, number: number): IcsLine {
  const found = /^([A-Za-z0-9-]+)(?:;(?:[^":]|"[^"]*")*)?:/.exec(line);
  if (found === null) throw new Fault(`line ${number} of the iCalendar file is not understood`);
  return { name: (found[1] ?? '').toUpperCase(), value: line.slice(found[0].length), number };
}
