// Reads a config file for the terminal: .ts, .js and .mjs by import, .json by parsing.
// Apart from config.ts, so that a Lambda's bundle, which has its config inside, holds no file reading.

import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PowerError } from '../core/errors.ts';
import { parseStrictJson } from '../core/strict-json.ts';

/** What the file says, not yet checked: its default export, or its JSON. Throws `config` when it cannot be read or says nothing. */
export async function loadConfigFile(path: string): Promise<unknown> {
  const file = resolve(path);
  switch (extname(file)) {
    case '.json':
      return parseJson(path, await readText(path, file));
    case '.ts':
    case '.js':
    case '.mjs':
      await readText(path, file);
      return importDefault(path, file);
    default:
      throw fault(path, 'is no config file: its name must end in .ts, .js, .mjs or .json');
  }
}

/** Also done before an import: Node's own message for a missing module cannot be told from one inside the file. */
async function readText(path: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw fault(path, `cannot be read (${codeOf(cause)}); name another with --config FILE`, cause);
  }
}

function parseJson(path: string, text: string): unknown {
  // Some editors put a byte-order mark in front, which nobody sees.
  const plain = text.replace(/^\uFEFF/, '');
  try {
    JSON.parse(plain);
  } catch (cause) {
    throw fault(path, `is not valid JSON: ${messageOf(cause)}`, cause);
  }
  const read = parseStrictJson(plain);
  if ('fault' in read) throw fault(path, `can be read in two ways: ${read.fault}`);
  return read.value;
}

async function importDefault(path: string, file: string): Promise<unknown> {
  const module = await importModule(path, file);
  if (module.default === undefined || isEmptyCommonJs(module)) {
    throw fault(path, 'has no default export; write "export default defineConfig({ … })"');
  }
  return module.default;
}

/** A file without `import` or `export` is CommonJS to Node, which gives it an empty object as default when it exports nothing. */
function isEmptyCommonJs(module: Readonly<Record<string, unknown>>): boolean {
  const exported = module['module.exports'];
  return typeof exported === 'object' && exported !== null && Object.keys(exported).length === 0;
}

async function importModule(path: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    throw fault(path, `cannot be run: ${messageOf(cause)}`, cause);
  }
}

function fault(path: string, what: string, cause?: unknown): PowerError {
  return new PowerError('config', `the config file ${path} ${what}`, { cause, faults: [`${path}: ${what}`] });
}

function codeOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return code === 'ENOENT' ? 'there is no such file' : String(code ?? messageOf(cause));
}

/** The first line only: Node puts the source's line above or below. */
function messageOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.trim().split('\n')[0] ?? '';
}
