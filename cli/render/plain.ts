// Makes text that others wrote safe to show: VM names, descriptions, tags and API messages are untrusted.
// A name must not be able to move the cursor, recolour the screen, forge a line or reorder what is read.

import { stripVTControlCharacters } from 'node:util';

/** The text on one line, without terminal escapes, control characters and bidirectional overrides. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/gu, ' ')
    .replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '');
}
