// Config files as the terminal finds them: real files in a directory of their own.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfigFile } from '../../lib/config/file.ts';
import { PowerError } from '../../lib/core/errors.ts';

let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'power-config-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function written(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

describe('a file is read', () => {
  it.each([
    ['a.json', '{"projects": ["p"]}'],
    ['a.mjs', 'export default { projects: ["p"] };'],
    ['a.ts', 'const projects: readonly string[] = ["p"]; export default { projects };'],
  ])('%s', async (name, text) => {
    expect(await loadConfigFile(await written(name, text))).toEqual({ projects: ['p'] });
  });
});

it('a byte-order mark in front of it is passed over', async () => {
  expect(await loadConfigFile(await written('marked.json', '\uFEFF{"projects":["a"]}'))).toEqual({ projects: ['a'] });
});

it('what it says is not judged yet', async () => {
  expect(await loadConfigFile(await written('odd.json', 'null'))).toBeNull();
});

describe('a file that cannot be used is a config fault that says why', () => {
  it.each([
    ['broken.json', '{"projects": ', /broken\.json is not valid JSON: /],
    [
      'twice.json',
      '{"guard":{"maxVms":1,"maxVms":5000}}',
      /twice\.json can be read in two ways: the key "maxVms" is there twice/,
    ],
    ['broken.mjs', 'export default {', /broken\.mjs cannot be run: /],
    ['throws.mjs', 'throw new Error("first\\nsecond");', /throws\.mjs cannot be run: first$/],
    ['lost.mjs', 'import "./nowhere.mjs"; export default {};', /lost\.mjs cannot be run: /],
    ['none.mjs', 'export const config = {};', /none\.mjs has no default export; write "export default defineConfig/],
    [
      'config.yaml',
      'projects: [p]',
      /config\.yaml is no config file: its name must end in \.ts, \.js, \.mjs or \.json/,
    ],
  ])('%s', async (name, text, message) => {
    const failed = loadConfigFile(await written(name, text));
    await expect(failed).rejects.toBeInstanceOf(PowerError);
    await expect(failed).rejects.toMatchObject({ code: 'config', message: expect.stringMatching(message) });
    await expect(failed).rejects.toHaveProperty('faults.length', 1);
  });

  it.each(['missing.json', 'missing.ts'])('%s, which is not there', async (name) => {
    const path = join(directory, name);
    await expect(loadConfigFile(path)).rejects.toMatchObject({
      code: 'config',
      message: `the config file ${path} cannot be read (there is no such file); name another with --config FILE`,
    });
  });
});
