// Every regular expression of the sources, found by reading them: a new one is under attack without anybody's doing.
// A scanner of its own: comments, texts and templates are walked over, and a slash is a pattern where no division can stand.

import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { root } from '../fixtures/documents.ts';

export interface FoundPattern {
  readonly file: string;
  readonly line: number;
  readonly pattern: RegExp;
}

export const attacked = ['lib', 'cli', 'handlers', 'deploy'];

/** The patterns of all sources that are deployed, run in a terminal, or make the deployment. */
export function patternsOfSources(): FoundPattern[] {
  const files = attacked.flatMap((folder) => globSync(`${folder}/**/*.{ts,js}`, { cwd: root }));
  return files.sort().flatMap((file) => patternsIn(file, readFileSync(resolve(root, file), 'utf8')));
}

const skipped = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/y;
const literal = /\/((?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuvy]*)/y;
// A word after which an expression begins, though it ends like a name.
const keyword = /(?:^|[^\w$.])(?:return|typeof|case|in|of|yield|await|throw|new|else|void|delete)$/;

export function patternsIn(file: string, source: string): FoundPattern[] {
  const found: FoundPattern[] = [];
  // How deep in braces each open template's `${` began.
  const templates: number[] = [];
  let braces = 0;
  let code = '';
  // A shebang is no code.
  let at = source.startsWith('#!') ? source.indexOf('\n') : 0;
  const take = (length: number, as: string) => {
    code += as;
    at += length;
  };
  while (at < source.length) {
    const character = source.charAt(at);
    const passed = matchAt(skipped, source, at);
    const isTemplate = character === '`' || (character === '}' && templates.at(-1) === braces);
    const pattern = isExpressionNext(code) ? matchAt(literal, source, at) : null;
    if (passed !== null) take(passed[0].length, /^['"]/.test(passed[0]) ? '""' : ' ');
    else if (isTemplate) {
      if (character === '}') templates.pop();
      const end = endOfTemplateText(source, at + 1);
      if (source.charAt(end - 1) === '{') templates.push(braces);
      take(end - at, source.charAt(end - 1) === '{' ? '+' : '""');
    } else if (pattern !== null) {
      const [whole, text = '', flags = ''] = pattern;
      found.push({ file, line: source.slice(0, at).split('\n').length, pattern: new RegExp(text, flags) });
      take(whole.length, '""');
    } else {
      if (character === '{') braces += 1;
      if (character === '}') braces -= 1;
      take(1, character);
    }
  }
  return found;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function isExpressionNext(code: string): boolean {
  const before = code.trimEnd();
  return /(?:^|[^\w$)\]}"'])$/.test(before) || keyword.test(before);
}

/** After the template's text: behind its backtick, or behind a `${`. */
function endOfTemplateText(source: string, from: number): number {
  for (let at = from; at < source.length; at += 1) {
    if (source.charAt(at) === '\\') at += 1;
    else if (source.charAt(at) === '`') return at + 1;
    else if (source.startsWith('${', at)) return at + 2;
  }
  throw new Error('a template without an end');
}
