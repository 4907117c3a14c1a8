// Holds the documents to the code: what they name exists, what exists is in them, and what they say of it is so.
// A reference that nobody checks is wrong within a month.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCode } from '../cli/exit-code.ts';
import { type Commands, runProgram } from '../cli/program.ts';
import { grantsIn } from '../deploy/grants.ts';
import { makeResources } from '../deploy/resources.ts';
import { loadConfig, readEnvironment } from '../lib/config.ts';
import { actions } from '../lib/core/action.ts';
import { results } from '../lib/core/outcome.ts';
import { parseSelector } from '../lib/core/selector.ts';
import { specialKeys, tagVm } from '../lib/core/tags.ts';
import type { ListedVm } from '../lib/core/vm.ts';
import { apiRoutes } from '../lib/http/api-routes.ts';
import { keepRoutes } from '../lib/http/keep.ts';
import { webhookRoutes } from '../lib/http/webhook.ts';
import { vmId } from '../lib/openscaler/vm-id.ts';
import packageJson from '../package.json' with { type: 'json' };
import { fakeTerminal } from './cli/fake-terminal.ts';
import { codes, firstCodes, pages, read, root, rows, section, unique } from './fixtures/documents.ts';

const documents = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: root })];
const commandNames = [
  'list',
  'run',
  'runs',
  'watch',
  'cancel',
  'check',
  'schedule',
  'plan',
  'explain',
  'keep',
  'overrides',
  'tick',
  'token',
  'sim',
] as const satisfies (keyof Commands)[];

const nothing = async () => exitCode.well;
const commands: Commands = {
  list: nothing,
  run: nothing,
  runs: nothing,
  watch: nothing,
  cancel: nothing,
  check: nothing,
  schedule: nothing,
  plan: nothing,
  explain: nothing,
  keep: nothing,
  overrides: nothing,
  cancelOverrides: nothing,
  tick: nothing,
  token: nothing,
  sim: nothing,
};

async function helpOf(command: string): Promise<string> {
  const terminal = fakeTerminal();
  await runProgram([command, '--help'], commands, terminal);
  return terminal.stdout.text.split('Examples:')[0] ?? '';
}

function optionsIn(text: string): string[] {
  return unique(text.matchAll(/(?<![\w-])--[a-z][a-z-]+/g));
}

function described(description: string): ListedVm {
  const place = { account: 'main', project: 'default', region: 'alg1', size: 'b-2-4-100' };
  return { id: vmId('8'), name: 'vm', ...place, description, tags: [], state: 'running', faults: [] };
}

const cron = { cron: '0 19 ? * * *', timezone: 'UTC', action: 'shutdown', select: 'a' };
const webhook = {
  verify: 'github',
  secretId: 'power/webhooks/ci',
  on: [{ when: { a: 1 }, action: 'start', select: 'a' }],
};

function generated() {
  const environment = readEnvironment({ OPENSCALER_SECRET_ID: 'openscaler/token' });
  const config = loadConfig({ crons: { x: cron }, webhooks: { x: webhook } }, environment, { where: 'lambda' });
  return makeResources(config, { service: 'service', stage: 'stage' }).Resources;
}

describe('the documents', () => {
  it('have a decision record under every number, and no number twice', () => {
    const numbers = globSync('docs/decisions/*.md', { cwd: root }).map((path) => basename(path).slice(0, 4));
    expect(numbers.length).toBeGreaterThan(5);
    expect(numbers.sort()).toEqual(numbers.map((_, index) => String(index + 1).padStart(4, '0')));
  });

  it.each(documents)('%s links only to what exists', (path) => {
    const links = [...read(path).matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
    for (const link of links.filter((one) => !/^https?:/.test(one))) {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? resolve(root, path) : resolve(root, dirname(path), file);
      expect(existsSync(target), link).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(readFileSync(target, 'utf8')), link).toContain(anchor);
    }
  });

  it.each(documents)('%s names only npm scripts that exist', (path) => {
    const scripts = [...read(path).matchAll(/npm (?:run ([a-z:-]+)|(start|test)\b)/g)].map(
      ([, run, short]) => run ?? short,
    );
    expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(scripts));
  });

  it.each(documents)('%s names only files and folders that exist', (path) => {
    const isPath = (code: string) => /^(?:lib|cli|handlers|deploy|simulator|test|docs|bench)\/[\w./-]*$/.test(code);
    for (const one of codes(read(path)).filter(isPath)) expect(existsSync(resolve(root, one)), one).toBe(true);
  });

  it('show a tree that is there', () => {
    const tree = /```\n(.+?)```/s.exec(section('The tree'))?.[1] ?? '';
    const paths = tree.split('\n').flatMap((line) => line.split(/ {2,}[a-z]/)[0]?.match(/[\w./-]+/g) ?? []);
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths) expect(existsSync(resolve(root, path)), path).toBe(true);
  });
});

