// Reads the text files that a config names, from its own directory and nowhere else.
// Apart from schedules.ts, so that tests and other homes of a config can give texts without files.

import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { PowerError } from '../core/errors.ts';

/** The text of the file with this name. Throws `config` when it cannot be read. */
export type ReadText = (name: string) => string;

/** A reader of that directory's files: the config file's, or in a Lambda its working directory, into which packages are unpacked. */
export function textFilesIn(directory: string): ReadText {
  return (name) => {
    if (basename(name) !== name) throw new PowerError('config', 'is not the bare name of a file beside the config');
    try {
      return readFileSync(resolve(directory, name), 'utf8');
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
      const why = code === 'ENOENT' ? 'there is no such file' : code;
      throw new PowerError('config', `cannot be read beside the config (${why})`, { cause });
    }
  };
}
