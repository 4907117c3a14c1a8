// People: every other border is fed what is right in kind and what is rubbish. What comes back is a value, or a fault in words;
// never a stack trace, never a hang, and never an action.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../lib/config.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { makeSchedules } from '../../lib/core/schedule/schedules.ts';
import { parseSelector } from '../../lib/core/selector.ts';
import { tagVm } from '../../lib/core/tags.ts';
import { parseList } from '../../lib/openscaler/wire.ts';
import { parseRunRequest } from '../../lib/run/request.ts';
import { readTickEvent } from '../../lib/run/schedule/tick-event.ts';
import { launchScheduled } from '../../lib/run/scheduled.ts';
import { readRunEvent } from '../../lib/run/work-event.ts';
import { rig } from '../cli/power-process.ts';
import { rightEnvironment, withSchedules } from '../config/loaded.ts';
import { FakeClock } from '../fakes/clock.ts';
import { FakeLauncher } from '../fakes/launcher.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';
import { scheduleSettings, silent } from '../fixtures/world.ts';
import { countInputs, times } from './counting.ts';
import { terminalBench } from './terminal-bench.ts';

/** Only our own errors, with words; anything else is a crash. Says whether there was one. */
function refusedInWords(work: () => unknown, codes: readonly string[]): boolean {
  try {
    work();
    return false;
  } catch (error) {
    if (!(error instanceof PowerError)) throw error;
    expect(codes).toContain(error.code);
    expect(error.message.length).toBeGreaterThan(10);
    expect(error.message).not.toMatch(/\n\s+at |TypeError|RangeError/);
    return true;
  }
}

const odd = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '__proto__',
    'constructor',
    'toString',
    '💥'.repeat(300),
    '('.repeat(5000),
    '"'.repeat(4001),
    '['.repeat(9000),
  ),
);
/** Pieces of a language in any order: near enough to be right that all of the reader is reached. */
const languageOf = (pieces: readonly string[]) =>
  fc.oneof(
    odd,
    fc
      .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...pieces) }, { weight: 1, arbitrary: odd }), {
        maxLength: 14,
      })
      .map((words) => words.join('')),
  );

describe('the configuration', () => {
  const leaf = fc.oneof(
    odd,
    fc.constantFrom('5m', '*', 'UTC', 'start', true, 0, -1, 1e308, Number.NaN, null),
    fc.bigInt(),
    fc.date(),
    fc.func(fc.anything()),
  );
  const names = fc.constantFrom(
    'projects',
    'accounts',
    'tags',
    'crons',
    'webhooks',
    'guard',
    'launches',
    'schedules',
    'calendars',
    'tick',
    'x',
    '__proto__',
    'cron',
    'select',
    'perMinute',
    'on',
    'match',
  );
  const tree = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 5 },
      leaf,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(names, tie('node'), { maxKeys: 5 }),
    ),
  })).node;

  it('of any shape loads, or is refused with faults that name the field', () => {
    fc.assert(
      fc.property(fc.oneof(tree, fc.anything()), (input) => {
        countInputs('configuration');
        refusedInWords(() => loadConfig(input, rightEnvironment), ['config']);
        refusedInWords(() => withSchedules(input), ['config']);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      times(400),
    );
  });

  it('of rubbish in one field names that field', () => {
    const fields = [
      'projects',
      'tags',
      'crons',
      'webhooks',
      'guard',
      'pace',
      'launches',
      'schedules',
      'calendars',
      'prices',
      'tiers',
      'shutdown',
      'states',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.oneof(fc.integer(), fc.boolean(), odd), (field, value) => {
        countInputs('configuration');
        try {
          loadConfig({ [field]: value }, rightEnvironment);
          expect.unreachable();
        } catch (error) {
          if (!(error instanceof PowerError)) throw error;
          expect(error.faults.join()).toContain(field);
        }
      }),
      times(200),
    );
  });
});

