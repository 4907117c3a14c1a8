// A selector's text as words, quoted values and signs, each with its position.
// What cannot be part of any selector is told apart here, so that the parser only deals in grammar.

import { PowerError } from '../errors.ts';
import { excerpt } from '../excerpt.ts';
import { endOf, hasInvisible } from '../lexeme.ts';

export interface Token {
  readonly kind: 'word' | 'quoted' | 'sign' | 'end';
  /** Of a quoted value: what stands between the quotes, escapes resolved. */
  readonly text: string;
  /** From 1 on. */
  readonly position: number;
}

const blank = /[ \t\r\n]/;
// Wildcards, other languages' signs and every other kind of quote have to be quoted: `env!=ci-*` must not mean "all but one odd name".
const wordCharacter = /[^\s=!(),<>"'`´‘’‚‛“”„‟«»*?;|&[\]{}\\]/;

/** The tokens of the text, ending with one of kind `end`. Throws `selector`. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = endOf(text, 0, blank);
  while (at < text.length) {
    const { token, end } = readToken(text, at);
    tokens.push(token);
    at = endOf(text, end, blank);
  }
  return [...tokens, { kind: 'end', text: '', position: text.length + 1 }];
}

function readToken(text: string, at: number): { readonly token: Token; readonly end: number } {
  const position = at + 1;
  if (text.charAt(at) === '"') return readQuoted(text, at);
  const sign = ['==', '!=', '=', '!', '(', ')', ',', '*'].find((candidate) => text.startsWith(candidate, at));
  if (sign !== undefined) return { token: { kind: 'sign', text: sign, position }, end: at + sign.length };
  const end = endOf(text, at, wordCharacter);
  const word = text.slice(at, end);
  if (word === '')
    throw unexpected(position, excerpt(text.charAt(at)), 'a key, a value (in double quotes if it has signs), or ","');
  if (hasInvisible(word)) throw unexpected(position, excerpt(word), 'a word without characters that nobody can see');
  return { token: { kind: 'word', text: word, position }, end };
}

function readQuoted(text: string, from: number): { readonly token: Token; readonly end: number } {
  let value = '';
  for (let at = from + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') return { token: { kind: 'quoted', text: value, position: from + 1 }, end: at + 1 };
    if (character === '\\') {
      at += 1;
      if (!['"', '\\'].includes(text.charAt(at)))
        throw unexpected(at, excerpt(text.slice(at - 1, at + 1)), '\\" or \\\\');
    }
    value += text.charAt(at);
  }
  throw unexpected(text.length + 1, 'the end', `the quote that closes the one at position ${from + 1}`);
}

/** Whether the value can stand in a selector without quotes. */
export function isWord(value: string): boolean {
  return value !== '' && endOf(value, 0, wordCharacter) === value.length && !hasInvisible(value);
}

/** The fault of a selector: where, what was read there, and what should have been. */
export function unexpected(position: number, read: string, expected: string): PowerError {
  return new PowerError(
    'selector',
    `the selector cannot be read at position ${position}: read ${read}, expected ${expected}`,
  );
}
