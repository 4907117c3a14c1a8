// The npm scripts beside `power`, as processes: what is mistyped must be told in words, before minutes are spent on it.
// A script that takes no notice of a wrong option measures something else than it was asked for.

import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runNode } from '../bench/process-output.ts';
import packageJson from '../package.json' with { type: 'json' };

const root = resolve(import.meta.dirname, '..');
const run = (file: string, args: readonly string[]) => runNode({ args: [file, ...args], cwd: root, environment: {} });

/** Those that are files of ours; the others are tools. */
const scripts = Object.entries(packageJson.scripts).flatMap(([name, command]) => {
  const [, file] = /^node (\S+\.ts)$/.exec(command) ?? [];
  return file === undefined ? [] : [{ name, file }];
});

describe.each(scripts)('npm run $name', ({ file }) => {
  it('says what it is for when asked for help', async () => {
    const { code, stdout, stderr } = await run(file, ['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^npm (?:run|start)/);
  });

  it.each(['--nope', 'nope'])('refuses %s in words, with exit code 2', async (argument) => {
    const { code, stdout, stderr } = await run(file, [argument]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(argument);
    expect(stderr).toMatch(/^npm (?:run|start)/m);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

it.each([
  ['test/torture/torture.ts', '--part', 'wek'],
  ['test/torture/torture.ts', '--seeds', 'x'],
  ['test/durable/kill-sweep.ts', '--every', '0'],
  ['bench/hostile.ts', '--per-behaviour', '0'],
  ['bench/bench.ts', '--in-flight', 'many'],
])('%s %s %s is refused, for it would find nothing wrong where it looked at nothing', async (file, option, value) => {
  const { code, stdout, stderr } = await run(file, [option, value]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(option);
  expect(stderr).not.toMatch(/\n\s+at /);
});
