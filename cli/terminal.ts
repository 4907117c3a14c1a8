// The two streams of a terminal and what may be done to them: colour, width, a live area.
// Commands write through this, so that a pipe, a person and a test differ in one place only.

import { styleText } from 'node:util';
import { createLogUpdate } from 'log-update';
import type { Clock } from '../lib/ports.ts';
import type { Interrupt } from './interrupt.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Colours a text, or gives it back as it is where colour is not wanted. */
export type Paint = (style: Style, text: string) => string;

export const noPaint: Paint = (_style, text) => text;

/** A writable stream that may be a TTY, as `process.stdout` is. */
export type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** The width of a table: a TTY's columns, or null where lines may be as long as they like. */
export type Width = number | null;

/** Standard output: the result, and nothing else. */
export interface Out {
  readonly paint: Paint;
  readonly width: Width;
  write(text: string): void;
  /** Resolves when everything written has left the process. */
  flush(): Promise<void>;
}

/** Standard error: lines that stay, and on a TTY a live area below them. */
export interface Notes {
  readonly paint: Paint;
  readonly isLive: boolean;
  line(text: string): void;
  /** Replaces the live area; does nothing unless `isLive`. */
  show(lines: readonly string[]): void;
  /** Takes the live area away. */
  clear(): void;
}

export interface Terminal {
  readonly out: Out;
  readonly notes: Notes;
  readonly clock: Clock;
  readonly interrupt: Interrupt;
  /** The lines of standard input; the one after the last line break only if there is something in it. */
  lines(): AsyncIterable<string>;
  /** Where relative paths start and the default configuration is looked for. */
  readonly directory: string;
}

/** Honours NO_COLOR, FORCE_COLOR and what the terminal can show. */
export function paintFor(stream: OutputStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}

export function makeOut(stream: OutputStream): Out {
  return {
    paint: paintFor(stream),
    width: stream.isTTY ? (stream.columns ?? 80) : null,
    write: (text) => void stream.write(text),
    flush: () => new Promise((resolve) => stream.write('', () => resolve())),
  };
}

export function makeNotes(stream: OutputStream): Notes {
  const paint = paintFor(stream);
  if (!stream.isTTY) {
    return { paint, isLive: false, line: (text) => void stream.write(`${text}\n`), show: () => {}, clear: () => {} };
  }
  const live = createLogUpdate(stream);
  return {
    paint,
    isLive: true,
    line: (text) => live.persist(text),
    show: (lines) => live(lines.join('\n')),
    clear: () => {
      live.clear();
      live.done();
    },
  };
}

/** The lines of a stream. Only a line feed parts them: other separators may stand in what is read. */
export async function* linesOf(stream: AsyncIterable<string | Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let open = '';
  for await (const chunk of stream) {
    const parts = `${open}${typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })}`.split('\n');
    open = parts.pop() ?? '';
    for (const part of parts) yield part.replace(/\r$/, '');
  }
  if (open !== '') yield open;
}
