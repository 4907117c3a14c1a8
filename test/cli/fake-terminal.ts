// A terminal in memory: what a command writes, without a process.

import { Readable, Writable } from 'node:stream';
import { linesOf, makeNotes, makeOut, type OutputStream, type Terminal } from '../../cli/terminal.ts';
import { FakeClock } from '../fakes/clock.ts';

export class FakeStream extends Writable {
  readonly isTTY: boolean;
  readonly columns: number;
  text = '';

  constructor(isTTY = false, columns = 100) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

export interface FakeTerminal extends Terminal {
  readonly stdout: FakeStream;
  readonly stderr: FakeStream;
}

export function fakeTerminal(isTTY = false, input = ''): FakeTerminal {
  const stdout = new FakeStream(isTTY);
  const stderr = new FakeStream(isTTY);
  return {
    stdout,
    stderr,
    out: makeOut(stdout satisfies OutputStream),
    notes: makeNotes(stderr satisfies OutputStream),
    clock: new FakeClock(),
    interrupt: { stop: new AbortController().signal, endNow: new Promise(() => {}) },
    lines: () => linesOf(Readable.from([input])),
    directory: '/nowhere',
  };
}
