// What an error body says, in a form that may be logged: short, one line, and never with our own token in it.
// A server that echoes its request's headers would otherwise put the token into logs and run records.

import { parseJson } from './json.ts';
import { showsToken, withoutToken } from './redact.ts';

const maxLength = 200;
const withheld = '[withheld, for it repeats the token]';

/** `HTTP 500: <what the body says>`, at most about 200 characters. */
export function detailOf(status: number, body: string, token: string): string {
  const words = oneLine(withoutToken(saidIn(body), token));
  if (words === '') return `HTTP ${status}`;
  return `HTTP ${status}: ${showsToken(words, token) ? withheld : words}`;
}

function saidIn(body: string): string {
  const head = body.slice(0, 65_536);
  return messageIn(parseJson(head), 1) ?? (head === '{}' || head === '[]' ? '' : head);
}

// The shape of error bodies is not documented: the usual fields, also one level down, else the body itself.
function messageIn(json: unknown, depth: number): string | null {
  if (typeof json !== 'object' || json === null || depth < 0) return null;
  for (const key of ['message', 'detail', 'error', 'title']) {
    const value: unknown = Reflect.get(json, key);
    const message = typeof value === 'string' && value !== '' ? value : messageIn(value, depth - 1);
    if (message !== null) return message;
  }
  return null;
}

function oneLine(text: string): string {
  const line = text
    .slice(0, maxLength * 10)
    .replaceAll(/[\p{C}\p{Z}\s]+/gu, ' ')
    .trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}