function anchorsOf(text: string): string[] {
  const withoutSigns = (heading: string) => heading.toLowerCase().replace(/[^\p{L}\p{N} -]/gu, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => withoutSigns(heading).replaceAll(' ', '-'));
}

describe('the documented terminal', () => {
  const text = section('Terminal');

  it('says of each option which commands take it, and leaves none out', async () => {
    const options = rows(text).filter(([first = '']) => first.includes('--'));
    for (const command of commandNames) {
      const takes = ([, of = '']: string[]) => of === 'all' || codes(of).includes(command);
      const shown = options.filter(takes).map(([names = '']) => names);
      expect(optionsIn(shown.join('\n')), command).toEqual(optionsIn(await helpOf(command)));
    }
  });

  it('shows the JSON document of every command that prints one', async () => {
    const [, contract = ''] = text.split('`--json` is a contract');
    for (const command of commandNames)
      if (optionsIn(await helpOf(command)).includes('--json')) expect(contract).toContain(`power ${command}`);
  });

  it('uses only commands and options that exist, wherever it shows a command line', async () => {
    const pattern = new RegExp(`(?:npx |^\\$ |^)power (${commandNames.join('|')})\\b([^#\\n]*)`, 'gm');
    const lines = [...pages.join('\n').matchAll(pattern)];
    expect(unique(lines.map(([, command = '']) => [command]))).toEqual([...commandNames].sort());
    for (const [line, command = '', rest = ''] of lines) {
      expect(optionsIn(await helpOf(command)), line).toEqual(expect.arrayContaining(optionsIn(rest)));
    }
  });

  it('names every command', async () => {
    const terminal = fakeTerminal();
    const shown = firstCodes(text).flatMap((code) => /^power (\w+)/.exec(code)?.[1] ?? []);
    await runProgram(['--help'], commands, terminal);
    const real = [...terminal.stdout.text.matchAll(/^ {2}(\w+) \[options\]/gm)].map(([, name = '']) => name);
    expect([...new Set(shown)].sort()).toEqual(real.sort());
  });

  it('has every exit code, and no other', () => {
    const shown = rows(text).flatMap(([first = '']) => (/^\d+$/.test(first) ? [Number(first)] : []));
    expect(shown).toEqual(Object.values(exitCode));
  });
});

describe('the documented tags and selectors', () => {
  const text = section('Tags');

  it('name every special tag', () => {
    expect(firstCodes(text)).toEqual([...specialKeys].sort());
  });

  it.each([
    ['Staging DB [env=staging tier=1]', { env: 'staging', tier: '1' }],
    ['Vault [protected]', { protected: '' }],
    ['Old box [env=dev legacy]', { env: 'dev', legacy: '' }],
    ['Desk [env=dev owner="Ann B."]', { env: 'dev', owner: 'Ann B.' }],
    ['Rack [7], see [do not schedule]', {}],
  ])('mean by %s what the code reads in it', (description, tags) => {
    expect(text).toContain(description);
    const vm = tagVm(described(description), [], {});
    expect(vm.tags).toEqual(tags);
    expect(vm.faults).toEqual([]);
  });

  it('show faults that are faults', () => {
    const shown = codes(/fault of that VM: (.+?), one key/s.exec(text)?.[1] ?? '');
    expect(shown).toHaveLength(4);
    for (const description of shown) expect(tagVm(described(description), [], {}).faults, description).toHaveLength(1);
  });

  it('show selectors that can be read', () => {
    const shown = rows(section('Selectors')).flatMap(([first = '']) => codes(first));
    expect(shown.length).toBeGreaterThan(7);
    for (const selector of shown) expect(() => parseSelector(selector), selector).not.toThrow();
  });
});

