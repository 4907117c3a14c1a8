// Finds the configuration file: the one that was named, else power.config.ts here, else this project's own.
// Looking here first lets several fleets share one clone, a directory each.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
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
  const places = [resolve(directory, defaultName), resolve(projectRoot, defaultName)];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new PowerError('config', `there is no ${defaultName} in ${directory}: write one, or name one with --config`);
}

/** The content of the configuration file, not validated yet. Throws `config`. */
export function readConfigInput(named: string | undefined, directory: string): Promise<unknown> {
  return loadConfigFile(findConfigFile(named, directory));
}