describe('the languages', () => {
  it('of selectors reads, or says where it is wrong', () => {
    const text = languageOf([
      'env',
      '=',
      '==',
      '!=',
      '!',
      ',',
      ' in ',
      ' notin ',
      '(',
      ')',
      'dev',
      '"',
      '\\',
      '*',
      '__proto__',
      ' ',
    ]);
    fc.assert(
      fc.property(text, (selector) => {
        countInputs('selectors');
        refusedInWords(() => parseSelector(selector), ['selector']);
        refusedInWords(() => parseRunRequest({ action: 'start', select: selector }), ['request']);
      }),
      times(500),
    );
  });

  it('of schedules reads, or is a fault in words that never acts', () => {
    const schedules = makeSchedules({ names: new Map(), calendars: new Map(), zone: 'UTC' }, scheduleSettings);
    const text = languageOf([
      'Mon',
      '-',
      'Fri',
      ' ',
      '08:00',
      '18:00',
      ',',
      ';',
      'always on',
      'off',
      '/',
      '2026-11-25T08:00Z',
      'Europe/Paris',
      '24:00',
      '8',
      'h',
      '__proto__',
      '+01:00',
      '#1',
      'L',
    ]);
    fc.assert(
      fc.property(text, (expression) => {
        countInputs('schedules');
        const read = schedules.resolve(expression);
        if ('fault' in read) expect(read.fault.length).toBeGreaterThan(5);
        refusedInWords(() => withSchedules({ timezone: 'UTC', schedules: { x: expression } }), ['config']);
      }),
      times(400),
    );
  });

  it('of tags in descriptions reads, or is a fault of that VM, in time that grows with its length', () => {
    const text = languageOf([
      '[',
      ']',
      'env',
      '=',
      'dev',
      ' ',
      '"',
      'protected',
      'Protected',
      'schedule',
      'tier',
      '1',
      ',',
      '\u202e',
      '__proto__',
      'constructor',
      'shutdown',
      'escalate=power_off',
    ]);
    fc.assert(
      fc.property(text, text, (description, name) => {
        countInputs('descriptions');
        const body = JSON.stringify({ vms: [{ id: 8, name, description, state: 'running', project_id: 'p' }] });
        const [listed] = parseList(body, { account: 'a', project: 'p' }, new Map());
        if (listed === undefined) throw new Error('no VM was listed');
        const vm = tagVm(listed, [], {});
        for (const fault of vm.faults) expect(fault.length).toBeLessThan(1_000);
        expect(Object.getPrototypeOf(vm.tags)).toBe(Object.prototype);
      }),
      times(500),
    );
    const before = process.cpuUsage();
    for (const piece of ['[', ']', '[a=', '="', '[protected ', '[a=b]', '[a="', ' keep-', '=', '[shutdown=patience=']) {
      countInputs('descriptions');
      const description = piece.repeat(400_000 / piece.length);
      const [listed] = parseList(
        JSON.stringify({ vms: [{ id: 8, name: 'x', description, state: 'on' }] }),
        { account: 'a', project: 'p' },
        new Map(),
      );
      if (listed !== undefined) tagVm(listed, [], {});
    }
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(8_000);
  });
});

describe('events', () => {
  const now = Date.UTC(2026, 10, 24, 19);
  const event = fc.oneof(
    fc.anything(),
    fc.record({
      cron: fc.oneof(odd, fc.constant('x')),
      scheduledTime: fc.oneof(
        odd,
        fc.date({ noInvalidDate: true }).map((one) => one.toISOString()),
      ),
    }),
    fc.record({ tick: fc.oneof(odd, fc.anything()), run: fc.oneof(odd, fc.anything()) }),
  );

  it('of crons, ticks and runs launch what they name, or are refused in words', async () => {
    const store = new MemoryRunStore();
    const launcher = new FakeLauncher();
    const world = { store, launcher, clock: new FakeClock(now), log: silent, crons: [] };
    await fc.assert(
      fc.asyncProperty(event, async (one) => {
        countInputs('events of crons, ticks and runs');
        refusedInWords(() => readTickEvent(one, now), ['request', 'stale-event']);
        refusedInWords(() => readRunEvent(one), ['request']);
        await expect(launchScheduled(one, world)).rejects.toMatchObject({ code: 'request' });
      }),
      times(300),
    );
    expect(launcher.started).toEqual([]);
  });
});

