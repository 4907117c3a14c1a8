import { describe, expect, it } from 'vitest';
import { exitCode } from '../../cli/exit-code.ts';
import { type Commands, runProgram } from '../../cli/program.ts';
import { requestOf } from '../../cli/run-request.ts';
import { PowerError } from '../../lib/core/errors.ts';
import type { RunRequest } from '../../lib/run/request.ts';
import { fakeTerminal } from './fake-terminal.ts';

interface Call {
  readonly command: string;
  readonly options: object;
}

/** Parses the arguments with commands that only record; `run` makes its request, as the real one does. */
async function parse(...args: string[]) {
  const terminal = fakeTerminal();
  const calls: Call[] = [];
  const requests: RunRequest[] = [];
  const record = (command: string) => async (options: object) => {
    calls.push({ command, options });
    return exitCode.well;
  };
  const commands: Commands = {
    list: record('list'),
    runs: record('runs'),
    watch: record('watch'),
    cancel: record('cancel'),
    check: record('check'),
    schedule: record('schedule'),
    plan: record('plan'),
    explain: record('explain'),
    keep: record('keep'),
    overrides: record('overrides'),
    cancelOverrides: record('cancelOverrides'),
    tick: record('tick'),
    token: record('token'),
    sim: record('sim'),
    run: async (options) => {
      requests.push(requestOf(options.action, options));
      return record('run')(options);
    },
  };
  const code = await runProgram(args, commands, terminal);
  return { code, calls, requests, stdout: terminal.stdout.text, stderr: terminal.stderr.text };
}

const nothingAsked: RunRequest = {
  action: 'shutdown',
  select: null,
  ids: null,
  accounts: null,
  projects: null,
  dryRun: false,
  allowDataLoss: false,
  overrideGuard: false,
  allowEmpty: false,
};

