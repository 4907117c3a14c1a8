// Holds docs/security.md to the tests and the roles: each test that it names exists, each attack is in it, and so is each right.
// A table of proofs that nobody checks is a table of wishes.

import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { grantsIn } from '../deploy/grants.ts';
import { makeResources } from '../deploy/resources.ts';
import { loadConfig, readEnvironment } from '../lib/config.ts';
import { codes, read, root, rows } from './fixtures/documents.ts';

const page = read('docs/security.md');
const table = rows(page);

interface Proof {
  readonly file: string;
  readonly title: string;
}

function proofsIn(text: string): Proof[] {
  return [...text.matchAll(/`(test\/[\w./-]+\.ts)`((?: “[^”]+”)+)/g)].flatMap(([, file = '', titles = '']) =>
    [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => ({ file, title })),
  );
}

const call = /^ *it(?:\.each)?\(/gm;
// The first text after a call that a function follows: in a table of cases none does.
const title = /(['"])((?:\\.|(?!\1)[^\\\n])+)\1,\s*(?:async )?\(/;

/** The titles of a file's tests, as its source has them. Throws for a test without one. */
function titlesIn(file: string): string[] {
  const source = read(file);
  return [...source.matchAll(call)].map(({ index }) => {
    const found = title.exec(source.slice(index))?.[2];
    if (found === undefined) throw new Error(`a test of ${file} has no title`);
    return found.replaceAll(/\\(['"])/g, '$1');
  });
}

const proofs = proofsIn(page);

describe('docs/security.md', () => {
  it('has the ten of OWASP, and for each threat what stops it and a test', () => {
    const threats = table.filter(([, , test = '']) => test.startsWith('`test/'));
    expect(threats.slice(0, 10).map(([risk = '']) => Number.parseInt(risk, 10))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
    expect(threats.length).toBeGreaterThan(20);
    for (const [threat, stops = '', test = ''] of threats) {
      expect([threat, stops.length > 10]).toEqual([threat, true]);
      expect([threat, proofsIn(test).length > 0]).toEqual([threat, true]);
    }
  });

  it('names only tests that exist', () => {
    expect(proofs.length).toBeGreaterThan(70);
    for (const { file, title } of proofs) expect(titlesIn(file), file).toContain(title);
  });

  it('names every attack', () => {
    const files = globSync('test/attack/**/*.test.ts', { cwd: root });
    expect(files.length).toBeGreaterThan(8);
    for (const file of files) {
      const named = proofs.filter((proof) => proof.file === file).map(({ title }) => title);
      const titles = titlesIn(file);
      expect([file, new Set(titles).size]).toEqual([file, titles.length]);
      expect([file, titles.filter((title) => !named.includes(title))]).toEqual([file, []]);
    }
  });

  it('has what each function may do, and no more', () => {
    const shown = table.filter(([, may = '']) => may.includes('`logs:') || may.startsWith('`lambda:'));
    const real = Map.groupBy(grantsIn(everything()), ({ role }) => role);
    const name = (role: string) => (/^Schedule(?!dRole)/.test(role) ? 'one role per cron' : `\`${role}\``);
    expect(shown.map(([role = '', may = '']) => [role, codes(may)])).toEqual(
      [...real].map(([role, grants]) => [name(role), [...new Set(grants.map(({ action }) => action))].sort()]),
    );
  });

  it('writes no CSV, and HTML in one place alone', () => {
    const files = globSync('{lib,cli,handlers,deploy}/**/*.ts', { cwd: root });
    expect(files.length).toBeGreaterThan(150);
    expect(files.filter((file) => /text\/html|<!doctype/i.test(read(file)))).toEqual(['lib/http/keep-page.ts']);
    expect(files.filter((file) => /text\/csv|\.csv\b/i.test(read(file)))).toEqual([]);
  });
});

function everything() {
  const input = {
    crons: { x: { cron: '0 19 ? * * *', timezone: 'UTC', action: 'shutdown', select: 'a' } },
    webhooks: { x: { verify: 'github', secretId: 'power/ci', on: [{ when: { a: 1 }, action: 'start', select: 'a' }] } },
    oauth: { grant: 'refresh_token' },
    rotation: { every: '12h' },
    notify: { kind: 'slack', secret: 'power/notify', before: '30m' },
  };
  const environment = readEnvironment({ OPENSCALER_SECRET_ID: 'openscaler/token' });
  const config = loadConfig(input, environment, { where: 'lambda' });
  return makeResources(config, { service: 'service', stage: 'stage' }).Resources;
}
