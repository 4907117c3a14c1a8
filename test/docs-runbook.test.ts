// Holds docs/runbook.md to the code: an entry for every alarm, ending, outcome and error, none for what there is not,
// and only commands that exist. Who is woken at night must not be told of what was.

import { describe, expect, it } from 'vitest';
import { exitCode } from '../cli/exit-code.ts';
import { type Commands, runProgram } from '../cli/program.ts';
import { alarmTable } from '../deploy/alarm-table.ts';
import { functionKeysOf } from '../deploy/functions.ts';
import { readSecret } from '../lib/aws/secret-shape.ts';
import { loadConfig, readEnvironment } from '../lib/config.ts';
import { endings } from '../lib/run/ending.ts';
import { fakeTerminal } from './cli/fake-terminal.ts';
import { codes, read, rows, unique } from './fixtures/documents.ts';

const runbook = read('docs/runbook.md');
const base = loadConfig({}, readEnvironment({}), { where: 'lambda', credentials: 'optional' });
// Whatever a configuration can switch on: all that any stack can have.
const every = {
  ...base,
  rotation: base.rotation ?? { everyMs: 86_400_000, accounts: ['main'] },
  notify: {
    kind: 'slack' as const,
    secretId: 's',
    when: 'trouble' as const,
    warning: { beforeMs: 1_800_000, keepMs: 7_200_000, quota: 1 },
  },
};

function chapter(title: string): string {
  const start = runbook.indexOf(`\n## ${title}\n`);
  expect(start, title).toBeGreaterThan(-1);
  const end = runbook.indexOf('\n## ', start + 1);
  return runbook.slice(start, end === -1 ? undefined : end);
}

const entries = new Map(
  chapter('Alarms')
    .split(/^### /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text] as const),
);

describe("the runbook's alarms", () => {
  it('are all that a stack can have, and no other', () => {
    const names = [...alarmTable(every), ...alarmTable({ ...every, engine: 'inline' })].map(({ name }) => name);
    expect(functionKeysOf(every)).toEqual(expect.arrayContaining(['rotate', 'keep']));
    expect([...entries.keys()].toSorted()).toEqual([...new Set(names)].toSorted());
  });

  it.each([...entries])('say of %s what it means, what to look at and what to type', (_name, text) => {
    const parts = ['Means', 'Look', 'Type'].map((word) => text.indexOf(`**${word}`));
    expect(parts).toEqual(parts.toSorted((a, b) => a - b));
    expect(parts[0]).toBeGreaterThan(0);
    expect(text.slice(parts[2])).toMatch(/(?:^|`)(?:npx (?:power|serverless)|aws) [a-z]/m);
  });
});

function codesOf(file: string, type: string): string[] {
  const union = new RegExp(`export type ${type} =(.+?');?\\n\\n?(?:export|/\\*\\*|$)`, 's').exec(read(file))?.[1] ?? '';
  return unique(union.matchAll(/\| '([\w-]+)'/g));
}

describe("the runbook's tables", () => {
  it.each([
    ['Endings of runs', [...endings]],
    ['Outcome codes', codesOf('lib/core/outcome.ts', 'OutcomeCode')],
    ['Error codes', codesOf('lib/core/errors.ts', 'ErrorCode')],
  ])('of %s have every one, no other, and leave nothing out', (title, real) => {
    const [, ...table] = rows(chapter(title));
    expect(real.length).toBeGreaterThan(7);
    expect(table.map(([code = '']) => codes(code)[0]).toSorted()).toEqual([...real].toSorted());
    for (const cells of table) {
      expect(cells, cells[0]).toHaveLength(4);
      for (const cell of cells.slice(1)) expect(cell.length, cells[0]).toBeGreaterThan(6);
      expect(cells[3], cells[0]).toMatch(/^(?:nothing|`(?:npx (?:power|serverless)|aws) [a-z][^`]*`)$/);
    }
  });
});

describe("the runbook's commands", () => {
  const nothing = async () => exitCode.well;
  const commands = new Proxy({}, { get: () => nothing }) as Commands;
  const helpOf = async (command: string) => {
    const terminal = fakeTerminal();
    await runProgram([command, '--help'], commands, terminal);
    return terminal.stdout.text.split('Examples:')[0] ?? '';
  };

  it('exist, and take the options that they are shown with', async () => {
    const shown = [...runbook.matchAll(/npx power ([a-z]+)([^`#\n]*)/g)];
    expect(shown.length).toBeGreaterThan(40);
    for (const [line, command = '', rest = ''] of shown) {
      const help = await helpOf(command);
      expect(help, line).toContain(`power ${command}`);
      for (const [option] of rest.matchAll(/(?<![\w-])--?[a-z][a-z-]*/g))
        expect(help, line).toMatch(new RegExp(`(?<![\\w-])${option}\\b`));
    }
  });

  it('put a token there in words that say when it ends, or nobody would be warned of the next end', () => {
    const [, form = ''] = /printf '?(.+?)'? "\$TOKEN" \|\n +aws secretsmanager put-secret-value/.exec(runbook) ?? [];
    const secret = form.replace('%s', 'opaque-token');
    expect(readSecret(secret, 'openscaler/token')).toMatchObject({
      token: 'opaque-token',
      expiresAt: expect.any(Number),
    });
  });

  it('look for what a process that was killed leaves in a log that is JSON', () => {
    expect(read('serverless.yml')).toContain('\n      logFormat: JSON\n');
    expect(runbook).not.toMatch(/REPORT|Task timed out/);
    expect(runbook).toContain(`'{ $.type = "platform.report" && $.record.status != "success" }'`);
  });

  it('name only functions and fields that there are', () => {
    const groups = unique(runbook.matchAll(/\/aws\/lambda\/\$STACK-([a-z-]+)/g));
    for (const name of groups) expect(['durable-run', ...functionKeysOf(every)]).toContain(name);
    for (const field of ['tick: false', 'reservedConcurrency', 'retry.alarmAfter', 'pace.perSecond', 'allowEscalation'])
      expect(runbook).toContain(field);
  });
});
