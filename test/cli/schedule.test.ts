import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScheduleOptions, schedule } from '../../cli/commands/schedule.ts';
import { linesOf } from '../../cli/terminal.ts';
import { fakeTerminal } from './fake-terminal.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'power-'));
  await writeFile(
    join(directory, 'power.config.ts'),
    `export default ${JSON.stringify({
      timezone: 'Europe/Berlin',
      schedules: {
        'office-hours': { on: 'Mon-Fri 08:00-18:00', except: ['holidays'] },
        exams: { on: '08:00-18:00', from: '2026-01-05', until: '2026-01-06' },
        leaving: { on: '-19:00', until: '2026-01-06' },
        coming: { on: '-19:00', from: '2026-01-06' },
      },
      calendars: { holidays: { dates: ['2026-01-02'] } },
    })};\n`,
  );
  await writeFile(join(directory, 'bare.json'), '{}');
});

afterAll(() => rm(directory, { recursive: true }));

async function ask(options: ScheduleOptions & { readonly config?: string }, input = '') {
  const fake = fakeTerminal(false, input);
  const code = await schedule(options, { ...fake, directory });
  return { code, stdout: fake.stdout.text, stderr: fake.stderr.text };
}

describe('power schedule --json', () => {
  it('is exactly the contract, on one line', async () => {
    const { code, stdout } = await ask({
      expression: 'Sun 02:30-03:30 Europe/Paris',
      from: '2026-03-28',
      to: '2026-03-30',
      json: true,
    });
    expect(stdout).toBe(
      '{"timezone":"Europe/Paris","wantedAtFrom":"off","transitions":[' +
        '{"at":"2026-03-29T01:30:00Z","wanted":"on","local":"2026-03-29T03:30+02:00"},' +
        '{"at":"2026-03-29T02:30:00Z","wanted":"off","local":"2026-03-29T04:30+02:00"}],"faults":[]}\n',
    );
    expect(code).toBe(0);
  });

  it('knows the names, calendars and the zone of the configuration, for a week from now', async () => {
    const told = JSON.parse((await ask({ expression: 'office-hours', json: true })).stdout);
    expect(told.timezone).toBe('Europe/Berlin');
    // Thursday at 01:00 is now; Friday is a holiday.
    expect(told.transitions.map(({ local }: { local: string }) => local)).toEqual([
      '2026-01-01T08:00+01:00',
      '2026-01-01T18:00+01:00',
      '2026-01-05T08:00+01:00',
      '2026-01-05T18:00+01:00',
      '2026-01-06T08:00+01:00',
      '2026-01-06T18:00+01:00',
      '2026-01-07T08:00+01:00',
      '2026-01-07T18:00+01:00',
    ]);
  });

  it('has transitions to on and to off only, also where the dates of a schedule end', async () => {
    const { stdout } = await ask({ expression: 'exams', from: '2026-01-06', to: '2026-01-08', json: true });
    expect(JSON.parse(stdout)).toEqual({
      timezone: 'Europe/Berlin',
      wantedAtFrom: 'off',
      transitions: [
        { at: '2026-01-06T07:00:00Z', wanted: 'on', local: '2026-01-06T08:00+01:00' },
        { at: '2026-01-06T17:00:00Z', wanted: 'off', local: '2026-01-06T18:00+01:00' },
      ],
      faults: [],
    });
  });

  it('gives the fault, and 2, for what can not be read', async () => {
    const { code, stdout } = await ask({ expression: 'never', json: true });
    expect(JSON.parse(stdout)).toEqual({
      timezone: 'Europe/Berlin',
      wantedAtFrom: 'none',
      transitions: [],
      faults: [expect.stringMatching(/"always on".*"always off"/)],
    });
    expect(code).toBe(2);
  });

  it('asks for a zone where neither the text nor the configuration has one', async () => {
    const { code, stdout } = await ask({ expression: '08:00-18:00', config: 'bare.json', json: true });
    expect(JSON.parse(stdout)).toMatchObject({ timezone: null, faults: [expect.stringContaining('time zone')] });
    expect(code).toBe(2);
    expect(JSON.parse((await ask({ expression: 'always on', config: 'bare.json', json: true })).stdout)).toEqual({
      timezone: 'UTC',
      wantedAtFrom: 'on',
      transitions: [],
      faults: [],
    });
  });

  it('answers each line of standard input with one line, and ends with 2 if any is at fault', async () => {
    const { code, stdout } = await ask({ json: true }, 'always on\r\n\noffice-hours\n08:00-18:00\u2028UTC');
    const told = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(told.map(({ faults }) => faults.length)).toEqual([0, 1, 0, 0]);
    expect(code).toBe(2);
    expect((await ask({ json: true }, 'always on\nalways off\n')).code).toBe(0);
    expect(await ask({ json: true }, '')).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('power schedule', () => {
  it('draws a week and lists its transitions in the zone and in UTC', async () => {
    const { stdout } = await ask({ expression: 'office-hours', from: '2026-01-05' });
    expect(stdout).toContain(`Mon 2026-01-05  ${'·'.repeat(16)}${'█'.repeat(20)}${'·'.repeat(12)}\n`);
    expect(stdout.match(/^\w{3} 2026-01-\d\d {2}[·█]{48}$/gm)).toHaveLength(7);
    expect(stdout).toContain('  Mon 2026-01-05 08:00 +01:00  on    2026-01-05T07:00:00Z\n');
    expect(stdout).toContain('10 transitions before Mon 2026-01-12 00:00 +01:00\n');
  });

  it('says where the dates of a schedule end', async () => {
    const { stdout } = await ask({ expression: 'exams', from: '2026-01-05' });
    expect(stdout).toContain(
      '\nit begins on Mon 2026-01-05 and ends on Tue 2026-01-06 (the stop of its last night remains)\n',
    );
    expect(stdout).toContain(
      '  Wed 2026-01-07 00:00 +01:00  none  2026-01-06T23:00:00Z  it ends here: left as it is\n',
    );
    const leaving = await ask({ expression: 'leaving' });
    expect(leaving.stdout).toContain('\nit ends on Tue 2026-01-06 (');
    const coming = await ask({ expression: 'coming' });
    expect(coming.stdout).toContain('\nit begins on Tue 2026-01-06\n');
    expect((await ask({ expression: 'office-hours' })).stdout).not.toMatch(/^it /m);
  });

  it('draws no more than a month, and says so', async () => {
    const { stdout } = await ask({ expression: 'office-hours', from: '2026-01-01', to: '2026-03-01' });
    expect(stdout.match(/^\w{3} 2026-\d\d-\d\d {2}[·█]{48}$/gm)).toHaveLength(31);
    expect(stdout).toContain('(28 more days are not drawn)');
  });

  it('warns of what never changes', async () => {
    expect((await ask({ expression: 'always off' })).stdout).toContain('nothing that it wants ever changes');
    expect((await ask({ expression: 'office-hours' })).stdout).not.toContain('nothing that it wants ever changes');
  });

  it('strips what is hostile from a fault', async () => {
    const { code, stdout } = await ask({ expression: 'Mon\u001b[2J-Fri' });
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(stdout).toContain('✗ it cannot be read:');
    expect(code).toBe(2);
  });

  it.each<[string, ScheduleOptions, string]>([
    ['no expression without --json', {}, 'say which schedule'],
    ['an instant that is none', { expression: 'always on', from: 'tomorrow' }, '--from: "tomorrow"'],
    ['an end before the beginning', { expression: 'always on', from: '2026-01-02', to: '2026-01-02' }, 'not after'],
    ['more than ten years', { expression: 'always on', from: '2026-01-01', to: '2037-01-01' }, 'ten years'],
  ])('refuses %s', async (_name, options, message) => {
    await expect(ask(options)).rejects.toMatchObject({ code: 'request', message: expect.stringContaining(message) });
  });
});

describe('the lines of a stream', () => {
  it.each([
    [['a\nb\n'], ['a', 'b']],
    [['a\r\nb'], ['a', 'b']],
    [
      ['a', 'b\nc', '\n\n'],
      ['ab', 'c', ''],
    ],
    [[], []],
    [[Buffer.from('é\n').subarray(0, 1), Buffer.from('é\n').subarray(1)], ['é']],
  ])('%j are %j', async (chunks, lines) => {
    async function* stream() {
      yield* chunks;
    }
    const found: string[] = [];
    for await (const line of linesOf(stream())) found.push(line);
    expect(found).toEqual(lines);
  });
});