describe('the arguments of power', () => {
  let bench: Awaited<ReturnType<typeof terminalBench>>;

  beforeAll(async () => {
    bench = await terminalBench([{ id: 8, name: 'box', behaviour: 'prompt', description: '[env=dev]' }], {
      timezone: 'UTC',
    });
  });

  afterAll(() => bench?.close());

  // Each of these is at fault, whatever else stands beside it.
  const faulty = fc.oneof(
    fc.constantFrom<string[]>(
      ['run'],
      ['run', 'start'],
      ['run', 'explode', '--all'],
      ['run', 'start', '-l', ''],
      ['run', 'start', '-l', '*'],
      ['run', 'start', '-l', 'env=dev,'],
      ['run', 'start', '--all', '-l', 'env=dev'],
      ['run', 'start', '--id', '../8'],
      ['run', 'start', '--id', '8\n9'],
      ['run', 'start', '--id', '8%2f9'],
      ['run', 'start', '--id', ''],
      ['run', 'start', '--all', '--remote'],
      ['run', 'start', '--all', '--no-wait'],
      ['run', 'start', '--all', '--config', '/nowhere.json'],
      ['explain'],
      ['explain', '../8'],
      ['explain', '__proto__'],
      ['explain', '8', '--at', 'noon'],
      ['keep', 'on', '--all', '--for', '1h'],
      ['keep', 'maybe', '--all', '--for', '1h', '--reason', 'x'],
      ['keep', 'on', '--all', '--for', '-1h', '--reason', 'x'],
      ['keep', 'on', '--all', '--for', '1h', '--reason', '\u001b[2J'],
      ['plan', '--days', '1e9'],
      ['plan', '-l', '('],
      ['schedule', 'Mo 8-20h'],
      ['schedule', ''],
      ['tick', '--at', '2026-99-99'],
      ['watch', '../run'],
      ['cancel', 'x y'],
      ['runs', '--limit', '-1'],
      ['token', 'extra'],
      ['sim', '--port', '99999999'],
      ['sim', '--speed', 'NaN'],
      ['__proto__'],
      ['constructor'],
      ['list', '--no-such-option'],
    ),
    odd.map((text) => ['run', 'start', '--id', `/${text}`]),
    odd.map((text) => ['explain', `../${text}`]),
    odd.map((text) => ['run', 'start', '-l', `(${text}`]),
    odd.map((text) => ['schedule', `?${text}`]),
    odd.map((text) => [`x${text}`]),
  );

  it('at fault end in exit code 2 and a message, before anything is sent', async () => {
    await fc.assert(
      fc.asyncProperty(faulty, async (args) => {
        countInputs('arguments, at fault');
        const { code, stderr, stdout } = await bench.power(args);
        expect([code, args, stderr.slice(0, 300)]).toEqual([2, args, expect.anything()]);
        // A schedule at fault is said on standard output: it is the answer.
        expect((stderr + stdout).trim().length).toBeGreaterThan(10);
        expect(stderr + stdout).not.toMatch(/\n\s+at .*:\d+:\d+|this is a bug|TypeError|RangeError/);
      }),
      times(250),
    );
    expect(bench.posts()).toBe(0);
  });

  it('of any kind end in an exit code and words, never in a trace; what does not ask to act sends nothing', async () => {
    const word = fc.oneof(
      fc.constantFrom(
        'list',
        'check',
        'plan',
        'explain',
        'schedule',
        'overrides',
        'token',
        'tick',
        '--dry-run',
        '--json',
        '-l',
        'env=dev',
        '--id',
        '8',
        '--all',
        '--at',
        '--for',
        '1h',
        '--',
        '-',
        '--config',
        '--help',
        '-v',
        '--savings',
      ),
      odd,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (args) => {
        fc.pre(!args.includes('schedule') || args.length > 1);
        countInputs('arguments, rubbish');
        const { code, stdout, stderr } = await bench.power(args, { input: 'Mon 08:00-\n\u0000\n' });
        expect([0, 1, 2, 3]).toContain(code);
        expect(stderr + stdout).not.toMatch(/\n\s+at .*:\d+:\d+|this is a bug|TypeError|RangeError/);
      }),
      times(200),
    );
    expect(bench.posts()).toBe(0);
  });

  it('at fault do the same in a process of its own', async () => {
    const own = await rig([{ id: 8, name: 'box', behaviour: 'prompt', description: '[env=dev]' }]);
    try {
      for (const args of [
        ['run', 'start', '-l', '('],
        ['explain', '../8'],
        ['no-such\u001b[2Jcommand'],
        ['run', 'reset', '--id', '8\n'],
      ]) {
        countInputs('arguments, real processes');
        const { code, stderr } = await own.power(args);
        expect([args, code]).toEqual([args, 2]);
        expect(stderr).not.toMatch(/\n\s+at /);
      }
      expect((await own.power(['run', 'reset', '--id', '8'])).code).toBe(3);
      expect(own.posts()).toBe(0);
    } finally {
      await own.close();
    }
  });
});
