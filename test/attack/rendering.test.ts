// VM names, descriptions and tags are written by others: nothing in them may steer a terminal, forge a line or become code.
// Every command is asked, as a person (a terminal), a pipe and a program (--json) would; so are the logs.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderRuns, runsJson } from '../../cli/render/runs.ts';
import { frameOf, linesOf } from '../../cli/render/watch.ts';
import { noPaint } from '../../cli/terminal.ts';
import { watchToEnd } from '../../cli/watch.ts';
import { lambdaLog } from '../../lib/aws/log.ts';
import { terminalSafeJson } from '../../lib/core/terminal-safe-json.ts';
import { fakeTerminal } from '../cli/fake-terminal.ts';
import { outcome, report } from '../cli/reports.ts';
import { recordOf } from '../cli/runs.ts';
import { newRun } from '../contracts/run-store.ts';
import { FakeClock } from '../fakes/clock.ts';
import { MemoryRunStore } from '../fakes/run-store.ts';
import { printedBy } from '../fixtures/printed.ts';
import { apiBench } from '../http/api-bench.ts';
import { countInputs } from './counting.ts';
import { terminalBench } from './terminal-bench.ts';

const evils = [
  '\u001b[2J\u001b[1;1HWIPED',
  '\u001b]0;TITLE\u0007',
  '\u001b]8;;https://evil.example\u001b\\LINK\u001b]8;;\u001b\\',
  '\u001b]52;c;UE9XTkVE\u0007',
  '\u001bP+q544e\u001b\\',
  '\u001b\u001b[31m[31mNESTED',
  '\u009b31mC1',
  '\u009d0;C1-TITLE\u009c',
  'a\r\nrun cli-1: 0 calls, all well',
  'a\nb\u2028c\u2029d\u0085e\u000bf\u000cg',
  'nice\u202egnp.exe\u2066x\u2069',
  'back\b\b\b\bspace',
  '\u0000nul\u007fdel',
];
const fleet = evils.map((evil, nth) => ({
  id: nth + 1,
  name: evil,
  behaviour: 'prompt' as const,
  description: `${evil} [env=dev schedule="${nth % 2 === 0 ? 'always off' : `office ${evil}`}" owner="${evil}"] [Protected ${evil}] [x=`,
}));
// Among them one without fault, so that every command has something to do.
const honest = { id: 99, name: 'web', behaviour: 'prompt' as const, description: '[env=dev schedule="always on"]' };

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
// What our own colours and progress display write.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are ours
const ours = /\u001b\[(?:\d{1,3}(?:;\d{1,3})*m|\d*[AGJK]|\?25[hl]|\?2026[hl])/g;

function expectHarmless(text: string, what: string): void {
  const left = text.replace(ours, '');
  expect(steering.exec(left)?.[0]?.codePointAt(0) ?? null, `${what}: ${JSON.stringify(left.slice(0, 300))}`).toBeNull();
}

let bench: Awaited<ReturnType<typeof terminalBench>>;

beforeAll(async () => {
  bench = await terminalBench([...fleet, honest], {
    timezone: 'UTC',
    tags: [{ match: { id: ['1', '3'] }, tags: { team: 'a' } }],
  });
});

afterAll(() => bench?.close());

const commands = [
  ['list'],
  ['list', '-l', 'env=dev'],
  ['list', '-l', 'nothing=here'],
  ['check'],
  ['plan'],
  ['plan', '--savings'],
  ['explain', '1'],
  ['explain', '2'],
  ['tick', '--dry-run'],
  ['run', 'shutdown', '--all', '--dry-run'],
  ['run', 'shutdown', '--all', '--override-guard', '--verbose'],
  ['keep', 'on', '--all', '--for', '1h', '--reason', 'a rehearsal', '--state', 'state.json'],
  ['overrides'],
  ['token'],
];

describe('a terminal', () => {
  it.each(commands)('is not steered by hostile names in power %s %s %s', async (...args) => {
    const given = args.filter((one) => one !== undefined);
    for (const isTty of [true, false]) {
      countInputs('renderings', evils.length);
      const { stdout, stderr } = await bench.power(given, { isTty });
      expect((stdout + stderr).length).toBeGreaterThan(10);
      if (!isTty) expect(stdout + stderr).not.toContain('\u001b');
      expectHarmless(stdout, 'stdout');
      expectHarmless(stderr, 'stderr');
    }
    if (given.includes('--verbose')) return;
    const json = await bench.power([...given, '--json']);
    expectHarmless(json.stdout, 'json');
    expect(() => JSON.parse(json.stdout)).not.toThrow();
  });

  it('shows a name that forges a line as one line', async () => {
    const { stdout } = await bench.power(['list']);
    expect(stdout.split('\n').filter((line) => /^run cli-1: 0 calls/.test(line))).toEqual([]);
  });

  it('is not kept busy by a name of a million blanks, or a million signs', async () => {
    const long = await terminalBench(
      [' ', '-', 'é', '[', '"', '\u001b[', '[a="'].map((one, nth) => ({
        id: nth + 1,
        name: `x${one.repeat(200_000)}x`,
        behaviour: 'prompt' as const,
        description: one.repeat(200_000),
      })),
    );
    try {
      for (const args of [['list'], ['run', 'shutdown', '--all', '--dry-run']])
        for (const isTty of [true, false]) {
          const before = process.cpuUsage();
          await long.power(args, { isTty });
          const { user } = process.cpuUsage(before);
          countInputs('renderings', 7);
          expect(user / 1000, `${args} ${isTty}`).toBeLessThan(6_000);
        }
    } finally {
      await long.close();
    }
  });

  it.each(evils)('is not steered by a run whose every word is %j, in runs and watch', async (evil) => {
    countInputs('renderings');
    const tiers = [
      { direction: 'down', tier: 0, state: 'waiting', planned: 1, sent: 0, settled: 0, open: 0, waitingFor: evil },
    ] as const;
    const run = recordOf({
      trigger: evil,
      request: { action: evil, select: evil },
      cancelRequestedAt: '2026-01-05T18:00:02.000Z',
      cancelRequestedBy: evil,
      progress: { selected: 1, sent: 0, settled: 0, tiers },
    });
    expectHarmless(renderRuns([run], Date.now(), { paint: noPaint, width: 100 }), 'runs');
    expectHarmless(runsJson([run]), 'runs --json');
    expectHarmless(frameOf(run, Date.now(), noPaint).join('\n'), 'watch, live');
    expectHarmless(
      linesOf(run)
        .map(([, line]) => line)
        .join('\n'),
      'watch',
    );
  });

  it('is not steered by the report of a run that is watched', async () => {
    for (const json of [false, true]) {
      const store = new MemoryRunStore();
      await store.record(newRun('cron-1'));
      await store.claim('cron-1', '2026-01-05T18:00:00.000Z', '2026-01-05T18:15:00.000Z', 'w');
      const outcomes = evils.map((evil, nth) =>
        outcome({ vm: String(nth), name: evil, project: evil, reason: evil, result: 'failed', code: 'still' }),
      );
      const { outcomes: _, ...rest } = report({
        outcomes,
        unlisted: evils.map((evil) => ({ account: evil, project: evil, reason: evil })),
      });
      await store.end('cron-1', '2026-01-05T18:05:00.000Z', { ...rest, verdict: 'trouble' }, outcomes);
      const terminal = { ...fakeTerminal(), clock: new FakeClock() };
      await watchToEnd('cron-1', store, json ? { json: true } : {}, terminal);
      expect(terminal.stdout.text.length).toBeGreaterThan(500);
      expectHarmless(terminal.stdout.text, `watch, json ${json}`);
      expectHarmless(terminal.stderr.text, 'watch');
    }
  });
});

describe('JSON', () => {
  it('says the same to every reader, whatever it escapes', () => {
    for (const evil of evils) {
      const text = terminalSafeJson({ [evil]: [evil] }) ?? '';
      expectHarmless(text, 'json');
      expect(JSON.parse(text)).toEqual({ [evil]: [evil] });
    }
    expect(terminalSafeJson(undefined)).toBeUndefined();
  });

  it('of the HTTP API is no page to a browser, and no command to the terminal that curl writes to', async () => {
    const name = evils.join('<script>alert(1)</script>');
    const vm = {
      id: '8',
      name,
      account: 'acme',
      project: 'default',
      region: '',
      size: '',
      state: evils[6] ?? '',
      power: 'on',
      tags: {},
      faults: [name],
    };
    // biome-ignore lint/suspicious/noExplicitAny: an id is branded, and this one comes from a test
    const { send } = apiBench({ inventory: async () => ({ vms: [vm as any], unlisted: [] }) });
    const { text, headers, json } = await send({ method: 'GET', path: '/v1/vms' });
    expectHarmless(text, 'GET /v1/vms');
    expect(json.vms[0].name).toBe(name);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-content-type-options': 'nosniff' });
    const refused = await send({ method: 'GET', path: `/v1/vms`, query: `${encodeURIComponent(evils[6] ?? '')}=1` });
    expectHarmless(refused.text, 'problem');
    expect(refused.headers['x-content-type-options']).toBe('nosniff');
  });
});

describe('the log of a function', () => {
  it('has one line of JSON per fact, whatever stands in it, and steers no terminal that it is read in', async () => {
    const forged = 'x"}\n{"level":"ERROR","message":"all is lost","run":"cron-1"}';
    const { lines } = await printedBy(() => {
      const log = lambdaLog({ level: 'debug', service: 'x' });
      for (const evil of [...evils, forged]) {
        countInputs('log lines');
        log.warn(`VM ${evil} is left alone`, { vm: evil, name: evil, level: evil, message: evil, list: [evil] });
      }
    });
    expect(lines).toHaveLength(evils.length + 1);
    for (const line of lines) {
      expectHarmless(line, 'log');
      expect(JSON.parse(line)).toMatchObject({ level: 'WARN', message: expect.stringMatching(/^VM /) });
    }
  });
});
