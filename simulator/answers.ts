// Answers as they leave the simulator: plain ones, and every way in which an answer can go wrong on the wire.
// Kept apart from what happens to the VM, since a client must never conclude the one from the other.

import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import type { Quirks } from './quirks.ts';
import type { SimulatedTime } from './simulated-time.ts';

/** `never` answers nothing, `cut` destroys the connection, `html` is a 502; the others look like success (`redirect`: 302). */
export type WireFault = 'never' | 'cut' | 'drip' | 'redirect' | 'bad-json' | 'html' | 'huge';

/** An answer that arrives whole and says what it means. */
export interface PlainAnswer {
  readonly status: number;
  /** Why, for an error status; how it is worded is a quirk. */
  readonly reason?: string;
  /** JSON text. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a call is answered, before it is written. */
export type Answer = PlainAnswer | WireFault;

/** What an answer needs to know of the request it answers. */
export interface Asked {
  readonly time: SimulatedTime;
  readonly quirks: Quirks;
  readonly path: string;
  readonly port: number;
  readonly takesGzip: boolean;
}

/** Where redirects lead: the same server under another host's name, so that the log shows who followed. */
export const elsewhere = '/elsewhere';

const megabyte = 1024 * 1024;
const hugeMegabytes = 48;
const dripBytes = 600;

/** Begins the answer; a fault such as a drip goes on after this returned. */
export function write(response: ServerResponse, answer: Answer, asked: Asked): void {
  if (typeof answer === 'string') faultWriters[answer](response, asked);
  else writePlain(response, answer, asked.quirks);
}

const faultWriters: Readonly<Record<WireFault, (response: ServerResponse, asked: Asked) => void>> = {
  never: () => {},
  cut: (response) => response.socket?.destroy(),
  drip: (response, asked) => drip(response, asked.time),
  redirect: (response, { port, path }) => {
    response.writeHead(302, { location: `http://localhost:${port}${elsewhere}${path}` }).end();
  },
  'bad-json': (response) => writeText(response, 200, 'application/json', '{"vms": [{"id": 8, "na'),
  html: (response) => writeText(response, 502, 'text/html', htmlPage(502)),
  huge: (response, asked) => (asked.takesGzip ? writeGzipBomb(response) : writeHuge(response)),
};

function writePlain(response: ServerResponse, answer: PlainAnswer, quirks: Quirks): void {
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (answer.body !== undefined) {
    writeText(response, answer.status, 'application/json', answer.body);
  } else if (answer.status < 400 || quirks.errorBody === 'empty') {
    response.writeHead(answer.status, answer.status === 204 ? {} : { 'content-length': 0 }).end();
  } else if (quirks.errorBody === 'html') {
    writeText(response, answer.status, 'text/html', htmlPage(answer.status));
  } else {
    const error = { code: answer.status, message: answer.reason ?? 'error' };
    writeText(response, answer.status, 'application/json', JSON.stringify({ error }));
  }
}

function writeText(response: ServerResponse, status: number, type: string, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(status, { 'content-type': type, 'content-length': body.length }).end(body);
}

function htmlPage(status: number): string {
  return `<!doctype html><html><head><title>${status}</title></head><body><h1>${status}</h1><hr>gateway</body></html>`;
}

/** A blank each simulated second: valid JSON so far, and never the end of it until ten minutes are over. */
function drip(response: ServerResponse, time: SimulatedTime): void {
  response.writeHead(200, { 'content-type': 'application/json' }).write('{');
  let left = dripBytes;
  const next = () => {
    if (response.destroyed) return;
    left -= 1;
    if (left === 0) {
      response.end('}');
      return;
    }
    response.write(' ');
    time.after(1_000, next);
  };
  time.after(1_000, next);
}

let gzippedMegabyte: Buffer | undefined;

/** Some kilobytes that inflate to tens of megabytes. A gzip stream may have many members, so one is made and repeated. */
function writeGzipBomb(response: ServerResponse): void {
  gzippedMegabyte ??= gzipSync(Buffer.alloc(megabyte, ' '));
  const body = Buffer.concat(Array.from({ length: hugeMegabytes }, () => gzippedMegabyte ?? Buffer.alloc(0)));
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': body.length };
  response.writeHead(200, headers).end(body);
}

function writeHuge(response: ServerResponse): void {
  const chunk = Buffer.alloc(megabyte, ' ');
  response.writeHead(200, { 'content-type': 'application/json' });
  pipeline(Readable.from(Array.from({ length: hugeMegabytes }, () => chunk)), response).catch((error: Error) => {
    // A client that has had enough and hangs up is what this fault is for; destroying twice is harmless.
    response.destroy(error);
  });
}
