import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findConfigFile, readConfigInput } from '../../cli/config-input.ts';

const projectRoot = fileURLToPath(new URL('../..', import.meta.url));
let full = '';
let empty = '';

beforeAll(async () => {
  [full, empty] = await Promise.all([mkdtemp(join(tmpdir(), 'power-')), mkdtemp(join(tmpdir(), 'power-'))]);
  await writeFile(join(full, 'power.config.ts'), "export default { projects: ['mine'] };");
  await writeFile(join(full, 'other.json'), '{"projects":["other"]}');
});

afterAll(() => Promise.all([full, empty].map((directory) => rm(directory, { recursive: true }))));

describe('the configuration file', () => {
  it('is the one that was named, relative to where one stands', async () => {
    expect(await readConfigInput('other.json', full)).toEqual({ input: { projects: ['other'] }, directory: full });
    expect(await readConfigInput(join(full, 'other.json'), empty)).toEqual({
      input: { projects: ['other'] },
      directory: full,
    });
  });

  it('is power.config.ts here, if nothing was named', async () => {
    expect(await readConfigInput(undefined, full)).toEqual({ input: { projects: ['mine'] }, directory: full });
  });

  it("is this project's own, if there is none here", () => {
    expect(findConfigFile(undefined, empty)).toBe(join(projectRoot, 'power.config.ts'));
  });

  it('is a fault when the named one does not exist', () => {
    expect(() => findConfigFile('nope.ts', full)).toThrow(
      expect.objectContaining({ code: 'config', message: expect.stringContaining('nope.ts') }),
    );
  });
});
