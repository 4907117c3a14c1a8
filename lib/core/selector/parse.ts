// The grammar of Kubernetes' label selectors, over our tags: which requirements a text stands for.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors

import { PowerError } from '../errors.ts';
import { excerpt } from '../excerpt.ts';
import { isKey } from '../lexeme.ts';
import { type Token, tokensOf, unexpected } from './tokens.ts';

export type Requirement =
  | { readonly key: string; readonly operator: 'exists' }
  | { readonly key: string; readonly operator: 'absent' }
  /** `values` are in order, each once, at least one. `=` is `in` with one value, `!=` is `notin` with one. */
  | { readonly key: string; readonly operator: 'in' | 'notin'; readonly values: readonly string[] };

/** All requirements must hold; none at all is the selector `*`. */
export interface Selector {
  readonly requirements: readonly Requirement[];
}

/**
 * The selector that the text stands for. Throws `selector`, with the position, what was read, and what was expected.
 * @example parseSelector('env=dev, tier notin (db, "a b"), schedule, !legacy')
 */
export function parseSelector(text: string): Selector {
  const reader = new TokenReader(tokensOf(text));
  if (reader.isAt('end')) {
    throw new PowerError('selector', 'the selector is empty; for every VM, write "*" (in the terminal: --all)');
  }
  if (reader.skip('*')) {
    if (!reader.isAt('end')) throw reader.unexpected('the end: "*" stands alone');
    return { requirements: [] };
  }
  const requirements = [readRequirement(reader)];
  while (!reader.isAt('end')) {
    if (!reader.skip(',')) throw reader.unexpected('"," or the end');
    requirements.push(readRequirement(reader));
  }
  return { requirements };
}

/** Where in the tokens the reading has come to. The last token is never passed. */
class TokenReader {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The next token, if it is of this kind. */
  take(kind: Token['kind']): Token | undefined {
    const token = this.#tokens[this.#next];
    if (token?.kind !== kind) return undefined;
    this.#next += 1;
    return token;
  }

  /** Passes the sign, or the word, if it comes next. */
  skip(text: string): boolean {
    const token = this.#tokens[this.#next];
    if (token?.text !== text || token.kind === 'quoted') return false;
    this.#next += 1;
    return true;
  }

  isAt(...expected: readonly string[]): boolean {
    const token = this.#tokens[this.#next];
    return expected.some((one) => token?.kind === one || (token?.kind === 'sign' && token.text === one));
  }

  unexpected(expected: string): PowerError {
    const token = this.#tokens[this.#next];
    const read = token === undefined || token.kind === 'end' ? 'the end' : excerpt(token.text);
    return unexpected(token?.position ?? 1, read, expected);
  }
}

function readRequirement(reader: TokenReader): Requirement {
  if (reader.skip('!')) {
    const key = readKey(reader);
    if (!reader.isAt(',', 'end')) throw reader.unexpected(`"," or the end after "!${key}"`);
    return { key, operator: 'absent' };
  }
  const key = readKey(reader);
  if (reader.isAt(',', 'end')) return { key, operator: 'exists' };
  if (reader.skip('=') || reader.skip('==')) return { key, operator: 'in', values: [readValue(reader)] };
  if (reader.skip('!=')) return { key, operator: 'notin', values: [readValue(reader)] };
  if (reader.skip('in')) return { key, operator: 'in', values: readValues(reader) };
  if (reader.skip('notin')) return { key, operator: 'notin', values: readValues(reader) };
  throw reader.unexpected('"=", "==", "!=", "in", "notin", "," or the end');
}

function readKey(reader: TokenReader): string {
  const expected = 'a key (letters, digits and "_.:/-", a letter or digit first)';
  const token = reader.take('word');
  if (token === undefined) throw reader.unexpected(expected);
  if (!isKey(token.text)) throw unexpected(token.position, excerpt(token.text), expected);
  return token.text;
}

/** As in Kubernetes, a value that is left out is the empty one: `env=`, `env=,tier`, `env in (dev,)`. */
function readValue(reader: TokenReader): string {
  if (reader.isAt(',', ')', 'end')) return '';
  const token = reader.take('word') ?? reader.take('quoted');
  if (token === undefined) throw reader.unexpected('a value, in double quotes if it has signs or blanks');
  return token.text;
}

function readValues(reader: TokenReader): readonly string[] {
  if (!reader.skip('(')) throw reader.unexpected('"(" and a list of values');
  const values = new Set<string>();
  do values.add(readValue(reader));
  while (reader.skip(','));
  if (!reader.skip(')')) throw reader.unexpected('"," or ")"');
  return [...values].sort();
}
