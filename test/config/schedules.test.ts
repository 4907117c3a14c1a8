// Schedules of a right config: what becomes of them, and which code has to be loaded for it.
// Files are real here: what lies beside the config is read, and nothing else.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadWithSchedules, schedulesOf, textFilesIn } from '../../lib/config/schedules.ts';
import { loadConfig } from '../../lib/config.ts';
import { nextTransitions, wantedAt } from '../../lib/core/schedule/timeline.ts';
import { rightEnvironment, textsOf, withSchedules } from './loaded.ts';

const oneDay = (date: string) =>
  ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', `DTSTART;VALUE=DATE:${date}`, 'END:VEVENT', 'END:VCALENDAR'].join('\r\n');
const at = (text: string) => Date.parse(text);

function scheduleOf(value: string, ...[input, files]: Parameters<typeof withSchedules>) {
  const resolved = withSchedules(input, files).schedules.resolve(value);
  if ('fault' in resolved) throw new Error(resolved.fault);
  return resolved.schedule;
}

const wanted = (schedule: ReturnType<typeof scheduleOf>, instant: string) => wantedAt(schedule, at(instant), 0).wanted;

describe('named schedules', () => {
  const input = {
    timezone: 'Africa/Algiers',
    schedules: { office: '08:00-18:00', paris: { on: '08:00-18:00', timezone: 'Europe/Paris' } },
  };

  it.each([
    ['office', '2026-07-01T07:00:00Z'],
    ['paris', '2026-07-01T06:00:00Z'],
    ['office Europe/Paris', '2026-07-01T06:00:00Z'],
    ['08:00-18:00', '2026-07-01T07:00:00Z'],
  ])('%s is in its own zone, else in that of all: on from %s', (value, start) => {
    const [next] = nextTransitions(scheduleOf(value, input), at('2026-07-01T00:00:00Z'), 1);
    expect(next).toEqual({ at: at(start), wanted: 'on' });
  });

  it('are known by name, with how a tick decides', () => {
    const { config, schedules } = withSchedules({ ...input, adopt: 'now' });
    expect(schedules).toMatchObject({ names: ['office', 'paris'], zone: 'Africa/Algiers' });
    expect(schedules.settings).toBe(config.scheduling);
    expect(schedules.settings.adopt).toBe('now');
  });

  it('mean the same however they are written, so that rewriting one is no edit', () => {
    const texts = [
      { timezone: 'UTC', schedules: { s: '08:00-18:00' } },
      { timezone: 'UTC', schedules: { s: { on: '08:00-18:00' } } },
      { timezone: 'Europe/Paris', schedules: { s: { on: '08:00-18:00', timezone: 'utc', only: undefined } } },
    ];
    expect(new Set(texts.map((each) => scheduleOf('s', each).fingerprint)).size).toBe(1);
    expect(scheduleOf('s', { timezone: 'UTC', schedules: { s: '08:00-19:00' } }).fingerprint).not.toBe(
      scheduleOf('s', texts[0]).fingerprint,
    );
  });

  it('without a zone of all, a tag must name its own', () => {
    const { schedules } = withSchedules({});
    expect(schedules.zone).toBeNull();
    expect(schedules.resolve('08:00-18:00')).toEqual({
      fault: 'at character 12: no time zone is named; end with one, like Europe/Paris',
    });
    expect(schedules.resolve('08:00-18:00 UTC')).toHaveProperty('schedule');
  });

  it('remember what they resolved, though the config is frozen', () => {
    const { config, schedules } = withSchedules(input);
    expect(schedules.resolve('office')).toBe(schedules.resolve('office'));
    expect(Object.isFrozen(config.schedules.office)).toBe(true);
  });
});

describe('calendars', () => {
  const input = {
    timezone: 'UTC',
    schedules: { s: { on: '08:00-18:00', except: ['dz'] } },
    calendars: { dz: { dates: ['07-05', '2026-11-01'], ics: 'dz.ics' } },
  };

  it('hold schedules off on their dates and on the days of their files', () => {
    const schedule = scheduleOf('s', input, { 'dz.ics': oneDay('20260801') });
    const noons = ['2026-07-04', '2026-07-05', '2027-07-05', '2026-11-01', '2027-11-01', '2026-08-01', '2026-08-02'];
    expect(noons.map((date) => wanted(schedule, `${date}T12:00:00Z`))).toEqual([
      'on',
      'off',
      'off',
      'off',
      'on',
      'off',
      'on',
    ]);
  });

  it('make a schedule another one when their file changes', () => {
    const first = scheduleOf('s', input, { 'dz.ics': oneDay('20260801') });
    expect(scheduleOf('s', input, { 'dz.ics': oneDay('20260802') }).fingerprint).not.toBe(first.fingerprint);
  });
});

describe('a loaded config whose schedules are read later', () => {
  it('gives the same schedules', () => {
    const config = loadConfig({ timezone: 'UTC', schedules: { s: 'always on' } }, rightEnvironment);
    expect(schedulesOf(config, textsOf({})).resolve('s')).toHaveProperty('schedule.text', 's UTC');
  });

  it('is refused then, with every fault', () => {
    const config = loadConfig(
      { timezone: 'UTC', schedules: { a: '8-9', b: 'never' }, calendars: { c: { ics: 'lost.ics' } } },
      rightEnvironment,
    );
    expect(() => schedulesOf(config, textsOf({}))).toThrow('the configuration has 3 faults:\n  - calendars.c.ics: ');
  });
});

describe('the files beside a config', () => {
  let directory = '';

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'power-texts-'));
    await mkdir(join(directory, 'inner'));
    await writeFile(join(directory, 'inner/dz.ics'), oneDay('20260801'));
    await writeFile(join(directory, 'secret.ics'), oneDay('20260801'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('are read by their names', () => {
    const readText = textFilesIn(join(directory, 'inner'));
    const input = { calendars: { dz: { ics: 'dz.ics' } } };
    expect(readText('dz.ics')).toContain('20260801');
    expect(loadWithSchedules(input, rightEnvironment, { readText }).config.calendars).toEqual(input.calendars);
  });

  it('are faults of the config when they are not there, or cannot be read', () => {
    const read = (name: string) => () => textFilesIn(directory)(name);
    expect(read('dz.ics')).toThrow(
      expect.objectContaining({
        code: 'config',
        message: 'cannot be read beside the config (there is no such file)',
      }),
    );
    expect(read('inner')).toThrow('cannot be read beside the config (EISDIR)');
  });

  it.each(['../secret.ics', 'inner/dz.ics', './dz.ics', '/etc/hostname', '..', '.', ''])(
    'are nothing else: %j',
    (name) => {
      expect(() => textFilesIn(join(directory, 'inner'))(name)).toThrow(expect.objectContaining({ code: 'config' }));
    },
  );
});

describe('a Lambda that only launches', () => {
  const packagesOf = async (file: string) => {
    const { metafile } = await build({
      entryPoints: [file],
      bundle: true,
      platform: 'node',
      format: 'esm',
      metafile: true,
      write: false,
    });
    const inputs = Object.keys(metafile.inputs).join('\n');
    return new Set([...inputs.matchAll(/node_modules\/([^/]+)/g)].map(([, name]) => name));
  };

  it('loads the config without time zones and crons, which reading schedules takes', async () => {
    expect([...(await packagesOf('lib/config.ts'))]).toEqual(['valibot']);
    expect([...(await packagesOf('lib/config/schedules.ts'))]).toEqual(
      expect.arrayContaining(['temporal-polyfill', 'croner']),
    );
  });
});