describe('the arguments of power run', () => {
  it.each<[string, Partial<RunRequest>]>([
    ['run shutdown -l env=dev', { select: 'env=dev' }],
    ['run shutdown --selector env=dev', { select: 'env=dev' }],
    ['run shutdown -l env=dev,tier!=db', { select: 'env=dev,tier!=db' }],
    ['run start --all', { action: 'start', select: '*' }],
    ['run reboot --id 8', { action: 'reboot', ids: ['8'] }],
    ['run shutdown --id 8 --id acme/23', { ids: ['8', 'acme/23'] }],
    ['run shutdown --id 8 -l env=dev', { ids: ['8'], select: 'env=dev' }],
    ['run shutdown --all --account acme --account main', { select: '*', accounts: ['acme', 'main'] }],
    ['run shutdown --all --project p1 --project p2', { select: '*', projects: ['p1', 'p2'] }],
    ['run shutdown --all --dry-run', { select: '*', dryRun: true }],
    ['run power_off --all --allow-data-loss', { action: 'power_off', select: '*', allowDataLoss: true }],
    ['run reset --all --allow-data-loss', { action: 'reset', select: '*', allowDataLoss: true }],
    ['run shutdown --all --override-guard', { select: '*', overrideGuard: true }],
    ['run shutdown --all --allow-empty', { select: '*', allowEmpty: true }],
    ['run --all shutdown --json', { select: '*' }],
    ['run shutdown --all --remote --no-wait', { select: '*' }],
  ])('%s', async (line, request) => {
    const { code, requests, stderr } = await parse(...line.split(' '));
    expect(requests).toEqual([{ ...nothingAsked, ...request }]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it.each<[string, string[], string]>([
    ['no command', [], 'Usage: power'],
    ['an unknown command', ['stop'], "unknown command 'stop'"],
    ['an unknown option', ['run', 'shutdown', '--force'], "unknown option '--force'"],
    ['no action', ['run', '-l', 'env=dev'], "missing required argument 'action'"],
    ['an unknown action', ['run', 'stop', '-l', 'env=dev'], 'start, shutdown, power_off, reboot, reset'],
    ['a word too many', ['run', 'shutdown', '-l', 'env=dev', 'now'], 'too many arguments'],
    ['no VMs named', ['run', 'shutdown'], 'say which: -l, --id or --all'],
    ['no VMs named, but a project', ['run', 'shutdown', '--project', 'p1'], 'say which: -l, --id or --all'],
    ['a selector and --all', ['run', 'shutdown', '-l', 'env=dev', '--all'], 'say either -l or --all, not both'],
    ['an empty selector', ['run', 'shutdown', '-l', ''], 'selector'],
    ['a blank selector', ['run', 'shutdown', '-l', '  '], 'selector'],
    ['a star as selector', ['run', 'shutdown', '-l', '*'], 'say --all instead of -l "*"'],
    ['a malformed selector', ['run', 'shutdown', '-l', 'env=('], 'select'],
    ['a selector without its value', ['run', 'shutdown', '-l'], 'argument missing'],
    ['a malformed id', ['run', 'shutdown', '--id', '../8'], 'an id, or account/id'],
    ['an empty id', ['run', 'shutdown', '--id', ''], 'an id, or account/id'],
    ['an unknown option of schedule', ['schedule', '--jsn', 'always on'], "unknown option '--jsn'"],
    ['a number of days that is none', ['plan', '--days', '0'], 'whole number from 1'],
    ['too many days', ['plan', '--days', '367'], 'whole number from 1'],
    ['a number of runs that is none', ['runs', '--limit', '0'], 'whole number from 1'],
    ['too many runs', ['runs', '--limit', '501'], 'whole number from 1'],
    ['no run to watch', ['watch'], "missing required argument 'run'"],
    ['no run to cancel', ['cancel'], "missing required argument 'run'"],
    ['no VM to explain', ['explain'], "missing required argument 'vm'"],
    ['neither on nor off', ['keep', 'up', '--all'], 'on, off'],
    ['no override to cancel', ['overrides', 'cancel'], "missing required argument 'id'"],
    ['a word after overrides', ['overrides', 'delete', 'x'], 'too many arguments'],
    ['a port that is none', ['sim', '--port', 'http'], 'whole number'],
    ['a speed of zero', ['sim', '--speed', '0'], 'above 0'],
  ])('%s is a usage fault, told without a stack trace', async (_name, args, message) => {
    const { code, calls, stdout, stderr } = await parse(...args);
    expect(code).toBe(exitCode.usage);
    expect(calls).toEqual([]);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe('the options of the other commands', () => {
  it.each<[string, Call]>([
    ['list', { command: 'list', options: {} }],
    ['list -l env=dev --json', { command: 'list', options: { selector: 'env=dev', json: true } }],
    ['list --config other.ts -v', { command: 'list', options: { config: 'other.ts', verbose: true } }],
    ['--config other.ts list', { command: 'list', options: { config: 'other.ts' } }],
    ['check --json --config c.json', { command: 'check', options: { json: true, config: 'c.json' } }],
    ['schedule office-hours', { command: 'schedule', options: { expression: 'office-hours' } }],
    [
      'schedule Mon-Fri 08:00-18:00 UTC --json --from 2026-01-01 --to 2026-02-01',
      {
        command: 'schedule',
        options: { expression: 'Mon-Fri 08:00-18:00 UTC', json: true, from: '2026-01-01', to: '2026-02-01' },
      },
    ],
    ['schedule -19:00 UTC --json', { command: 'schedule', options: { expression: '-19:00 UTC', json: true } }],
    ['schedule --json', { command: 'schedule', options: { json: true } }],
    ['plan', { command: 'plan', options: { days: 14 } }],
    [
      'plan -l env=dev --days 7 --savings --json',
      { command: 'plan', options: { selector: 'env=dev', days: 7, savings: true, json: true } },
    ],
    [
      'explain acme/8 --at 2026-11-25T19:00 --json',
      { command: 'explain', options: { vm: 'acme/8', at: '2026-11-25T19:00', json: true } },
    ],
    [
      'keep on -l env=dev --for 3h --reason test --by me --state s.json',
      {
        command: 'keep',
        options: { keep: 'on', selector: 'env=dev', for: '3h', reason: 'test', by: 'me', state: 's.json' },
      },
    ],
    [
      'keep off --id 8 --id 9 --until-next-stop --reason test --json',
      { command: 'keep', options: { keep: 'off', id: ['8', '9'], untilNextStop: true, reason: 'test', json: true } },
    ],
    ['runs', { command: 'runs', options: { limit: 20 } }],
    ['runs --limit 500 --json', { command: 'runs', options: { limit: 500, json: true } }],
    ['watch cron-1', { command: 'watch', options: { run: 'cron-1' } }],
    ['watch cron-1 --json', { command: 'watch', options: { run: 'cron-1', json: true } }],
    ['cancel cron-1 --by ann --json', { command: 'cancel', options: { run: 'cron-1', by: 'ann', json: true } }],
    ['overrides --json', { command: 'overrides', options: { json: true } }],
    ['overrides cancel abc', { command: 'cancelOverrides', options: { overrideId: 'abc' } }],
    ['overrides cancel abc --json', { command: 'cancelOverrides', options: { overrideId: 'abc', json: true } }],
    ['tick --dry-run --at 2026-11-25T19:00Z', { command: 'tick', options: { dryRun: true, at: '2026-11-25T19:00Z' } }],
    ['sim', { command: 'sim', options: { port: 0, seed: 1, scenario: 'demo', speed: 20 } }],
    [
      'sim --port 8088 --seed 7 --scenario hostile --speed 0.5',
      { command: 'sim', options: { port: 8088, seed: 7, scenario: 'hostile', speed: 0.5 } },
    ],
  ])('%s', async (line, call) => {
    expect((await parse(...line.split(' '))).calls).toEqual([call]);
  });
});

describe('help', () => {
  it.each([
    [['--help']],
    [['list', '--help']],
    [['run', '--help']],
    [['runs', '--help']],
    [['watch', '--help']],
    [['cancel', '--help']],
    [['check', '--help']],
    [['schedule', '--help']],
    [['plan', '--help']],
    [['explain', '--help']],
    [['keep', '--help']],
    [['overrides', '--help']],
    [['tick', '--help']],
    [['sim', '-h']],
  ])('power %s shows examples and --config on standard output', async (args) => {
    const { code, calls, stdout, stderr } = await parse(...args);
    expect(stdout).toMatch(/Examples:\n {2}power /);
    expect(stdout).toContain('--config <file>');
    expect(stderr).toBe('');
    expect(calls).toEqual([]);
    expect(code).toBe(0);
  });
});

describe('what a command throws', () => {
  async function fail(error: unknown) {
    const terminal = fakeTerminal();
    const throwing = () => Promise.reject(error);
    const commands: Commands = {
      list: throwing,
      run: throwing,
      runs: throwing,
      watch: throwing,
      cancel: throwing,
      check: throwing,
      schedule: throwing,
      plan: throwing,
      explain: throwing,
      keep: throwing,
      overrides: throwing,
      cancelOverrides: throwing,
      tick: throwing,
      token: throwing,
      sim: throwing,
    };
    return {
      code: await runProgram(['list'], commands, terminal),
      stdout: terminal.stdout.text,
      stderr: terminal.stderr.text,
    };
  }

  it('is told in full when it is a fault of ours, with every single one', async () => {
    const error = new PowerError('config', 'two faults', {
      faults: ['guard.maxVms: \u001b[2Jtoo small', 'pace: unknown'],
    });
    const { code, stdout, stderr } = await fail(error);
    expect(stderr).toBe(
      'power: the configuration has 2 faults:\npower: - guard.maxVms: too small\npower: - pace: unknown\n',
    );
    expect(stdout).toBe('');
    expect(code).toBe(exitCode.usage);
  });

  it('is told the same way when the configuration has a single one', async () => {
    const { stderr } = await fail(new PowerError('config', 'a fault:\n  - pace', { faults: ['pace: unknown'] }));
    expect(stderr).toBe('power: the configuration has a fault:\npower: - pace: unknown\n');
  });

  it('is one line when it is a bug of ours, without stack and without what hangs on it', async () => {
    const { code, stderr } = await fail(
      Object.assign(new TypeError('x is not a function'), { config: { token: 'hush' } }),
    );
    expect(stderr).toBe('power: this is a bug in power: x is not a function\n');
    expect(code).toBe(exitCode.trouble);
  });
});
