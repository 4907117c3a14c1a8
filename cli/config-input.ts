// Finds the configuration file: the one that was named, else power.config.ts here, else this project's own.
// Looking here first lets several fleets share one clone, a directory each.

import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfigFile } from '../lib/config/file.ts';
import { PowerError } from '../lib/core/errors.ts';

const defaultName = 'power.config.ts';
const projectRoot = fileURLToPath(new URL('..', import.meta.url));

/** Where the configuration is. Throws `config` when there is none. */
export function findConfigFile(named: string | undefined, directory: string): string {
  if (named !== undefined) {
    const path = resolve(directory, named);
    if (existsSync(path)) return path;
    throw new PowerError('config', `there is no configuration file ${path}: check --config`);
  }
  const found = findDefault(directory);
  if (found !== null) return found;
  throw new PowerError('config', `there is no ${defaultName} in ${directory}: write one, or name one with --config`);
}

function findDefault(directory: string): string | null {
  const places = [resolve(directory, defaultName), resolve(projectRoot, defaultName)];
  return places.find((place) => existsSync(place)) ?? null;
}

export interface ConfigInput {
  /** What the file says, not validated yet. */
  readonly input: unknown;
  /** Where it is, and with it the files that it names. */
  readonly directory: string;
}

/** The configuration file, read. Throws `config`. */
export async function readConfigInput(named: string | undefined, directory: string): Promise<ConfigInput> {
  const path = findConfigFile(named, directory);
  return { input: await loadConfigFile(path), directory: dirname(path) };
}

/** The same, or an empty configuration where none was named and none is there. Throws `config`. */
export async function readConfigInputIfAny(named: string | undefined, directory: string): Promise<ConfigInput> {
  const isThere = named !== undefined || findDefault(directory) !== null;
  return isThere ? readConfigInput(named, directory) : { input: {}, directory };
}
