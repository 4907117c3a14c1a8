// What others wrote and we run: pinned to the letter, with whole hashes, few scripts at installation, and licences that allow it.
// Read from package.json, the lock file and what is installed.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { read, root } from '../fixtures/documents.ts';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
  readonly link?: boolean;
}

const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(read('package-lock.json'));
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

describe('every dependency', () => {
  it('is pinned to one version', () => {
    for (const [name, wanted] of Object.entries({ ...packageJson.dependencies, ...packageJson.devDependencies }))
      expect(wanted, name).toMatch(/^(?:npm:[\w@/-]+@)?\d+\.\d+\.\d+$/);
    expect(read('.npmrc')).toMatch(/^save-exact=true$/m);
  });

  it('is locked with a hash of what was reviewed, and comes from the registry alone', () => {
    expect(locked.length).toBeGreaterThan(300);
    for (const [path, { integrity, resolved, link }] of locked) {
      expect([path, integrity?.startsWith('sha512-')]).toEqual([path, true]);
      expect([path, resolved ?? null, link ?? false]).toEqual([path, null, false]);
    }
  });
});

// npm 11.19 and later run no other; .npmrc makes one that is not listed an error. Who installs with an older npm runs all five.
const reviewed: Readonly<Record<string, { readonly runs: boolean; readonly why: string }>> = {
  node: {
    runs: true,
    why: 'fetches the Node 24 that every script runs on, from the registry, as a package with a hash',
  },
  '@parcel/watcher': { runs: false, why: 'would compile what is there ready-made' },
  'classic-level': { runs: false, why: 'would compile what is there ready-made' },
  'es5-ext': { runs: false, why: 'prints a message' },
  esbuild: { runs: false, why: 'only makes the start of its command quicker' },
};

describe('scripts at installation', () => {
  it('are those of reviewed packages, and only the listed one runs', () => {
    const withScripts = locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path));
    expect([...new Set(withScripts)].sort()).toEqual(Object.keys(reviewed).sort());
    const wanted = Object.fromEntries(Object.entries(reviewed).map(([name, { runs }]) => [name, runs]));
    expect(packageJson.allowScripts).toEqual(wanted);
    expect(read('.npmrc')).toMatch(/^strict-allow-scripts=true$/m);
  });

  it('are none of ours, nor of anything that is deployed', () => {
    expect(
      Object.keys(packageJson.scripts).filter((name) => /^(?:pre|post)?(?:install|prepare|pack|publish)/.test(name)),
    ).toEqual([]);
    const deployed = locked.filter(([, { hasInstallScript, dev }]) => hasInstallScript && !dev);
    expect(deployed).toEqual([]);
  });
});

const licences = [
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
];

describe('the licence of every package that is deployed', () => {
  const production = locked.filter(([path, { dev }]) => !dev && existsSync(resolve(root, path)));

  it.each(production.map(([path]) => path))('%s is one of those that may be used so', (path) => {
    const { license } = JSON.parse(readFileSync(resolve(root, path, 'package.json'), 'utf8')) as { license?: string };
    expect(
      alternatives(license).some((one) => licences.includes(one)),
      license,
    ).toBe(true);
  });

  it('was looked for in all of them', () => {
    expect(production.length).toBeGreaterThan(20);
    for (const name of Object.keys(packageJson.dependencies))
      expect(production.map(([path]) => path)).toContain(`node_modules/${name}`);
  });
});

/** `(MIT OR Apache-2.0)` is either; anything with an AND is none of ours to judge. */
function alternatives(license: string | undefined): string[] {
  return (license ?? 'none').replace(/^\((.*)\)$/, '$1').split(' OR ');
}

it('a bill of materials is made by one command, which the release names', () => {
  expect(packageJson.scripts.sbom).toMatch(/npm sbom .*cyclonedx/);
  expect(read('CONTRIBUTING.md')).toContain('npm run sbom');
});

it('no source of what is deployed imports what is not declared as deployed', () => {
  const declared = new Set(Object.keys(packageJson.dependencies));
  const files = globSync('{lib,handlers,cli}/**/*.ts', { cwd: root }).filter((file) => dirname(file) !== 'cli/demo');
  for (const file of files) {
    for (const [, still, lazy] of read(file).matchAll(
      /^(?:import|export)\b(?! type)[^;]*?from '([^'.][^']*)'|\bimport\('([^'.][^']*)'\)/gm,
    )) {
      const from = still ?? lazy ?? '';
      const name = from
        .split('/')
        .slice(0, from.startsWith('@') ? 2 : 1)
        .join('/');
      // The simulator is a development tool: `power sim` is no part of what is deployed.
      if (!from.startsWith('node:') && file !== 'cli/commands/sim.ts')
        expect([file, declared.has(name)]).toEqual([file, true]);
    }
  }
});
