// Holds the page on schedules to the code: each expression, each fault's words, each window of a clock change.
// Whoever learns the language from it must not learn anything that the tick would read otherwise.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfigFile } from '../lib/config/file.ts';
import { loadWithSchedules } from '../lib/config/schedules.ts';
import { readEnvironment } from '../lib/config.ts';
import { isFaulty } from '../lib/core/schedule/fault.ts';
import { makeSchedules, type Schedules } from '../lib/core/schedule/schedules.ts';
import { tagVm } from '../lib/core/tags.ts';
import { vmId } from '../lib/openscaler/vm-id.ts';
import clockChanges from './core/schedule/vectors/clock-changes.json' with { type: 'json' };
import { codes, read, rows, section } from './fixtures/documents.ts';

const text = section('Schedules');
const settings = {
  catchUpMs: 7_200_000,
  adopt: 'next-boundary',
  retryPausesMs: [600_000],
  alarmAfter: 3,
  tickEveryMs: 300_000,
} as const;
const officeHours = { timezone: 'Africa/Algiers', on: 'Sun-Thu 08:00-18:00' };
const schedules = makeSchedules(
  { names: new Map([['office-hours', officeHours]]), calendars: new Map(), zone: 'Africa/Algiers' },
  settings,
);

/** The rows below the head whose first cell is this. */
function table(head: string): string[][] {
  const all = rows(text.slice(text.indexOf(`| ${head} |`), text.indexOf('\n\n', text.indexOf(`| ${head} |`))));
  return all.slice(1);
}

describe('the documented schedules', () => {
  it('shows tags that are read as they stand', () => {
    const shown = [...text.matchAll(/^[\w ]+ (\[(?:env=dev )?schedule=.+?\])/gm)].map(([, tag = '']) => tag);
    expect(shown).toHaveLength(3);
    for (const description of shown) {
      const { tags, faults } = tagged(description);
      expect(faults, description).toEqual([]);
      expect(isFaulty(schedules.resolve(tags.schedule ?? '')), description).toBe(false);
    }
  });

  it('shows the grammar of the code', () => {
    const lines = (from: string) => from.split('\n').map((line) => line.replace(/^\/\/ {3}/, ''));
    const shown = lines(/```\n(expression = .+?)\n```/s.exec(text)?.[1] ?? '');
    expect(shown.length).toBe(7);
    expect(shown.map(squeezed)).toEqual(
      lines(/(\/\/ {3}expression = .+?)\n\n/s.exec(read('lib/core/schedule/expression.ts'))?.[1] ?? '').map(squeezed),
    );
  });

  it.each(table('expression').map(([first = '']) => codes(first)[0] ?? ''))(
    'shows that %s can be read',
    (expression) => {
      expect(schedules.resolve(expression)).not.toHaveProperty('fault');
    },
  );

  it.each(table('written').map(([first = '', says = '']) => [codes(first)[0] ?? '', says]))(
    'says of %s what the code says',
    (written, says) => {
      expect(schedules.resolve(written)).toEqual({ fault: expect.stringContaining(says) });
    },
  );

  it.each(table('window'))(
    'tells the instants of the window %s starting on %s, as published',
    (window, day, from, to) => {
      const expression = codes(window ?? '')[0];
      expect(clockChanges).toContainEqual({ rule: expect.any(String), expression, day, from, to });
    },
  );

  it('counts the vectors', () => {
    expect(table('window').length).toBeGreaterThan(4);
    expect(text).toContain(`These and ${clockChanges.length - table('window').length} more`);
  });

  it('shows named schedules and a calendar that a configuration can have', async () => {
    const made = await fromConfig(/```ts\n(.+?)```/s.exec(text)?.[1] ?? '');
    expect(made.names).toEqual(['office-hours', 'lab', 'closing', 'nightly', 'exams']);
    for (const name of made.names) expect(made.resolve(name)).not.toHaveProperty('fault');
  });
});

function tagged(description: string) {
  const place = { account: 'main', project: 'default', region: 'alg1', size: 'b-2-4-100' };
  return tagVm({ id: vmId('8'), name: 'vm', ...place, description, tags: [], state: 'running', faults: [] }, [], {});
}

function squeezed(line: string): string {
  return line.replaceAll(/\s+/g, ' ');
}

async function fromConfig(fields: string): Promise<Schedules> {
  const directory = mkdtempSync(join(tmpdir(), 'power-docs-'));
  try {
    const file = join(directory, 'power.config.mjs');
    writeFileSync(file, `export default {\n${fields}};\n`);
    const ics = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'BEGIN:VEVENT',
      'DTSTART;VALUE=DATE:20261101',
      'END:VEVENT',
      'END:VCALENDAR',
    ];
    const options = { where: 'terminal', credentials: 'optional', readText: () => ics.join('\r\n') } as const;
    return loadWithSchedules(await loadConfigFile(file), readEnvironment({}), options).schedules;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