describe('the documented outcomes', () => {
  const shown = rows(section('Outcomes'))
    .slice(1)
    .map(([result = '', code = '']) => ({ result: codes(result)[0], code: codes(code)[0] }));

  it('are every result and every code, and no other', () => {
    const union = /export type OutcomeCode =(.+?');/s.exec(read('lib/core/outcome.ts'))?.[1] ?? '';
    expect([...new Set(shown.map(({ result }) => result))].sort()).toEqual([...results].sort());
    expect([...new Set(shown.map(({ code }) => code))].sort()).toEqual(unique(union.matchAll(/\| '([\w-]+)'/g)));
  });

  it('are every pair of the two that core makes', () => {
    const source = globSync('lib/core/**/*.ts', { cwd: root }).map(read).join('\n');
    const made = [...source.matchAll(/(?:result: |leave\()'(\w+)',\s+(?:code: )?'([\w-]+)'/g)];
    expect(made.length).toBeGreaterThan(20);
    for (const [, result, code] of made) expect(shown).toContainEqual({ result, code });
  });
});

describe('the documented HTTP API', () => {
  const table = rows(section('HTTP'));

  it('has every route, and no other', () => {
    const real = [...apiRoutes, ...webhookRoutes, ...keepRoutes].map(({ method, path }) => `${method} ${path}`);
    const shown = table.flatMap(([first = '']) => codes(first)).filter((code) => code.includes('/'));
    expect(shown.sort()).toEqual(real.sort());
  });

  it('has every problem with its status, and no other', () => {
    const found = read('lib/http/problem.ts').matchAll(/^ {2}'?([\w-]+)'?: \{ status: (\d+),/gm);
    const real = [...found].map(([, kind, status]) => `${status} ${kind}`);
    const problems = table.filter(([first = '']) => /^\d{3}$/.test(first));
    const shown = problems.flatMap(([status, kinds = '']) => codes(kinds).map((kind) => `${status} ${kind}`));
    expect(real.length).toBeGreaterThan(10);
    expect(shown.sort()).toEqual(real.sort());
  });
});

describe('the documented deployment', () => {
  it('has the roles that are generated, and no other', () => {
    const real = grantsIn(generated()).map(({ role, assumedBy, action, resource }) => {
      const isOfCron = assumedBy === 'scheduler.amazonaws.com' && role !== 'TickScheduleRole';
      const who = isOfCron ? 'one role per cron' : `\`${role}\``;
      return `${who} ${action} ${resource.replace(/^arn:.*:((?:secret:|function:|event-bus\/).+)$/, '$1').replace('service-stage', '<stack>')}`;
    });
    const table = rows(section('Roles')).slice(1);
    const shown = table.flatMap(([role, may = '', on = '']) =>
      codes(may).map((one) => `${role} ${one} ${codes(on)[0]}`),
    );
    expect(shown.sort()).toEqual(real.sort());
  });

  it('has as many alarms as are said', () => {
    const alarms = Object.values(generated()).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
    expect(section('Alarms and figures')).toContain(`${alarms.length} CloudWatch alarms`);
    expect(section('Deploying')).toContain(`${alarms.length} alarms`);
  });
});

describe('the documented lists', () => {
  it('have every dependency of package.json, in its order, each with its reason', () => {
    const table = rows(section('Dependencies')).filter(([, why = '']) => why !== 'for');
    const { dependencies, devDependencies } = packageJson;
    expect(table.map(([name = '']) => codes(name)[0])).toEqual([
      ...Object.keys(dependencies),
      ...Object.keys(devDependencies),
    ]);
    for (const [name, why = ''] of table) expect(why.length, name).toBeGreaterThan(3);
  });

  it('have every action in the table of actions', () => {
    expect(firstCodes(section('Safety'))).toEqual([...actions].sort());
  });
});
